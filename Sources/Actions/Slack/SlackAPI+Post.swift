import Basics
import OnCallModel

/// A message for the incidents channel.
struct SlackMessage: Hashable, Sendable {
    /// The key of the act that sends it. It is in the metadata and in the first block's id, so that a token that can read only
    /// one of them still finds the message.
    var key: String
    var fallback: String
    var blocks: [JSONValue]
    /// The timestamp of the message whose thread it is in.
    var thread: String?

    func payload(channel: String) -> JSONValue {
        .fields([
            "channel": .string(channel), "text": .string(fallback), "blocks": .array(blocks),
            "thread_ts": thread.map(JSONValue.string),
            "metadata": [
                "event_type": "sentinel_act", "event_payload": ["sentinel_key": .string(key)],
            ],
            "unfurl_links": false, "unfurl_media": false,
        ])
    }

    static func isMark(_ message: JSONValue, of key: String) -> Bool {
        message["metadata"]?["event_payload"]?["sentinel_key"]?.string == key
            || message["blocks"]?.array?.contains { $0["block_id"]?.string == BlockKit.blockID(key) } == true
    }
}

extension SlackAPI {
    /// Posts the message. A lost response throws `.unknown`: call `find` before retrying.
    func post(_ message: SlackMessage, in channel: String? = nil) async throws(ActFault) -> MessageAddress {
        let target = channel ?? access.channel
        let answer = try await write("chat.postMessage", message.payload(channel: target), isRepeatable: false)
        guard let channel = answer["channel"]?.string, let timestamp = answer["ts"]?.string else {
            throw .unknown("Slack accepted the message but returned no channel and ts.")
        }
        return MessageAddress(channel: channel, timestamp: timestamp)
    }

    /// Finds the message of an act, in the thread or in the channel, as far back as `since`.
    ///
    /// - Returns: nil when it is certainly not there.
    func find(
        key: String, since: Instant, in channel: String?, thread: String?
    ) async throws(ActFault) -> MessageAddress? {
        let id: String
        if let channel { id = channel } else { id = try await channelID() }
        // Slack's clock and ours may differ.
        let oldest = String(max(0, (since - .minutes(15)).milliseconds / 1000)) + ".000000"
        var cursor = ""
        for _ in 0..<20 {
            let page = try await read(
                thread == nil ? "conversations.history" : "conversations.replies",
                [
                    "channel": id, "ts": thread, "oldest": oldest, "limit": "200", "cursor": cursor,
                    "include_all_metadata": "true",
                ])
            guard let messages = page["messages"]?.array else {
                throw .failed("Slack returned a history without messages.")
            }
            if let match = messages.first(where: { SlackMessage.isMark($0, of: key) }) {
                guard let timestamp = match["ts"]?.string else { throw .failed("Slack returned a message without ts.") }
                return MessageAddress(channel: id, timestamp: timestamp)
            }
            let next = page["response_metadata"]?["next_cursor"]?.string ?? ""
            if next.isEmpty { return nil }
            if next == cursor { break }
            cursor = next
        }
        throw .failed("The history of \(access.channel) is too long to search.")
    }

    /// Checks a post whose response was lost. Posts nothing.
    func lookUp(
        key: String, since: Instant, in channel: String? = nil, thread: String? = nil
    ) async -> Outcome {
        do throws(ActFault) {
            if let address = try await find(key: key, since: since, in: channel, thread: thread) {
                return .done(detail: "Posted to \(access.channel) (found in Slack).", reference: address.reference)
            }
            return .retry(reason: "The message did not reach Slack and is sent again.", after: .seconds(0))
        } catch {
            return .unknown(
                reason: "Could not check whether the message is in \(access.channel): \(error.reason) "
                    + "Check the channel; Sentinel does not post it again by itself.")
        }
    }
}
