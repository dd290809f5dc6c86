import Basics
import WebServer

/// GitHub's REST API for one repository, and its searches.
struct GitHubProvider: Sendable {
    static let token = "ghp_sandbox000000000000000000000000000001"
    static let owner = "acme"
    static let repository = "assistant"
    let world: SandboxWorld

    func respond(_ request: WebRequest) -> WebResponse {
        let isSearch = request.path.hasPrefix("/search/")
        let (limit, resource) =
            !isSearch ? (5000, "core") : request.path == "/search/code" ? (10, "code_search") : (30, "search")
        let reset = world.clock.now().milliseconds / 1000 + (isSearch ? 60 : 3600)
        return answer(request).adding([
            "x-ratelimit-limit": "\(limit)", "x-ratelimit-remaining": "\(limit - (isSearch ? 1 : 10))",
            "x-ratelimit-reset": "\(reset)", "x-ratelimit-resource": resource,
        ])
    }

    private func answer(_ request: WebRequest) -> WebResponse {
        guard request.header("user-agent")?.isEmpty == false else {
            return .json(
                #"{"message":"Request forbidden by administrative rules. Please make sure your request has a User-Agent header."}"#,
                status: 403)
        }
        guard request.isBearer(Self.token) else {
            return GitHubAnswer.refusal(401, "Bad credentials").response(to: request)
        }
        if request.method == "GET", request.path == "/user" { return .json(GitHubRows.user(GitHubReviews.user)) }
        if request.method == "GET", request.path.hasPrefix("/search/") {
            return GitHubSearch(world: world).answer(request)
        }
        let parts = request.path.split(separator: "/").map(String.init)
        guard parts.starts(with: ["repos", Self.owner, Self.repository]), parts.count >= 3 else {
            return GitHubAnswer.notFound.response(to: request)
        }
        let rest = Array(parts.dropFirst(3))
        if let answer = GitHubReviews(world: world).answer(rest, request) { return answer }
        if let answer = GitHubWrites(world: world).answer(rest, request) { return answer }
        guard !rest.isEmpty else { return GitHubAnswer.notFound.response(to: request) }
        switch (request.method, rest[0], rest.count) {
        case ("POST", "issues", 1): return GitHubConversations(world: world).open(request)
        case ("POST", "issues", 3) where rest[2] == "comments":
            return GitHubConversations(world: world).comment(on: rest[1], request)
        case ("GET", _, _): return list(rest, request).response(to: request)
        default: return GitHubAnswer.notFound.response(to: request)
        }
    }

    /// `parts` is the path after the repository.
    private func list(_ parts: [String], _ request: WebRequest) -> GitHubAnswer {
        switch (parts[0], parts.count) {
        case ("issues", _),
            ("pulls", 2...3) where parts.last == "comments":
            GitHubConversations(world: world).answer(parts, request)
        case ("commits", 1...2), ("branches", 1), ("tags", 1), ("compare", _):
            GitHubHistory(world: world).answer(parts, request)
        case ("actions", _),
            ("commits", 3) where parts.last != "pulls":
            GitHubActions(world: world).answer(parts, request)
        default: GitHubDelivery(world: world).answer(parts, request)
        }
    }
}
