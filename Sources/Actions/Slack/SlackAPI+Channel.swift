import Basics
import OnCallModel

extension SlackAPI {
    /// The channel's id. The history methods require it; posting also accepts a name.
    func channelID() async throws(ActFault) -> String {
        let name = SlackChannel.name(access.channel)
        if SlackChannel.isID(name) { return name }
        if let id = channelIDs.withLock({ $0[name] }) { return id }
        var cursor = ""
        for _ in 0..<50 {
            let page = try await read(
                "conversations.list",
                [
                    "types": "public_channel,private_channel", "exclude_archived": "true", "limit": "200",
                    "cursor": cursor,
                ])
            for channel in page["channels"]?.array ?? [] {
                guard let id = channel["id"]?.string, let known = channel["name"]?.string else { continue }
                channelIDs.withLock { $0[known] = id }
            }
            if let id = channelIDs.withLock({ $0[name] }) { return id }
            let next = page["response_metadata"]?["next_cursor"]?.string ?? ""
            if next.isEmpty || next == cursor { break }
            cursor = next
        }
        throw .refused("The app cannot see the Slack channel \(access.channel): set SLACK_INCIDENTS_CHANNEL.")
    }
}

/// How a channel is written in a setting.
package enum SlackChannel {
    /// Without the `#`.
    package static func name(_ text: String) -> String { text.hasPrefix("#") ? String(text.dropFirst()) : text }

    /// `C0123456789`: C, G or D, then only capitals and digits. Channel names have no capitals.
    package static func isID(_ text: String) -> Bool {
        guard text.count >= 9, let first = text.first, "CGD".contains(first) else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isNumber || $0.isUppercase) }
    }
}
