import Basics
import JSON
import WebServer

/// Slack's Web API: reads by GET or form, writes by JSON; always HTTP 200.
package struct SlackProvider: Sendable {
    static let token = "xoxb-sandbox-000000000001"
    package static let channel = "C0INCIDENTS"
    let world: SandboxWorld
    let socket: SlackSocket

    func respond(_ request: WebRequest) -> WebResponse {
        let method = request.path.split(separator: "/").last.map(String.init) ?? ""
        if method == "apps.connections.open" {
            guard request.isBearer(SlackSocket.appToken) else { return refuse("invalid_auth") }
            return .json(.fields(["ok": true, "url": .string(socket.address())]))
        }
        guard request.isBearer(Self.token) else { return refuse("invalid_auth") }
        let arguments = Self.arguments(of: request)
        switch method {
        case "auth.test":
            return .json(
                #"{"ok":true,"user":"sentinel","user_id":"U0SENTINEL","team_id":"T1","bot_id":"B1"}"#,
                headers: [.init("X-OAuth-Scopes", world.read { $0.slackScopes.joined(separator: ",") })])
        case "conversations.list": return channels(arguments)
        case "conversations.info":
            guard let channel = known.first(where: { $0["id"] == arguments["channel"] }) else {
                return refuse("channel_not_found")
            }
            return .json(.fields(["ok": true, "channel": channel]))
        case "conversations.history": return history(arguments, thread: nil)
        case "conversations.replies": return history(arguments, thread: arguments["ts"]?.string)
        case "users.list":
            return page("members", world.list(.slack, "users.list") ?? [], arguments, size: 1000)
        case "users.info":
            let users = world.list(.slack, "users.list") ?? []
            guard let user = users.first(where: { $0["id"] == arguments["user"] }) else {
                return refuse("user_not_found")
            }
            return .json(.fields(["ok": true, "user": user]))
        case "chat.postMessage": return post(arguments)
        case "chat.update": return update(arguments)
        case "chat.postEphemeral":
            guard arguments["channel"]?.string == Self.channel else { return refuse("channel_not_found") }
            world.change { $0.ephemeral.append(arguments) }
            return .json(.fields(["ok": true, "message_ts": .string(world.nextSlackTimestamp())]))
        default: return refuse("unknown_method")
        }
    }

    private func refuse(_ error: String) -> WebResponse {
        .json(object(ok: false, error: error))
    }

    /// From the query, a form or a JSON body.
    private static func arguments(of request: WebRequest) -> JSONValue {
        if request.header("content-type")?.contains("json") == true, let body = try? JSONDocument.parse(request.body) {
            return body
        }
        return .object(request.query.map { .init($0.name, .string($0.value)) })
    }

    /// A list of Slack's: `limit` at most, with an empty cursor at its end.
    private func page(
        _ name: String, _ rows: [JSONValue], _ arguments: JSONValue, size: Int
    ) -> WebResponse {
        let limit = arguments["limit"]?.int.map { $0 < 1 ? size : min($0, size) } ?? size
        let offset = max(0, arguments["cursor"]?.string.flatMap { Int($0.dropFirst()) } ?? 0)
        let page = rows.dropFirst(offset).prefix(limit)
        let hasMore = offset + page.count < rows.count
        let isHistory = name == "messages"
        return .json(
            .fields([
                "ok": true, name: .array(Array(page)), "has_more": isHistory ? .bool(hasMore) : nil,
                "pin_count": isHistory ? 0 : nil,
                "response_metadata": object(next_cursor: hasMore ? "c\(offset + page.count)" : ""),
            ]))
    }

    // MARK: channels

    private static let incidents = channelRow(channel, "incidents", purpose: "What burns", members: 8)

    static func channelRow(
        _ id: String, _ name: String, topic: String = "", purpose: String, members: Int, isPrivate: Bool = false
    ) -> JSONValue {
        object(
            id: id, name: name, name_normalized: name, is_channel: !isPrivate, is_group: isPrivate,
            is_private: isPrivate, is_im: false, is_mpim: false, is_archived: false, is_general: false, is_member: true,
            num_members: members, created: 1_767_600_000, creator: "U0BOB",
            topic: object(value: topic, creator: "U0BOB", last_set: 1_767_600_000),
            purpose: object(value: purpose, creator: "U0BOB", last_set: 1_767_600_000), previous_names: emptyList)
    }

    private var known: [JSONValue] { [Self.incidents] + (world.list(.slack, "conversations.list") ?? []) }

    /// Public ones, unless `types` is set.
    private func channels(_ arguments: JSONValue) -> WebResponse {
        let types = (arguments["types"]?.string ?? "public_channel").split(separator: ",").map(String.init)
        let found = known.filter { types.contains($0["is_private"] == true ? "private_channel" : "public_channel") }
        return page("channels", found, arguments, size: 1000)
    }

    private func resolve(_ name: String?) -> String? {
        guard let name else { return nil }
        return name == Self.channel || name == "#incidents" || name == "incidents" ? Self.channel : nil
    }

    /// Of a channel, newest first, or of a thread, from its first message on.
    private func history(_ arguments: JSONValue, thread: String?) -> WebResponse {
        // Reading takes the id alone; a name is only good for posting.
        guard let channel = arguments["channel"]?.string, known.contains(where: { $0["id"]?.string == channel }) else {
            return refuse("channel_not_found")
        }
        let messages = world.read { $0.messages[channel] ?? [] }
        guard thread.map({ thread in messages.contains { $0.ts == thread } }) ?? true else {
            return refuse("thread_not_found")
        }
        let oldest = arguments["oldest"]?.double ?? 0
        let latest = arguments["latest"]?.double ?? .infinity
        let isInclusive = ["true", "1"].contains(arguments["inclusive"]?.string ?? "")
        let rows = messages.filter { message in
            let time = Double(message.ts) ?? 0
            let isWithin = isInclusive ? time >= oldest && time <= latest : time > oldest && time < latest
            let isOfThread = thread.map { message.ts == $0 || message.thread == $0 } ?? (message.thread == nil)
            return isWithin && isOfThread
        }.sorted { thread == nil ? $0.ts > $1.ts : $0.ts < $1.ts }
        let replies = Dictionary(grouping: messages.filter { $0.thread != nil }) { $0.thread ?? "" }
        let size = arguments["limit"] == nil ? 100 : 999
        return page("messages", rows.map { Self.row($0, replies: replies[$0.ts] ?? []) }, arguments, size: size)
    }

    /// The first message of a thread has its own `ts` as that of the thread, and data on the replies.
    private static func row(_ message: SandboxMessage, replies: [SandboxMessage] = []) -> JSONValue {
        let thread = message.thread ?? (replies.isEmpty ? nil : message.ts)
        return .fields([
            "type": "message", "user": .string(message.user), "ts": .string(message.ts), "text": .string(message.text),
            "thread_ts": thread.map(JSONValue.string), "reply_count": replies.isEmpty ? nil : JSONValue(replies.count),
            "reply_users": replies.isEmpty ? nil : .array(Set(replies.map(\.user)).sorted().map(JSONValue.string)),
            "latest_reply": replies.map(\.ts).max().map(JSONValue.string), "blocks": message.blocks,
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
        .json(object(ok: true, channel: channel, ts: message.ts, message: Self.row(message)))
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
