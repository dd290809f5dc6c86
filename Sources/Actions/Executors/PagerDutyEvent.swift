import Basics
import HTTPClient
import OnCallModel

/// Triggers, acknowledges or resolves the PagerDuty alert of an incident (Events API v2). Its `dedup_key` is one for each
/// incident, so a second arrival changes nothing.
struct PagerDutyEvent: Executor {
    let access: ProviderAccess.Gateways
    let calls: ProviderCalls
    let incident: IncidentSummary?

    static func dedupKey(_ incident: Int64) -> String { "sentinel-incident-\(incident)" }

    private var api: ExecutorAPI {
        ExecutorAPI(name: "PagerDuty", base: access.pagerDutyEventsURL, headers: [], calls: calls)
    }

    var missing: String? {
        access.pagerDutyRoutingKey.isEmpty ? "PagerDuty events are not configured: set PAGERDUTY_ROUTING_KEY." : nil
    }

    func prepare(_ draft: Execution) async throws(ActFault) -> Execution {
        if let missing { throw .failed(missing) }
        return draft
    }

    func requests(_ execution: Execution, key: String) -> [HTTPRequest] {
        let event = execution.row.event
        let headline = calls.text.line(incident?.headline ?? "Incident \(execution.incident)", limit: 900)
        let document: JSONValue = .fields([
            "routing_key": .string(access.pagerDutyRoutingKey), "event_action": .string(event),
            "dedup_key": .string(Self.dedupKey(execution.incident)), "client": "Sentinel",
            "payload": event != "trigger"
                ? nil
                : [
                    "summary": .string(headline), "source": "sentinel",
                    "severity": .string(Self.severity(incident?.severity)),
                    "class": .string(incident?.type.rawValue ?? ""),
                    "custom_details": ["incident": .integer(execution.incident)],
                ],
        ])
        return [api.request(.post, "/v2/enqueue", document)]
    }

    /// The severity in PagerDuty's words.
    static func severity(_ severity: Severity?) -> String {
        switch severity {
        case .critical: "critical"
        case .high: "error"
        case .medium, nil: "warning"
        case .info: "info"
        }
    }

    /// The Events API cannot be read. What was lost is sent again.
    func standing(of execution: Execution, key: String, since: Instant) async throws(ActFault) -> Standing { .open }

    func send(_ execution: Execution, key: String, since: Instant) async throws(ActFault) -> Standing? {
        let (status, document, _) = try await api.send(requests(execution, key: key)[0], isRepeatable: true)
        guard status == 202 else { throw api.refusal(status, document, "Check PAGERDUTY_ROUTING_KEY.") }
        return .reached(
            "PagerDuty accepted it", reference: document["dedup_key"]?.string ?? Self.dedupKey(execution.incident))
    }
}
