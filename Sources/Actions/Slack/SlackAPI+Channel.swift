import Basics
import OnCallModel

extension SlackAPI {
    /// The channel's id, which the history methods need; posting also takes a name.
    func channelID() async throws(ActFault) -> String {
        let name = access.channel.hasPrefix("#") ? String(access.channel.dropFirst()) : access.channel
        if Self.isID(name) { return name }
        if let id = await channelIDs.id(of: name) { return id }
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
                await channelIDs.remember(id, for: known)
            }
            if let id = await channelIDs.id(of: name) { return id }
            let next = page["response_metadata"]?["next_cursor"]?.string ?? ""
            if next.isEmpty || next == cursor { break }
            cursor = next
        }
        throw .failed("The app cannot see the Slack channel \(access.channel): set SLACK_INCIDENTS_CHANNEL.")
    }

    /// `C0123456789`: C, G or D, then capitals and digits only, which no channel name has.
    static func isID(_ text: String) -> Bool {
        guard text.count >= 9, let first = text.first, "CGD".contains(first) else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isNumber || $0.isUppercase) }
    }
}
