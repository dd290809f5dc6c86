import Basics
import OnCallModel

/// The fault for `{"ok":false,"error":…}`, as a sentence that says what to do.
enum SlackRefusal {
    static func fault(_ document: JSONValue, pause: Span?, channel: String, text: OutgoingText) -> ActFault {
        let code = text.line(document["error"]?.string ?? "no reason given", limit: 80)
        switch code {
        case "ratelimited", "rate_limited", "message_limit_exceeded":
            return .retry("Slack asks to wait (\(code)).", after: pause ?? .seconds(30))
        case "internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org":
            return .retry("Slack reported an internal error (\(code)).", after: pause)
        default:
            let reason = "Slack refused (\(code)): \(remedy(code, document, channel: channel, text: text))"
            return hopeless.contains(code) ? .failed(reason) : .refused(reason)
        }
    }

    /// What no person can fix: the message is no longer there, or can no longer be changed.
    private static let hopeless: Set = ["message_not_found", "thread_not_found", "edit_window_closed"]

    private static func remedy(
        _ code: String, _ document: JSONValue, channel: String, text: OutgoingText
    ) -> String {
        switch code {
        case "not_in_channel": "invite the app to \(channel) with /invite."
        case "channel_not_found":
            "set SLACK_INCIDENTS_CHANNEL to a channel that exists and that the app can see; \(channel) is not one."
        case "is_archived": "\(channel) is archived; set SLACK_INCIDENTS_CHANNEL to another channel."
        case "not_authed", "invalid_auth", "token_revoked", "token_expired", "account_inactive":
            "set SLACK_BOT_TOKEN to a valid bot token (xoxb-…)."
        case "not_allowed_token_type": "SLACK_BOT_TOKEN must be a bot token (xoxb-…)."
        case "missing_scope":
            "add the scope \(text.line(document["needed"]?.string ?? "that the app lacks", limit: 120)) to the app and install it again."
        case "restricted_action", "ekm_access_denied", "access_denied", "no_permission":
            "ask the workspace's administrator to let the app post in \(channel)."
        case "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "invalid_arguments":
            "the message is invalid\(details(document, text)); please report this."
        case "message_not_found": "the message was deleted."
        case "cant_update_message", "edit_window_closed":
            "the message can no longer be changed; check that SLACK_BOT_TOKEN is the app that posted it."
        default: "see docs.slack.dev for this code\(details(document, text))."
        }
    }

    private static func details(_ document: JSONValue, _ text: OutgoingText) -> String {
        let messages = document["response_metadata"]?["messages"]?.array?.compactMap(\.string) ?? []
        return messages.isEmpty ? "" : " (\(text.line(messages.joined(separator: "; "), limit: 200)))"
    }
}
