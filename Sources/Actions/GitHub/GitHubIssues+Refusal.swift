import Basics
import HTTPClient
import OnCallModel

extension GitHubIssues {
    /// What a status that is no success means, as a sentence that says what to do.
    func refusal(_ response: HTTPResponse) -> ActFault {
        let document = calls.document(response)
        let repository = "\(access.owner)/\(access.repository)"
        switch response.status {
        case 401:
            return .failed("GitHub refused the token (401): set GITHUB_TOKEN to a valid one.")
        case 403 where !isLimit(response, document):
            return .failed(
                "GitHub does not allow issues in \(repository) (403): give GITHUB_TOKEN the permission Issues: read and write."
            )
        case 403, 429:
            return .retry(
                "GitHub asks to wait (\(response.status)).", after: calls.pause(asked: response) ?? .seconds(60))
        case 404:
            return .failed(
                "GitHub repository \(repository) was not found or is not visible to the token (404): check GITHUB_OWNER, GITHUB_TARGET_REPO and the token."
            )
        case 410:
            return .failed("Issues are switched off in \(repository) (410): switch them on or set GITHUB_TARGET_REPO.")
        case 301, 302, 307, 308:
            return .failed(
                "\(repository) has moved (\(response.status)): update GITHUB_OWNER and GITHUB_TARGET_REPO.")
        case 422:
            return .failed("GitHub did not take the issue (422): \(complaint(document)).")
        case 200..<300:
            return .failed(
                "GitHub answered \(response.status) with something that is not its API: check GITHUB_BASE_URL and the proxy."
            )
        default:
            return .failed("GitHub refused (\(response.status)): \(complaint(document)).")
        }
    }

    /// Both limits of GitHub hide under 403, where a missing permission does as well.
    private func isLimit(_ response: HTTPResponse, _ document: JSONValue?) -> Bool {
        response.header("retry-after") != nil || response.header("x-ratelimit-remaining")?.trimmed == "0"
            || document?["message"]?.string?.lowercased().contains("rate limit") == true
    }

    /// `errors` is an array of texts or of objects.
    private func complaint(_ document: JSONValue?) -> String {
        let errors = (document?["errors"]?.array ?? []).compactMap { error in
            error.string ?? error["message"]?.string
                ?? error["field"]?.string.map { "\($0) is \(error["code"]?.string ?? "wrong")" }
        }
        let texts = ([document?["message"]?.string].compactMap { $0 } + errors)
        return texts.isEmpty ? "no reason given" : calls.text.line(texts.joined(separator: "; "), limit: 200)
    }
}
