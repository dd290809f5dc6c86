import Basics
import Governance
import HTTPClient
import OnCallModel

/// Writes the comment with the risk score on a pull request. There is one comment: it is found by its marker and updated in
/// place.
struct PullComment: Act {
    let markdown: String
    let pulls: GitHubPulls
    let text: OutgoingText

    private var number: Int { pulls.target.number }
    private var marker: String { "<!-- sentinel:pull-risk \(number) -->" }
    private var body: String { "\(marker)\n\n\(text.gitHubReport(markdown, limit: 20_000))\n" }
    private var document: JSONValue { ["body": .string(body)] }

    private var creation: HTTPRequest { pulls.request(.post, "/issues/\(number)/comments", document) }

    private func update(of comment: Int) -> HTTPRequest {
        pulls.request(.patch, "/issues/comments/\(comment)", document)
    }

    func requests(key: String) -> [String] {
        [pulls.missing ?? creation.preview + " (or PATCH of the comment that is there)"]
    }

    func perform(_ permission: Permission) async -> Outcome {
        await outcome { () async throws(ActFault) -> Outcome in
            guard let known = try await existing() else {
                let (_, document) = try await pulls.write(creation, accepting: [201])
                guard let address = document["html_url"]?.string else {
                    throw .unknown("GitHub accepted the comment, but its response could not be read.")
                }
                return .done(detail: "Commented on pull request \(pulls.target.name).", reference: address)
            }
            let address = known["html_url"]?.string
            if known["body"]?.string == body {
                return .done(detail: "The comment is up to date.", reference: address)
            }
            guard let id = known["id"]?.int else { throw .failed("GitHub returned a comment without an id.") }
            _ = try await pulls.write(update(of: id), accepting: [200])
            return .done(detail: "Updated the comment on pull request \(pulls.target.name).", reference: address)
        }
    }

    /// The comment is looked up before it is written, so a repeated act is the same act.
    func reconcile(_ permission: Permission) async -> Outcome {
        do throws(ActFault) {
            guard let known = try await existing(), known["body"]?.string == body else {
                return .retry(reason: "The comment did not reach GitHub and is sent again.", after: .seconds(0))
            }
            return .done(
                detail: "Commented on pull request \(pulls.target.name) (found on GitHub).",
                reference: known["html_url"]?.string)
        } catch {
            return .unknown(reason: "Could not check whether the comment was written: \(error.reason)")
        }
    }

    private func existing() async throws(ActFault) -> JSONValue? {
        try await pulls.own("/issues/\(number)/comments", marker: marker).first
    }
}
