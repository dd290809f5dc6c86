import Governance
import OnCallModel

/// An act that posts one message to Slack.
protocol SlackPost: Act {
    var context: ActContext { get }
    var slack: SlackAPI { get }
    /// The message whose thread it goes to; nil posts to the incidents channel itself.
    var parent: MessageAddress? { get }
    /// Nil when something is missing that the message is about: then ``absence`` is the outcome.
    func message(key: String) -> SlackMessage?
    var absence: ActFault { get }
    /// The detail of the outcome: "Posted to #incidents."
    var success: String { get }
}

extension SlackPost {
    func requests(key: String) -> [String] {
        if let missing = slack.missing { return [missing] }
        guard let message = message(key: key) else { return [absence.reason] }
        return [slack.request("chat.postMessage", message.payload(channel: channel)).preview]
    }

    func perform(_ permission: Permission) async -> Outcome {
        await outcome { () async throws(ActFault) -> Outcome in
            if let missing = slack.missing { throw .failed(missing) }
            guard let message = message(key: permission.key.text) else { throw absence }
            return .done(detail: success, reference: try await slack.post(message, in: channel).reference)
        }
    }

    func reconcile(_ permission: Permission) async -> Outcome {
        await slack.lookUp(
            key: permission.key.text, since: context.attemptedAt, in: parent?.channel, thread: parent?.timestamp)
    }

    var absence: ActFault { context.messageAbsence(to: "reply to") }

    private var channel: String { parent?.channel ?? slack.access.channel }
}
