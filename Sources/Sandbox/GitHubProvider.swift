import Basics
import WebServer

/// GitHub's REST API for one repository, and its searches.
struct GitHubProvider: Sendable {
    static let token = "ghp_sandbox000000000000000000000000000001"
    static let owner = "acme"
    static let repository = "assistant"
    let world: SandboxWorld

    func respond(_ request: WebRequest) -> WebResponse {
        var response = answer(request)
        let isSearch = request.path.hasPrefix("/search/")
        let (limit, resource) =
            !isSearch ? (5000, "core") : request.path == "/search/code" ? (10, "code_search") : (30, "search")
        let reset = world.clock.now().milliseconds / 1000 + (isSearch ? 60 : 3600)
        response.headers += [
            .init("x-ratelimit-limit", String(limit)),
            .init("x-ratelimit-remaining", String(limit - (isSearch ? 1 : 10))),
            .init("x-ratelimit-reset", String(reset)), .init("x-ratelimit-resource", resource),
        ]
        return response
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
        if request.method == "GET", request.path.hasPrefix("/search/") {
            return GitHubSearch(world: world).answer(request)
        }
        let parts = request.path.split(separator: "/").map(String.init)
        guard parts.starts(with: ["repos", Self.owner, Self.repository]), parts.count > 3 else {
            return GitHubAnswer.notFound.response(to: request)
        }
        let rest = Array(parts.dropFirst(3))
        switch (request.method, rest[0], rest.count) {
        case ("POST", "issues", 1): return GitHubConversations(world: world).open(request)
        case ("GET", "issues", _),
            ("GET", "pulls", 2...3) where rest.last == "comments":
            return GitHubConversations(world: world).answer(rest, request).response(to: request)
        case ("GET", "commits", 1...2), ("GET", "branches", 1), ("GET", "tags", 1), ("GET", "compare", _):
            return GitHubHistory(world: world).answer(rest, request).response(to: request)
        case ("GET", "actions", _),
            ("GET", "commits", 3) where rest.last != "pulls":
            return GitHubActions(world: world).answer(rest, request).response(to: request)
        case ("GET", _, _): return GitHubDelivery(world: world).answer(rest, request).response(to: request)
        default: return GitHubAnswer.notFound.response(to: request)
        }
    }
}
