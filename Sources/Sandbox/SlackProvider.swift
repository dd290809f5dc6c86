import Basics
import JSON
import WebServer

/// Slack's Web API: reads by GET or form, writes by JSON; HTTP 200 whatever comes of it.
struct SlackProvider: Sendable {
    static let token = "xoxb-sandbox-000000000001"
    static let channel = "C0INCIDENTS"
    let world: SandboxWorld

    func respond(_ request: WebRequest) -> WebResponse {
        let method = request.path.split(separator: "/").last.map(String.init) ?? ""
        guard Authorization.isBearer(request, token: Self.token) else { return refuse("invalid_auth") }
        let arguments = Self.arguments(of: request)
        switch method {
        case "auth.test":
            return .json(#"{"ok":true,"user":"sentinel","user_id":"U0SENTINEL","team_id":"T1","bot_id":"B1"}"#)
        case "conversations.list": return channels()
        case "conversations.history": return history(arguments, thread: nil)
        case "conversations.replies": return history(arguments, thread: arguments["ts"]?.string)
        case "users.list":
            return .json(#"{"ok":true,"members":[],"response_metadata":{"next_cursor":""}}"#)
        case "chat.postMessage": return post(arguments)
        case "chat.update": return update(arguments)
        default: return refuse("unknown_method")
        }
    }

    private func refuse(_ error: String) -> WebResponse {
        .json(JSONValue.fields(["ok": false, "error": .string(error)]).serialized)
    }

    /// From the query, a form or a JSON body.
    private static func arguments(of request: WebRequest) -> JSONValue {
        if request.header("content-type")?.contains("json") == true, let body = try? JSONDocument.parse(request.body) {
            return body
        }
        return .object(request.query.map { .init($0.name, .string($0.value)) })
    }

    private func channels() -> WebResponse {
        let channel: JSONValue = [
            "id": .string(Self.channel), "name": "incidents", "is_channel": true, "is_archived": false,
            "is_member": true, "num_members": 8, "created": 1_767_600_000, "topic": ["value": ""],
            "purpose": ["value": "What burns"],
        ]
        return .json(
            JSONValue.fields([
                "ok": true, "channels": [channel], "response_metadata": ["next_cursor": ""],
            ]).serialized)
    }

    private func resolve(_ name: String?) -> String? {
        guard let name else { return nil }
        return name == Self.channel || name == "#incidents" || name == "incidents" ? Self.channel : nil
    }

    private func history(_ arguments: JSONValue, thread: String?) -> WebResponse {
        // Reading takes the id alone; a name is only good for posting.
        guard arguments["channel"]?.string == Self.channel else { return refuse("channel_not_found") }
        let oldest = arguments["oldest"]?.double ?? 0
        let latest = arguments["latest"]?.double ?? .infinity
        let isInclusive = ["true", "1"].contains(arguments["inclusive"]?.string ?? "")
        let limit = min(999, arguments["limit"]?.int ?? 100)
        let offset = arguments["cursor"]?.string.flatMap { Int($0.dropFirst()) } ?? 0
        let rows = world.read { $0.messages[Self.channel] ?? [] }.filter { message in
            let time = Double(message.ts) ?? 0
            let isWithin = isInclusive ? time >= oldest && time <= latest : time > oldest && time < latest
            let isOfThread = thread.map { message.ts == $0 || message.thread == $0 } ?? (message.thread == nil)
            return isWithin && isOfThread
        }.sorted { thread == nil ? $0.ts > $1.ts : $0.ts < $1.ts }
        let page = rows.dropFirst(offset).prefix(limit)
        let hasMore = offset + page.count < rows.count
        return .json(
            JSONValue.fields([
                "ok": true, "messages": .array(page.map(Self.row)), "has_more": .bool(hasMore), "pin_count": 0,
                "response_metadata": ["next_cursor": .string(hasMore ? "c\(offset + page.count)" : "")],
            ]).serialized)
    }

    private static func row(_ message: SandboxMessage) -> JSONValue {
        .fields([
            "type": "message", "user": .string(message.user), "ts": .string(message.ts), "text": .string(message.text),
            "thread_ts": message.thread.map(JSONValue.string), "blocks": message.blocks,
            "metadata": message.metadata.isNull ? nil : message.metadata,
        ])
    }

    private func post(_ arguments: JSONValue) -> WebResponse {
        guard let channel = resolve(arguments["channel"]?.string) else { return refuse("channel_not_found") }
        guard isValid(arguments["blocks"]) else { return refuse("invalid_blocks") }
        let message = SandboxMessage(
            ts: world.nextSlackTimestamp(), user: "U0SENTINEL", text: arguments["text"]?.string ?? "",
            thread: arguments["thread_ts"]?.string, blocks: arguments["blocks"] ?? [],
            metadata: arguments["metadata"] ?? .null)
        world.change { $0.messages[channel, default: []].insert(message, at: 0) }
        return answer(channel, message)
    }

    private func update(_ arguments: JSONValue) -> WebResponse {
        guard let channel = arguments["channel"]?.string, channel == Self.channel else {
            return refuse("channel_not_found")
        }
        guard isValid(arguments["blocks"]) else { return refuse("invalid_blocks") }
        let ts = arguments["ts"]?.string
        let changed = world.change { state -> SandboxMessage? in
            guard let index = state.messages[channel]?.firstIndex(where: { $0.ts == ts }) else { return nil }
            state.messages[channel]?[index].text = arguments["text"]?.string ?? ""
            state.messages[channel]?[index].blocks = arguments["blocks"] ?? []
            return state.messages[channel]?[index]
        }
        return changed.map { answer(channel, $0) } ?? refuse("message_not_found")
    }

    private func answer(_ channel: String, _ message: SandboxMessage) -> WebResponse {
        .json(
            JSONValue.fields([
                "ok": true, "channel": .string(channel), "ts": .string(message.ts), "message": Self.row(message),
            ]).serialized)
    }

    /// Block Kit's limits: 50 blocks, 3000 characters a section, 150 a header, 25 elements of actions.
    private func isValid(_ blocks: JSONValue?) -> Bool {
        guard let blocks = blocks?.array else { return true }
        return blocks.count <= 50
            && blocks.allSatisfy { block in
                let text = block["text"]?["text"]?.string ?? ""
                switch block["type"]?.string {
                case "header": return !text.isEmpty && text.unicodeScalars.count <= 150
                case "section":
                    return text.unicodeScalars.count <= 3000 && (block["fields"]?.array?.count ?? 0) <= 10
                case "actions": return (1...25).contains(block["elements"]?.array?.count ?? 0)
                default: return true
                }
            }
    }
}
