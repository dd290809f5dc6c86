import Basics
import JSON
import WebServer

/// Reviews of pull requests and their dismissal, and the update of comments.
struct GitHubReviews: Sendable {
    let world: SandboxWorld

    /// The user of the sandbox's token.
    static let user = "sentinel"

    /// `parts` is the path after the repository. Nil for what it does not serve.
    func answer(_ parts: [String], _ request: WebRequest) -> WebResponse? {
        switch (request.method, parts.first, parts.count) {
        case ("PATCH", "issues", 3) where parts[1] == "comments": return update(comment: parts[2], request)
        case ("POST", "pulls", 3) where parts[2] == "reviews": return review(parts[1], request)
        case ("GET", "pulls", 4) where parts[2] == "reviews":
            return find(parts[1], parts[3]).map { .json(GitHubRows.row($1, of: $0)) } ?? Self.notFound
        case ("PUT", "pulls", 5) where parts[2] == "reviews" && parts[4] == "dismissals":
            return dismiss(parts[1], parts[3], request)
        default: return nil
        }
    }

    private static let notFound = WebResponse.json(#"{"message":"Not Found","status":"404"}"#, status: 404)

    private static func invalid(_ error: String) -> WebResponse {
        .json(
            object(message: "Unprocessable Entity", errors: [.string(error)] as JSONValue, status: "422"), status: 422)
    }

    private func find(_ pull: String, _ review: String) -> (SandboxPull, SandboxPull.Review)? {
        world.read(\.pulls).first { String($0.number) == pull }.flatMap { pull in
            pull.reviews.first { String($0.id) == review }.map { (pull, $0) }
        }
    }

    private func update(comment id: String, _ request: WebRequest) -> WebResponse {
        guard let text = (try? JSONDocument.parse(request.body))?["body"]?.string, !text.isEmpty else {
            return Self.invalid("Body is missing")
        }
        let now = world.clock.now()
        let row = world.change { state -> JSONValue? in
            let comments = state.lists[.github]?["issues/comments"] ?? []
            guard let index = comments.firstIndex(where: { $0["id"]?.int.map(String.init) == id }) else { return nil }
            let row = comments[index].replacing(["body"], with: .string(text))
                .replacing(["updated_at"], with: GitHubRows.time(now))
            state.lists[.github]?["issues/comments"]?[index] = row
            state.gateways.effects.append("comment \(id) updated")
            return row
        }
        return row.map { .json($0) } ?? Self.notFound
    }

    /// `POST {"event", "body", "commit_id"?}`.
    private func review(_ number: String, _ request: WebRequest) -> WebResponse {
        guard let body = try? JSONDocument.parse(request.body), let event = body["event"]?.string,
            let text = body["body"]?.string, !text.isEmpty
        else { return Self.invalid("Body is missing") }
        guard let pull = world.read({ $0.pulls.first { String($0.number) == number } }) else { return Self.notFound }
        if event != "COMMENT", pull.author == Self.user {
            let what = event == "APPROVE" ? "approve" : "request changes on"
            return Self.invalid("Review Can not \(what) your own pull request")
        }
        let states = ["REQUEST_CHANGES": "CHANGES_REQUESTED", "APPROVE": "APPROVED", "COMMENT": "COMMENTED"]
        guard let state = states[event] else { return Self.invalid("Event is invalid") }
        let now = world.clock.now()
        let made = world.change { world -> (SandboxPull, SandboxPull.Review)? in
            guard let index = world.pulls.firstIndex(where: { $0.number == pull.number }) else { return nil }
            let last = world.pulls.flatMap(\.reviews).map(\.id).max() ?? 9000
            let review = SandboxPull.Review(
                id: last + 1, user: Self.user, state: state, body: text, submitted: now,
                commit: body["commit_id"]?.string)
            world.pulls[index].reviews.append(review)
            world.gateways.effects.append("review of pull request \(number): \(state)")
            return (world.pulls[index], review)
        }
        return made.map { .json(GitHubRows.row($1, of: $0)) } ?? Self.notFound
    }

    /// `PUT {"message", "event": "DISMISS"}`.
    private func dismiss(_ number: String, _ id: String, _ request: WebRequest) -> WebResponse {
        guard let message = (try? JSONDocument.parse(request.body))?["message"]?.string, !message.isEmpty else {
            return Self.invalid("Message is missing")
        }
        guard let (_, review) = find(number, id) else { return Self.notFound }
        guard ["APPROVED", "CHANGES_REQUESTED"].contains(review.state) else {
            return Self.invalid("Can not dismiss a \(review.state.lowercased()) pull request review")
        }
        let made = world.change { state -> (SandboxPull, SandboxPull.Review)? in
            guard let index = state.pulls.firstIndex(where: { String($0.number) == number }),
                let place = state.pulls[index].reviews.firstIndex(where: { $0.id == review.id })
            else { return nil }
            state.pulls[index].reviews[place].state = "DISMISSED"
            state.gateways.effects.append("review \(id) dismissed")
            return (state.pulls[index], state.pulls[index].reviews[place])
        }
        return made.map { .json(GitHubRows.row($1, of: $0)) } ?? Self.notFound
    }
}
