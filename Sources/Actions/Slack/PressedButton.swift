import Basics
import OnCallModel

/// A button of Sentinel that a person pressed, read from Slack's payload `block_actions`.
struct PressedButton {
    let intent: Intent
    /// The person's id.
    let user: String
    /// The workspace of the app and that of the person, who may be a guest from another one.
    let teams: [String]
    /// Names the click: the next click on the same button has a time of its own. Nil without a time.
    let mark: String?
    /// Nil where the payload has no channel.
    let place: ClickPlace?

    /// Slack's limit for the value of a button.
    private static let maxValue = 2000

    /// Nil if it is anything else.
    init?(_ payload: JSONValue) {
        guard payload["type"]?.string == "block_actions", let action = payload["actions"]?[0],
            let name = action["action_id"]?.string, let user = payload["user"]?["id"]?.string, !user.isEmpty,
            let value = action["value"]?.string, value.utf8.count <= Self.maxValue,
            let intent = Self.intent(name, value: value)
        else { return nil }
        (self.intent, self.user) = (intent, user)
        teams = [payload["team"]?["id"]?.string, payload["user"]?["team_id"]?.string].compactMap { $0 }
        mark = action["action_ts"]?.string.map { "\(user) \($0.prefix(40)) \(name)" }
        let container = payload["container"]
        let channel = container?["channel_id"]?.string ?? payload["channel"]?["id"]?.string
        place = channel.flatMap { channel in
            guard SlackChannel.isID(channel), channel.count <= 40 else { return nil }
            return ClickPlace(channel: channel, thread: container?["thread_ts"]?.string.flatMap(Self.timestamp))
        }
    }

    private static func timestamp(_ text: String) -> String? {
        text.utf8.count <= 40 && text.allSatisfy { $0.isASCII && ($0.isNumber || $0 == ".") } ? text : nil
    }

    private static func intent(_ name: String, value: String) -> Intent? {
        if name.hasPrefix("sentinel_approve_") || name.hasPrefix("sentinel_kill_loops_") { return approval(value) }
        if name.hasPrefix("sentinel_reject_") { return Int64(value).map { .reject(request: $0) } }
        if name.hasPrefix("sentinel_kill_loop_"), !value.isEmpty { return .killLoop(trace: value) }
        for (button, isRight) in [("sentinel_cause_right_", true), ("sentinel_cause_wrong_", false)]
        where name.hasPrefix(button) {
            return Int64(value).map { .markCause(incident: $0, isRight: isRight) }
        }
        return nil
    }

    /// The request's number, and the fingerprint of what the button showed: `12 0123456789abcdef`.
    private static func approval(_ value: String) -> Intent? {
        let parts = value.split(separator: " ")
        guard let id = parts.first.flatMap({ Int64($0) }), parts.count <= 2 else { return nil }
        return .approve(request: id, seen: parts.dropFirst().first.map { Fingerprint(stored: String($0)) })
    }
}
