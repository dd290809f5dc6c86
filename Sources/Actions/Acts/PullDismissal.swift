import Basics
import Governance
import HTTPClient
import OnCallModel

/// Dismisses the review that requested changes on a pull request, once its score is below the threshold. A second dismissal
/// changes nothing.
struct PullDismissal: Act {
    let review: Int64
    let reason: String
    let pulls: GitHubPulls
    let text: OutgoingText

    private var path: String { "/pulls/\(pulls.target.number)/reviews/\(review)" }

    private var request: HTTPRequest {
        pulls.request(
            .put, "\(path)/dismissals",
            ["message": .string(text.gitHubLine(reason, limit: 1000)), "event": "DISMISS"])
    }

    func requests(key: String) -> [String] { [pulls.missing ?? request.preview] }

    func perform(_ permission: Permission) async -> Outcome {
        await outcome { () async throws(ActFault) -> Outcome in
            if let done = try await standing() { return done }
            _ = try await pulls.write(request, accepting: [200])
            return .done(detail: "Dismissed the review of pull request \(pulls.target.name).", reference: nil)
        }
    }

    func reconcile(_ permission: Permission) async -> Outcome {
        await outcome { () async throws(ActFault) -> Outcome in
            try await standing()
                ?? .retry(reason: "The dismissal did not reach GitHub and is sent again.", after: .seconds(0))
        }
    }

    /// Nil while the review requests changes.
    private func standing() async throws(ActFault) -> Outcome? {
        guard let known = try await pulls.get(path, orMissing: true) else {
            return .done(detail: "The review is gone.", reference: nil)
        }
        let state = known["state"]?.string ?? ""
        return state == "CHANGES_REQUESTED"
            ? nil : .done(detail: "The review requests no changes (\(state.lowercased())).", reference: nil)
    }
}
