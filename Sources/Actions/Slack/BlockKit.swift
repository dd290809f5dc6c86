import Basics

/// The blocks of a Slack message, within the limits that Slack sets.
///
/// Texts are already escaped by `OutgoingText`; `mrkdwn` is sent verbatim, so that Slack adds no links and mentions.
enum BlockKit {
    static let headerLimit = 150

    static func blockID(_ key: String) -> String { "sentinel:" + key.prefix(240) }

    static func header(_ text: String, id: String) -> JSONValue {
        ["type": "header", "block_id": .string(id), "text": plain(text)]
    }

    static func section(_ mrkdwn: String, id: String? = nil) -> JSONValue {
        .fields(["type": "section", "block_id": id.map(JSONValue.string), "text": self.mrkdwn(mrkdwn)])
    }

    static func context(_ texts: [String]) -> JSONValue {
        ["type": "context", "elements": .array(texts.prefix(10).map(mrkdwn))]
    }

    static func actions(_ buttons: [JSONValue]) -> JSONValue {
        ["type": "actions", "elements": .array(Array(buttons.prefix(25)))]
    }

    enum Style: String { case primary, danger }

    /// A button. With `confirm`, which names the exact act, Slack asks again before it sends the click.
    static func button(_ label: String, action: String, value: String, style: Style?, confirm: String?) -> JSONValue {
        let question = confirm.map { act -> JSONValue in
            ["title": plain(label), "text": plain(act), "confirm": plain(label), "deny": plain("Cancel")]
        }
        return .fields([
            "type": "button", "text": plain(label), "action_id": .string(action), "value": .string(value),
            "style": style.map { .string($0.rawValue) }, "confirm": question,
        ])
    }

    private static func plain(_ text: String) -> JSONValue {
        ["type": "plain_text", "text": .string(filled(text)), "emoji": false]
    }

    private static func mrkdwn(_ text: String) -> JSONValue {
        ["type": "mrkdwn", "text": .string(filled(text)), "verbatim": true]
    }

    /// Slack rejects a message that has an empty text.
    private static func filled(_ text: String) -> String { text.isEmpty ? "–" : text }
}
