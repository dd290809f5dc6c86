import Basics

/// A Slack workspace as provider-apis describes it: one channel, ids for names in two pages, a history with metadata only
/// for whoever asks for it.
final class SlackWorkspace: Sendable {
    struct State: Sendable {
        var messages: [JSONValue] = []
        /// Answers given instead of the usual ones, first come, by method.
        var planned: [String: [LoopbackProvider.Reply]] = [:]
        /// The next post is taken and its answer lost.
        var losesNextAnswer = false
    }

    static let channel = "C0INCIDENTS"
    let state: Lock<State>
    let provider: LoopbackProvider

    init() {
        let state = Lock(State())
        self.state = state
        provider = LoopbackProvider { request in
            let method = String(request.path.dropFirst("/api/".count))
            return state.withLock { state in
                if state.planned[method]?.isEmpty == false {
                    return state.planned[method]?.removeFirst() ?? .hangUp
                }
                return Self.answer(method, request, &state)
            }
        }
    }

    var messages: [JSONValue] { state.withLock { $0.messages } }

    func plan(_ method: String, _ replies: LoopbackProvider.Reply...) {
        state.withLock { $0.planned[method, default: []] += replies }
    }

    private static func answer(
        _ method: String, _ request: LoopbackProvider.Request, _ state: inout State
    ) -> LoopbackProvider.Reply {
        switch method {
        case "chat.postMessage":
            let timestamp = "1764000000.00000\(state.messages.count)"
            var message = request.json.members ?? []
            message.append(.init("ts", .string(timestamp)))
            state.messages.append(.object(message))
            if state.losesNextAnswer {
                state.losesNextAnswer = false
                return .hangUp
            }
            return .json(["ok": true, "channel": .string(channel), "ts": .string(timestamp)])
        case "chat.update":
            let known = state.messages.contains { $0["ts"] == request.json["ts"] }
            return .json(known ? ["ok": true] : ["ok": false, "error": "message_not_found"])
        case "conversations.list":
            let isFirst = (request.parameter("cursor") ?? "").isEmpty
            let found: JSONValue = [["id": .string(channel), "name": "incidents"]]
            return .json([
                "ok": true, "channels": isFirst ? [] : found,
                "response_metadata": ["next_cursor": isFirst ? "page2" : ""],
            ])
        case "conversations.history", "conversations.replies":
            guard request.parameter("channel") == channel else {
                return .json(["ok": false, "error": "channel_not_found"])
            }
            return history(request, state)
        default:
            return .json(["ok": false, "error": "unknown_method"])
        }
    }

    /// One message a page, newest first.
    private static func history(_ request: LoopbackProvider.Request, _ state: State) -> LoopbackProvider.Reply {
        let newestFirst = Array(state.messages.reversed())
        let position = request.parameter("cursor").flatMap { Int($0) } ?? 0
        var page = newestFirst.dropFirst(position).prefix(1).map { $0.members ?? [] }
        if request.parameter("include_all_metadata") != "true" {
            page = page.map { message in message.filter { $0.name != "metadata" } }
        }
        let next = position + 1 < newestFirst.count ? String(position + 1) : ""
        return .json([
            "ok": true, "messages": .array(page.map(JSONValue.object)),
            "response_metadata": ["next_cursor": .string(next)],
        ])
    }
}
