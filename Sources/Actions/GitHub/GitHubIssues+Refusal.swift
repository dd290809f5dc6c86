import Basics
import HTTPClient
import OnCallModel

extension GitHubIssues {
    /// The fault for a status that is not a success, as a sentence that says what to do.
    func refusal(_ response: HTTPResponse) -> ActFault {
        let document = calls.document(response)
        let repository = "\(access.owner)/\(access.repository)"
        switch response.status {
        case 401:
            return .refused("GitHub refused the token (401): set GITHUB_TOKEN to a valid one.")
        case 403 where !isLimit(response, document):
            return .refused(
                "GitHub does not allow issues in \(repository) (403): give GITHUB_TOKEN the permission Issues: read and write."
            )
        case 403, 429:
            return .retry(
                "GitHub asks to wait (\(response.status)).", after: calls.retryAfter(response) ?? .seconds(60))
        case 404:
            return .refused(
                "GitHub repository \(repository) was not found or is not visible to the token (404): check GITHUB_OWNER, GITHUB_TARGET_REPO and the token."
            )
        case 410:
            return .refused("Issues are disabled in \(repository) (410): enable them or set GITHUB_TARGET_REPO.")
        case 301, 302, 307, 308:
            return .refused(
                "\(repository) has moved (\(response.status)): update GITHUB_OWNER and GITHUB_TARGET_REPO.")
        case 422:
            return .refused("GitHub rejected the issue (422): \(complaint(document)).")
        case 200..<300:
            return .refused(
                "The response (\(response.status)) is not from GitHub's API: check GITHUB_BASE_URL and the proxy."
            )
        default:
            return .refused("GitHub refused (\(response.status)): \(complaint(document)).")
        }
    }

    /// GitHub returns 403 for its rate limits and for a missing permission.
    func isLimit(_ response: HTTPResponse, _ document: JSONValue?) -> Bool {
        response.header("retry-after") != nil || response.header("x-ratelimit-remaining")?.trimmed == "0"
            || document?["message"]?.string?.lowercased().contains("rate limit") == true
    }

    /// `errors` is an array of texts or of objects.
    func complaint(_ document: JSONValue?) -> String {
        let errors = (document?["errors"]?.array ?? []).compactMap { error in
            error.string ?? error["message"]?.string
                ?? error["field"]?.string.map { "\($0) is \(error["code"]?.string ?? "invalid")" }
        }
        let texts = [document?["message"]?.string].compactMap { $0 } + errors
        return texts.isEmpty ? "no reason given" : calls.text.line(texts.joined(separator: "; "), limit: 200)
    }
}
