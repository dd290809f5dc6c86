import Basics
import JSON

/// What Slack packs into a text frame of its socket.
struct SocketEnvelope: Hashable, Sendable {
    let id: String
    /// `interactive` for clicks; `events_api` and `slash_commands` if the app asks for them.
    let kind: String
    let payload: JSONValue
}

/// A text frame of Slack's socket.
enum SocketFrame: Hashable, Sendable {
    /// The connection is ready; the app has this many, on all its hosts.
    case hello(connections: Int)
    /// Slack closes the connection soon.
    case disconnect(reason: String)
    case envelope(SocketEnvelope)
    /// What this program does not know, and what is not from Slack.
    case other

    init(_ text: String) {
        guard let frame = try? JSONDocument.parse(Array(text.utf8)), let type = frame["type"]?.string else {
            self = .other
            return
        }
        switch type {
        case "hello": self = .hello(connections: frame["num_connections"]?.int ?? 1)
        case "disconnect": self = .disconnect(reason: frame["reason"]?.string ?? "")
        default:
            guard let id = frame["envelope_id"]?.string, !id.isEmpty, id.utf8.count <= 200 else {
                self = .other
                return
            }
            self = .envelope(SocketEnvelope(id: id, kind: type, payload: frame["payload"] ?? .null))
        }
    }

    static func acknowledgement(of envelope: SocketEnvelope) -> String {
        let answer: JSONValue = ["envelope_id": .string(envelope.id)]
        return answer.serialized
    }
}
