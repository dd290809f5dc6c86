import Basics
import Crypto
import Governance
import HTTPClient
import OnCallModel

/// Notifies people of an incident in a channel of the settings: PagerDuty, a signed webhook, or a program.
struct ChannelNotice: Act {
    let channel: String
    let event: NoticeEvent
    let news: String
    let context: ActContext
    let senders: ChannelSenders

    func requests(key: String) -> [String] {
        guard let row else { return [absence.reason] }
        if let missing = senders.missing(of: row) { return [missing] }
        switch row.kind {
        case .pagerDuty: return [senders.pagerDuty(row, notice, routingKey: "[masked]").preview]
        case .webhook: return [senders.webhook(row, notice, key: key).preview]
        case .command: return ["Run \(row.command.joined(separator: " "))"]
        }
    }

    func perform(_ permission: Permission) async -> Outcome {
        await outcome { () async throws(ActFault) -> Outcome in
            guard let row else { throw absence }
            if let missing = senders.missing(of: row) { throw .failed(missing) }
            try await senders.send(notice, by: row, key: permission.key.text)
            return .done(detail: "Notified \(channel).", reference: nil)
        }
    }

    /// PagerDuty and webhooks know a notice by its key, so it is sent again. A program may have run.
    func reconcile(_ permission: Permission) async -> Outcome {
        guard row?.kind != .command else {
            return .unknown(reason: "Sentinel stopped while \(channel) ran. It is not run again.")
        }
        return await perform(permission)
    }

    private var row: NoticeChannel? { context.channels.first { $0.name == channel } }
    private var absence: ActFault { .failed("The setting channels has no channel \(channel).") }

    private var notice: ChannelSenders.Notice {
        ChannelSenders.Notice(
            incident: context.incident?.summary, event: event, text: senders.text.line(news, limit: 900),
            lastScan: context.lastScanSentence)
    }
}

/// Sends notices to the channels of the settings. Secrets are read from the environment by the names in the settings.
struct ChannelSenders: Sendable {
    let pagerDutyURL: String
    let calls: ProviderCalls
    let variable: @Sendable (String) -> String?
    /// Runs a program with these variables, and returns why it failed, as a sentence.
    let run: @Sendable (_ command: [String], _ variables: [String: String]) async -> String?

    var text: OutgoingText { calls.text }

    struct Notice: Sendable {
        var incident: IncidentSummary?
        var event: NoticeEvent
        var text: String
        var lastScan: String

        /// The content of a notice in every channel, as text.
        var fields: [(name: String, value: String)] {
            [
                ("event", event.rawValue), ("incident", incident.map { String($0.id) } ?? ""),
                ("severity", incident?.severity.rawValue ?? ""), ("type", incident?.type.rawValue ?? ""),
                ("subject", incident?.subject ?? ""), ("headline", incident?.headline ?? ""), ("text", text),
                ("sentinel", lastScan),
            ]
        }
    }

    func missing(of row: NoticeChannel) -> String? {
        guard row.kind != .command, variable(row.secret) == nil else { return nil }
        return "The channel \(row.name) is not configured: set \(row.secret)."
    }

    func send(_ notice: Notice, by row: NoticeChannel, key: String) async throws(ActFault) {
        switch row.kind {
        case .pagerDuty:
            try await send(
                pagerDuty(row, notice, routingKey: variable(row.secret) ?? ""), to: "PagerDuty", row)
        case .webhook: try await send(webhook(row, notice, key: key), to: "The webhook \(row.name)", row)
        case .command:
            let variables = notice.fields.map { ("SENTINEL_\($0.name.uppercased())", text.line($0.value, limit: 1000)) }
            if let fault = await run(row.command, Dictionary(variables) { $1 }) { throw .failed(text.line(fault)) }
        }
    }

    private func send(_ request: HTTPRequest, to name: String, _ row: NoticeChannel) async throws(ActFault) {
        let response = try await calls.send(request, to: name, isRepeatable: true)
        switch response.status {
        case 200..<300: return
        case 408, 425, 429:
            throw .retry("\(name) asks to wait (\(response.status)).", after: calls.retryAfter(response))
        case 401, 403: throw .refused("\(name) refused the key (\(response.status)): check \(row.secret).")
        default: throw .refused("\(name) returned \(response.status): check the channel \(row.name) in the settings.")
        }
    }

    /// The alert of an incident: what was triggered is acknowledged and resolved under the same key (Events API v2).
    func pagerDuty(_ row: NoticeChannel, _ notice: Notice, routingKey: String) -> HTTPRequest {
        let action =
            switch notice.event {
            case .opened, .news: "trigger"
            case .acknowledged: "acknowledge"
            case .resolved: "resolve"
            }
        let document: JSONValue = .fields([
            "routing_key": .string(routingKey), "event_action": .string(action),
            "dedup_key": .string(PagerDutyEvent.dedupKey(notice.incident?.id ?? 0)), "client": "Sentinel",
            "payload": action != "trigger"
                ? nil
                : [
                    "summary": .string(notice.text), "source": "sentinel",
                    "severity": .string(PagerDutyEvent.severity(notice.incident?.severity)),
                    "class": .string(notice.incident?.type.rawValue ?? ""), "custom_details": details(notice),
                ],
        ])
        return HTTPRequest(
            .post, pagerDutyURL + "/v2/enqueue", headers: [.init("Content-Type", "application/json")],
            body: Array(document.serialized.utf8), timeout: .seconds(15), bodyLimit: 1 << 20)
    }

    /// `X-Sentinel-Signature` is the HMAC of the body, as of a kill webhook, and `Idempotency-Key` names the notice.
    func webhook(_ row: NoticeChannel, _ notice: Notice, key: String) -> HTTPRequest {
        let body = Array(details(notice).serialized.utf8)
        let code = HMACSHA256.authenticationCode(for: body, key: Array((variable(row.secret) ?? "").utf8))
        return HTTPRequest(
            .post, row.address,
            headers: [
                .init("Content-Type", "application/json"), .init("Idempotency-Key", key),
                .init("X-Sentinel-Signature", "sha256=" + Hexadecimal.text(of: code)),
            ], body: body, timeout: .seconds(15), bodyLimit: 1 << 20)
    }

    private func details(_ notice: Notice) -> JSONValue {
        .object(notice.fields.map { .init($0.name, .string(text.line($0.value, limit: 1000))) })
    }
}
