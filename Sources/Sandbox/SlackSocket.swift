package import Basics
import JSON

/// Socket Mode as Slack serves it: tickets for one connection each, a greeting, envelopes, and disconnects.
package final class SlackSocket: Sendable {
    package enum Event: Hashable, Sendable {
        case opened(link: Int)
        /// The client acknowledged an envelope.
        case acknowledged(String, link: Int)
        case pong(link: Int)
        case closed(link: Int, code: Int?)
    }

    package static let appToken = "xapp-1-SANDBOX-0000000001-sandbox"
    /// What happened, oldest first. For one reader.
    package let events: AsyncStream<Event>
    private let event: AsyncStream<Event>.Continuation
    private let server: SandboxSocket
    private let state: Lock<State>

    private struct State: Sendable {
        var tickets: Set<String> = []
        var links: [Int: SandboxSocket.Link] = [:]
        var envelopes = 0
        var clicks = 0
        var greets = true
    }

    package init() throws {
        let state = Lock(State())
        let (events, event) = AsyncStream<Event>.makeStream(bufferingPolicy: .bufferingNewest(10_000))
        (self.state, self.events, self.event) = (state, events, event)
        server = try SandboxSocket(admits: { target in
            state.withLock { $0.tickets.remove(String(target.split(separator: "=").last ?? "")) != nil }
        }) { link, happened in
            switch happened {
            case .opened:
                let count = state.withLock { state -> Int? in
                    state.links[link.id] = link
                    return state.greets ? state.links.count : nil
                }
                event.yield(.opened(link: link.id))
                if let count { link.send(Self.greeting(count).serialized) }
            case .text(let text):
                let id = (try? JSONDocument.parse(Array(text.utf8)))?["envelope_id"]?.string ?? text
                event.yield(.acknowledged(id, link: link.id))
            case .pong: event.yield(.pong(link: link.id))
            case .closed(let code):
                state.withLock { $0.links[link.id] = nil }
                event.yield(.closed(link: link.id, code: code))
            }
        }
    }

    private static func greeting(_ count: Int) -> JSONValue {
        [
            "type": "hello", "num_connections": JSONValue(count), "connection_info": ["app_id": "A1"],
            "debug_info": ["host": "applink-sandbox", "approximate_connection_time": 18060],
        ]
    }

    /// The address for one connection, as `apps.connections.open` returns it.
    package func address() -> String {
        let ticket = state.withLock { state in
            let ticket = Hexadecimal.text(of: (0..<8).map { _ in UInt8.random(in: 0...255) })
            state.tickets.insert(ticket)
            return ticket
        }
        return "ws://127.0.0.1:\(server.port)/link?ticket=\(ticket)"
    }

    /// Whether new connections are greeted.
    package func greet(_ greets: Bool) { state.withLock { $0.greets = greets } }

    /// An open connection; the newest, if none is named.
    package func link(_ id: Int? = nil) -> SandboxSocket.Link? {
        state.withLock { state in (id ?? state.links.keys.max()).flatMap { state.links[$0] } }
    }

    package func disconnect(_ id: Int, reason: String) {
        let frame: JSONValue = [
            "type": "disconnect", "reason": .string(reason), "debug_info": ["host": "applink-sandbox"],
        ]
        link(id)?.send(frame.serialized)
    }

    /// A person presses a button of a message.
    ///
    /// - Returns: the envelope, ready to be sent, and its id. Each is a click of its own.
    package func click(
        _ action: String, value: String, user: String = "U0BOB", team: String = "T1", padding: Int = 0
    ) -> (id: String, frame: JSONValue) {
        let number = state.withLock { state in
            state.envelopes += 1
            return state.envelopes
        }
        let id = "env-\(number)"
        let payload: JSONValue = [
            "type": "block_actions", "team": ["id": .string(team)],
            "user": ["id": .string(user), "team_id": .string(team)],
            "api_app_id": "A1", "trigger_id": "1.2.3", "enterprise": .null,
            "response_url": "https://hooks.slack.com/actions/T1/1/x",
            "container": [
                "type": "message", "message_ts": "1764000000.000000", "channel_id": .string(SlackProvider.channel),
                "is_ephemeral": false,
            ],
            "channel": ["id": .string(SlackProvider.channel), "name": "incidents"],
            "message": ["text": .string(String(repeating: "x", count: padding))],
            "actions": [
                [
                    "type": "button", "action_id": .string(action), "block_id": "b", "value": .string(value),
                    "action_ts": .string("1764000001.\(number)"),
                ]
            ],
        ]
        return (
            id,
            [
                "envelope_id": .string(id), "type": "interactive", "accepts_response_payload": true, "payload": payload,
            ]
        )
    }

    package func stop() { server.stop() }
}
