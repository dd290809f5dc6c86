import Basics
import HTTPClient
import OnCallModel

/// An issue to open.
struct IssueDraft: Hashable, Sendable {
    var title: String
    var body: String
    var labels: [String]

    var payload: JSONValue {
        .fields([
            "title": .string(title), "body": .string(body),
            "labels": labels.isEmpty ? nil : .array(labels.map(JSONValue.string)),
        ])
    }
}

/// An issue on GitHub.
struct OpenedIssue: Hashable, Sendable {
    var number: Int
    var address: String
}

/// The part of GitHub's issues API that the acts use (REST, version 2022-11-28).
struct GitHubIssues: Sendable {
    let access: ProviderAccess.GitHub
    let calls: ProviderCalls
    let pace: WritePace

    /// Nil when issues can be opened; otherwise a sentence that names the variables to set.
    var missing: String? {
        let absent = [
            access.token.isEmpty ? "GITHUB_TOKEN" : nil, access.owner.isEmpty ? "GITHUB_OWNER" : nil,
            access.repository.isEmpty ? "GITHUB_TARGET_REPO" : nil,
        ].compactMap { $0 }
        guard !absent.isEmpty else { return nil }
        return "GitHub is not configured: set \(absent.joined(separator: ", ")) to open issues."
    }

    private var collection: String {
        "\(access.baseURL)/repos/\(PercentEncoding.encode(access.owner))/\(PercentEncoding.encode(access.repository))/issues"
    }

    private var headers: [HTTPRequest.Header] {
        [
            .init("Authorization", "Bearer \(access.token)"), .init("Accept", "application/vnd.github+json"),
            .init("X-GitHub-Api-Version", "2022-11-28"), .init("User-Agent", "sentinel"),
        ]
    }

    func request(_ draft: IssueDraft) -> HTTPRequest {
        HTTPRequest(
            .post, collection, headers: headers + [.init("Content-Type", "application/json")],
            body: Array(calls.text.redaction.apply(to: draft.payload.serialized).utf8), timeout: .seconds(20),
            bodyLimit: 4 << 20)
    }

    /// Opens the issue, without labels if the repository refuses them. A lost response throws `.unknown`.
    func open(_ draft: IssueDraft) async throws(ActFault) -> OpenedIssue {
        if let missing { throw .failed(missing) }
        await pace.wait()
        var response = try await calls.send(request(draft), to: "GitHub", isRepeatable: false)
        if response.status == 422, !draft.labels.isEmpty {
            var unlabelled = draft
            unlabelled.labels = []
            await pace.wait()
            response = try await calls.send(request(unlabelled), to: "GitHub", isRepeatable: false)
        }
        guard response.status == 201 else { throw refusal(response) }
        guard let document = calls.document(response), let issue = Self.issue(document) else {
            throw .unknown("GitHub accepted the issue, but its response could not be read.")
        }
        return issue
    }

    // MARK: comments

    func commentRequest(_ body: String, on issue: Int) -> HTTPRequest {
        let payload: JSONValue = ["body": .string(body)]
        return HTTPRequest(
            .post, "\(collection)/\(issue)/comments", headers: headers + [.init("Content-Type", "application/json")],
            body: Array(calls.text.redaction.apply(to: payload.serialized).utf8), timeout: .seconds(20),
            bodyLimit: 4 << 20)
    }

    /// Comments on an issue, and returns the comment's address. A lost response throws `.unknown`.
    func comment(_ body: String, on issue: Int) async throws(ActFault) -> String {
        if let missing { throw .failed(missing) }
        await pace.wait()
        let response = try await calls.send(commentRequest(body, on: issue), to: "GitHub", isRepeatable: false)
        guard response.status == 201 else { throw refusal(response) }
        guard let address = calls.document(response)?["html_url"]?.string else {
            throw .unknown("GitHub accepted the comment, but its response could not be read.")
        }
        return address
    }

    /// The address of the comment whose body has the marker. Nil when it is certainly not there.
    func findComment(marker: String, on issue: Int, since: Instant) async throws(ActFault) -> String? {
        if let missing { throw .failed(missing) }
        let from = PercentEncoding.encode((since - .minutes(15)).iso8601Seconds)
        for page in 1...20 {
            let url = "\(collection)/\(issue)/comments?since=\(from)&per_page=100&page=\(page)"
            let request = HTTPRequest(.get, url, headers: headers, timeout: .seconds(20))
            let response = try await calls.send(request, to: "GitHub", isRepeatable: true)
            guard response.status == 200, let comments = calls.document(response)?.array else {
                throw refusal(response)
            }
            if let match = comments.first(where: { $0["body"]?.string?.contains(marker) == true }) {
                return match["html_url"]?.string ?? ""
            }
            if response.header("link")?.contains("rel=\"next\"") != true { return nil }
        }
        throw .failed("The issue has too many new comments to search.")
    }

    // MARK: issues

    /// Finds the issue whose body has the marker, in any state, among those updated since `since`. It reads the list, because
    /// the search lags by minutes, and without labels, because the repository may have refused them.
    ///
    /// - Returns: nil when it is certainly not there.
    func find(marker: String, since: Instant) async throws(ActFault) -> OpenedIssue? {
        if let missing { throw .failed(missing) }
        let from = PercentEncoding.encode((since - .minutes(15)).iso8601Seconds)
        for page in 1...20 {
            let url = "\(collection)?state=all&since=\(from)&sort=created&direction=desc&per_page=100&page=\(page)"
            let request = HTTPRequest(.get, url, headers: headers, timeout: .seconds(20))
            let response = try await calls.send(request, to: "GitHub", isRepeatable: true)
            guard response.status == 200, let issues = calls.document(response)?.array else { throw refusal(response) }
            if let match = issues.first(where: { $0["body"]?.string?.contains(marker) == true }) {
                guard let issue = Self.issue(match) else { throw .failed("GitHub returned an issue without a number.") }
                return issue
            }
            if response.header("link")?.contains("rel=\"next\"") != true { return nil }
        }
        throw .failed("The repository has too many new issues to search.")
    }

    private static func issue(_ document: JSONValue) -> OpenedIssue? {
        guard let number = document["number"]?.int, let address = document["html_url"]?.string else { return nil }
        return OpenedIssue(number: number, address: address)
    }
}
