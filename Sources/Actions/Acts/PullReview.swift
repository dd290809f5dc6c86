import Basics
import Governance
import HTTPClient
import OnCallModel

/// Reviews a pull request and requests changes. On one that the token's own user opened GitHub allows no such review, so the
/// review is a comment.
struct PullReview: Act {
    let markdown: String
    let pulls: GitHubPulls
    let text: OutgoingText

    private var target: PullTarget { pulls.target }
    private var path: String { "/pulls/\(target.number)" }
    private var marker: String { "<!-- sentinel:pull-review \(target.number) \(target.head.filter(\.isHexDigit)) -->" }

    private func request(_ event: String) -> HTTPRequest {
        pulls.request(
            .post, "\(path)/reviews",
            [
                "event": .string(event), "commit_id": .string(target.head),
                "body": .string("\(marker)\n\n\(text.gitHubReport(markdown, limit: 20_000))\n"),
            ])
    }

    func requests(key: String) -> [String] { [pulls.missing ?? request("REQUEST_CHANGES").preview] }

    func perform(_ permission: Permission) async -> Outcome {
        await outcome { () async throws(ActFault) -> Outcome in
            if let done = try await existing() { return done }
            guard let pull = try await pulls.get(path) else { throw .failed("Pull request \(target.name) is gone.") }
            guard pull["state"]?.string == "open" else { throw .failed("Pull request \(target.name) is closed.") }
            guard pull["head"]?["sha"]?.string == target.head else {
                throw .failed(
                    "Pull request \(target.name) has other commits than the one that was approved; score it again.")
            }
            let author = pull["user"]?["login"]?.string?.lowercased()
            let isOwn = try await pulls.login().map { $0 == author } ?? false
            return try await send(isOwn ? "COMMENT" : "REQUEST_CHANGES")
        }
    }

    private func send(_ event: String) async throws(ActFault) -> Outcome {
        let (status, document) = try await pulls.write(request(event), accepting: [200, 422])
        if status == 422 {
            let complaint = pulls.api.issues.complaint(document)
            guard event == "REQUEST_CHANGES", complaint.lowercased().contains("your own pull request") else {
                throw .failed("GitHub rejected the review of \(target.name) (422): \(complaint).")
            }
            return try await send("COMMENT")
        }
        guard let address = document["html_url"]?.string else {
            throw .unknown("GitHub accepted the review, but its response could not be read.")
        }
        return Self.done(target, state: document["state"]?.string ?? "", address)
    }

    /// A comment has another mark than a review, so that it is never dismissed.
    private static func done(_ target: PullTarget, state: String, _ address: String) -> Outcome {
        guard state.uppercased() == "COMMENTED" else {
            return .done(detail: "Requested changes on pull request \(target.name).", reference: address)
        }
        return .done(
            detail: "Commented on pull request \(target.name): GitHub allows no request for changes on one's own.",
            reference: address.replacing("#pullrequestreview-", with: "#pullrequestcomment-"))
    }

    private func existing() async throws(ActFault) -> Outcome? {
        guard let review = try await pulls.own("\(path)/reviews", marker: marker).last,
            let state = review["state"]?.string, state != "DISMISSED"
        else { return nil }
        return Self.done(target, state: state, review["html_url"]?.string ?? "")
    }

    func reconcile(_ permission: Permission) async -> Outcome {
        do throws(ActFault) {
            return try await existing()
                ?? .retry(reason: "The review did not reach GitHub and is sent again.", after: .seconds(0))
        } catch {
            return .unknown(
                reason:
                    "Could not check whether the review was sent: \(error.reason) Check the reviews of \(target.name).")
        }
    }
}
