import Governance
import OnCallModel

/// Posts a new incident to the incidents channel.
struct PostIncident: SlackPost {
    let context: ActContext
    let slack: SlackAPI
    let text: OutgoingText

    var parent: MessageAddress? { nil }
    var success: String { "Posted to \(slack.access.channel)." }
    var absence: ActFault { .failed("The incident is not in the store; there is nothing to post.") }

    func message(key: String) -> SlackMessage? {
        context.incident.map {
            IncidentMessage(
                incident: $0, loops: context.loops, request: context.request, hasButtons: slack.access.acceptsClicks,
                note: nil, lastScan: context.lastScanSentence, text: text
            ).message(key: key)
        }
    }
}
