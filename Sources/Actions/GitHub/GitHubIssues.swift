import Basics
import HTTPClient
import OnCallModel

/// An issue on its way to GitHub.
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

/// An issue that GitHub has.
struct OpenedIssue: Hashable, Sendable {
    var number: Int
    var address: String
}

/// GitHub's issues, as far as the acts need them (REST, version 2022-11-28).
struct GitHubIssues: Sendable {
    let access: ProviderAccess.GitHub
    let calls: ProviderCalls

    /// Nil when issues can be opened; else the sentence that says which variable to set.
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
            body: Array(draft.payload.serialized.utf8), timeout: .seconds(20), bodyLimit: 4 << 20)
    }

    /// Opens the issue; a repository that refuses the labels gets it without. An answer that was lost is `.unknown`.
    func open(_ draft: IssueDraft) async throws(ActFault) -> OpenedIssue {
        if let missing { throw .failed(missing) }
        var response = try await calls.send(request(draft), to: "GitHub", isRepeatable: false)
        if response.status == 422, !draft.labels.isEmpty {
            var unlabelled = draft
            unlabelled.labels = []
            response = try await calls.send(request(unlabelled), to: "GitHub", isRepeatable: false)
        }
        guard response.status == 201 else { throw refusal(response) }
        guard let document = calls.document(response), let issue = Self.issue(document) else {
            throw .unknown("GitHub took the issue and its answer could not be read.")
        }
        return issue
    }

    /// Looks for the issue whose body holds the marker, in whatever state, among those touched since `since`. The list and
    /// not the search is asked, which lags by minutes; labels do not narrow it, as a repository may have refused them.
    ///
    /// - Returns: nil when it surely is not there.
    func find(marker: String, since: Instant) async throws(ActFault) -> OpenedIssue? {
        if let missing { throw .failed(missing) }
        let from = PercentEncoding.encode((since - .minutes(15)).iso8601Seconds)
        for page in 1...20 {
            let url =
                "\(collection)?state=all&since=\(from)&sort=created&direction=desc&per_page=100&page=\(page)"
            let request = HTTPRequest(.get, url, headers: headers, timeout: .seconds(20))
            let response = try await calls.send(request, to: "GitHub", isRepeatable: true)
            guard response.status == 200 else { throw refusal(response) }
            guard let issues = calls.document(response)?.array else { throw refusal(response) }
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
