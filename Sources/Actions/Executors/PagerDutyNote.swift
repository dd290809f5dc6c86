import Basics
import HTTPClient
import OnCallModel

/// Adds the cause of an incident as a note to its PagerDuty incident, the one that ``PagerDutyEvent`` triggered.
/// ``Execution/object`` is the id of that one; the act's key in the note is the marker by which it is found.
struct PagerDutyNote: Executor {
    let access: ProviderAccess.Gateways
    let calls: ProviderCalls
    let incident: IncidentDetail?

    var missing: String? {
        access.pagerDutyToken.isEmpty ? "PagerDuty is not configured: set PAGERDUTY_TOKEN." : nil
    }

    private func api(_ row: ExecutorRow) -> ExecutorAPI {
        ExecutorAPI(
            name: "PagerDuty", base: access.pagerDutyURL,
            headers: [
                .init("Authorization", "Token token=\(access.pagerDutyToken)"),
                .init("Accept", "application/vnd.pagerduty+json;version=2"), .init("From", row.from),
            ], calls: calls)
    }

    func prepare(_ draft: Execution) async throws(ActFault) -> Execution {
        if let missing { throw .failed(missing) }
        let key = ExecutorAPI.encode(PagerDutyEvent.dedupKey(draft.incident))
        let (status, document, _) = try await api(draft.row).get("/incidents?incident_key=\(key)&date_range=all")
        guard status == 200, let incidents = document["incidents"]?.array else {
            throw api(draft.row).refusal(status, document, Self.hint)
        }
        guard let found = incidents.last, let id = found["id"]?.string else {
            throw .failed(
                "PagerDuty has no incident for incident \(draft.incident): trigger one with the executor pagerduty_event."
            )
        }
        var execution = draft
        (execution.object, execution.seen) = (id, found["status"]?.string ?? "")
        return execution
    }

    func requests(_ execution: Execution, key: String) -> [HTTPRequest] {
        let path = "/incidents/\(ExecutorAPI.encode(execution.object))/notes"
        return [api(execution.row).request(.post, path, ["note": ["content": .string(content(execution, key))]])]
    }

    private func content(_ execution: Execution, _ key: String) -> String {
        let suspect = incident?.suspects.first.map { suspect in
            "\(suspect.shortSHA) \(suspect.title): \(suspect.why.prefix(3).joined(separator: "; "))"
        }
        let cause = suspect ?? incident?.noCodeCause?.why.prefix(3).joined(separator: "; ") ?? "not known yet"
        let headline = calls.text.line(incident?.summary.headline ?? "", limit: 500)
        return "\(headline)\nLikely cause: \(calls.text.line(cause, limit: 1000))\n\(Self.marker(key))"
    }

    private static func marker(_ key: String) -> String { "[sentinel:\(key)]" }

    func standing(of execution: Execution, key: String, since: Instant) async throws(ActFault) -> Standing {
        let (status, document, _) = try await api(execution.row).get(
            "/incidents/\(ExecutorAPI.encode(execution.object))/notes")
        guard status == 200, let notes = document["notes"]?.array else {
            throw api(execution.row).refusal(status, document, Self.hint)
        }
        let note = notes.first { $0["content"]?.string?.contains(Self.marker(key)) == true }
        guard let note else { return .open }
        return .reached("the note is in PagerDuty incident \(execution.object)", reference: note["id"]?.string)
    }

    func send(_ execution: Execution, key: String, since: Instant) async throws(ActFault) -> Standing? {
        let (status, document, _) = try await api(execution.row).send(requests(execution, key: key)[0])
        guard (200...201).contains(status) else { throw api(execution.row).refusal(status, document, Self.hint) }
        return nil
    }

    private static let hint = "Check PAGERDUTY_TOKEN, and that from is the address of a PagerDuty user."
}
