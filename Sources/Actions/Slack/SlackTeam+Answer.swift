import Basics
import HTTPClient
package import OnCallModel

/// A sentence for one person in Slack, where they clicked.
package struct ClickAnswer: Hashable, Sendable {
    /// The person's id.
    package var user: String
    package var place: ClickPlace
    package var sentence: String

    package init(user: String, place: ClickPlace, sentence: String) {
        (self.user, self.place, self.sentence) = (user, place, sentence)
    }
}

extension SlackTeam {
    /// Shows a sentence to one person alone (`chat.postEphemeral`), once.
    ///
    /// The address that comes with a click (`response_url`) is never used: it would be an address from outside, and needs a
    /// check of its own (docs/decisions/0030).
    package func answer(_ answer: ClickAnswer) async {
        guard api.missing == nil else { return }
        var request = api.request(
            "chat.postEphemeral",
            .fields([
                "channel": .string(answer.place.channel), "user": .string(answer.user),
                "thread_ts": answer.place.thread.map(JSONValue.string),
                "text": .string(api.calls.text.slackLine(answer.sentence, limit: 600)),
            ]))
        request.timeout = .seconds(5)
        _ = try? await api.calls.http.send(request)
    }
}
