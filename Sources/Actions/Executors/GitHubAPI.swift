import Basics
import HTTPClient
import OnCallModel

/// GitHub's REST API (version 2022-11-28) for executors. Writes keep their pace.
struct GitHubAPI: Sendable {
    let issues: GitHubIssues
    /// What to check when GitHub refuses, as a sentence.
    var hint = "Check the rights of GITHUB_TOKEN and the row of the setting executors."

    var missing: String? {
        issues.missing == nil ? nil : "GitHub is not configured: set GITHUB_TOKEN, GITHUB_OWNER and GITHUB_TARGET_REPO."
    }

    /// `owner/name` of the row, else that of the environment.
    func repository(_ row: ExecutorRow) -> String {
        row.repository.isEmpty ? "\(issues.access.owner)/\(issues.access.repository)" : row.repository
    }

    private func api(_ row: ExecutorRow) -> ExecutorAPI {
        let path = repository(row).split(separator: "/").map { ExecutorAPI.encode(String($0)) }.joined(separator: "/")
        return ExecutorAPI(
            name: "GitHub", base: "\(issues.access.baseURL)/repos/\(path)",
            headers: [
                .init("Authorization", "Bearer \(issues.access.token)"), .init("Accept", "application/vnd.github+json"),
                .init("X-GitHub-Api-Version", "2022-11-28"), .init("User-Agent", "sentinel"),
            ], calls: issues.calls)
    }

    func request(
        _ method: HTTPRequest.Method, _ row: ExecutorRow, _ path: String, _ document: JSONValue? = nil
    ) -> HTTPRequest {
        api(row).request(method, path, document)
    }

    /// The document of an answer with one of the expected statuses; nil for 404 where it is one of them.
    func get(_ row: ExecutorRow, _ path: String, orMissing: Bool = false) async throws(ActFault) -> JSONValue? {
        let (status, document, response) = try await api(row).get(path)
        if orMissing, status == 404 { return nil }
        guard status == 200 else { throw refusal(response, row) }
        return document
    }

    /// Sends one request that writes.
    func write(
        _ request: HTTPRequest, _ row: ExecutorRow, accepting statuses: Set<Int>
    ) async throws(ActFault) -> (status: Int, document: JSONValue) {
        await issues.pace.wait()
        let (status, document, response) = try await api(row).send(request)
        guard statuses.contains(status) else { throw refusal(response, row) }
        return (status, document)
    }

    private func refusal(_ response: HTTPResponse, _ row: ExecutorRow) -> ActFault {
        let document = issues.calls.document(response)
        if response.status == 403, issues.isLimit(response, document) {
            return .retry("GitHub asks to wait (403).", after: issues.calls.retryAfter(response) ?? .seconds(60))
        }
        return .failed(
            "GitHub refused (\(response.status)) in \(repository(row)): \(issues.complaint(document)). \(hint)")
    }
}
