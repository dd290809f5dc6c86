import Basics
import HTTPClient
import OnCallModel

/// The part of GitHub's API for pull requests that the acts on one use (REST, version 2022-11-28).
struct GitHubPulls: Sendable {
    let api: GitHubAPI
    let target: PullTarget

    /// At most this many pages of 100 comments or reviews are searched.
    private static let maxPages = 50

    var missing: String? { api.missing }

    /// Requests are made in the repository of the pull request, whatever is set by now.
    private var row: ExecutorRow { .with { $0.repository = target.repository } }

    func request(_ method: HTTPRequest.Method, _ path: String, _ document: JSONValue? = nil) -> HTTPRequest {
        api.request(method, row, path, document)
    }

    func get(_ path: String, orMissing: Bool = false) async throws(ActFault) -> JSONValue? {
        if let missing { throw .failed(missing) }
        return try await api.get(row, path, orMissing: orMissing)
    }

    func write(
        _ request: HTTPRequest, accepting statuses: Set<Int>
    ) async throws(ActFault) -> (status: Int, document: JSONValue) {
        if let missing { throw .failed(missing) }
        return try await api.write(request, row, accepting: statuses)
    }

    /// The comments on the pull request, or its reviews, that begin with a marker and were written with this token, oldest first.
    ///
    /// Somebody else may copy the marker; their text is never taken for Sentinel's own.
    func own(_ list: String, marker: String) async throws(ActFault) -> [JSONValue] {
        let me = try await login()
        var found: [JSONValue] = []
        for page in 1...Self.maxPages {
            let separator = list.contains("?") ? "&" : "?"
            guard let rows = try await get("\(list)\(separator)per_page=100&page=\(page)")?.array else {
                throw .failed("GitHub's list \(list) could not be read.")
            }
            found += rows.filter { row in
                let user = row["user"]
                let isOwn = me.map { user?["login"]?.string?.lowercased() == $0 } ?? (user?["type"]?.string == "Bot")
                return isOwn && row["body"]?.string?.hasPrefix(marker) == true
            }
            if rows.count < 100 { return found }
        }
        throw .failed("Pull request \(target.name) has too many comments to search.")
    }

    /// The login of the token, in lower case. Nil for an app's token, such as that of GitHub Actions, which has no user.
    func login() async throws(ActFault) -> String? {
        try await api.login(row)?.lowercased()
    }
}

extension GitHubAPI {
    /// The user of the token; nil where GitHub says that the token has none.
    func login(_ row: ExecutorRow) async throws(ActFault) -> String? {
        let root = ExecutorAPI(
            name: "GitHub", base: issues.access.baseURL,
            headers: request(.get, row, "").headers.filter { $0.name != "Content-Type" }, calls: issues.calls)
        let (status, document, response) = try await root.get("/user")
        if status == 200, let login = document["login"]?.string { return login }
        if [403, 404].contains(status), !issues.isLimit(response, document) { return nil }
        throw issues.refusal(response)
    }
}
