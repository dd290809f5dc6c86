import Basics
import JSON
import WebServer

/// PagerDuty's Events API v2, and notes on incidents.
struct PagerDutyWrites: Sendable {
    let world: SandboxWorld

    /// `POST /v2/enqueue`. It needs no header; the routing key in the body names the service.
    func event(_ request: WebRequest) -> WebResponse {
        guard let body = try? JSONDocument.parse(request.body),
            body["routing_key"]?.string == PagerDutyProvider.routingKey, let action = body["event_action"]?.string,
            let key = body["dedup_key"]?.string
        else { return invalid("Length of 'routing_key' is incorrect (should be 32 characters)") }
        let summary = body["payload"]?["summary"]?.string
        guard action != "trigger" || summary != nil else { return invalid("'payload.summary' is missing or blank") }
        let now = world.clock.now()
        world.change { state in
            let open = state.pagerDuty.incidents.firstIndex { $0.key == key && $0.status != "resolved" }
            let status = ["acknowledge": "acknowledged", "resolve": "resolved"][action]
            if let open {
                guard let status, state.pagerDuty.incidents[open].status != status else { return }
                state.pagerDuty.incidents[open].status = status
                if status == "resolved" { state.pagerDuty.incidents[open].resolved = now }
                state.gateways.effects.append("alert \(status)")
            } else if action == "trigger" {
                let number = (state.pagerDuty.incidents.map(\.number).max() ?? 0) + 1
                state.pagerDuty.incidents.append(
                    PagerDutyAccount.Incident(
                        id: "QSENTINEL\(number)", number: number, title: summary ?? "",
                        service: state.pagerDuty.services.first?.id ?? "", key: key, created: now))
                state.gateways.effects.append("alert triggered")
            }
        }
        return .json(object(status: "success", message: "Event processed", dedup_key: key), status: 202)
    }

    private func invalid(_ error: String) -> WebResponse {
        .json(object(status: "invalid event", message: "Event object is invalid", errors: [error]), status: 400)
    }

    /// `POST /incidents/{id}/notes` with `From`, the address of a user.
    func note(on incident: String, _ request: WebRequest) -> WebResponse {
        let from = request.header("from") ?? ""
        guard let user = world.read({ $0.pagerDuty.users.first { $0.email == from } }) else {
            return PagerDutyProvider.refusal(400, 2001, "Requester User Not Found")
        }
        guard let content = (try? JSONDocument.parse(request.body))?["note"]?["content"]?.string, !content.isEmpty
        else {
            return PagerDutyProvider.invalid("Content cannot be empty.")
        }
        let now = world.clock.now()
        let note = world.change { state -> PagerDutyAccount.Note? in
            guard let index = state.pagerDuty.incidents.firstIndex(where: { $0.id == incident }) else { return nil }
            let note = PagerDutyAccount.Note(
                id: "PNOTE\(state.pagerDuty.incidents[index].notes.count)", user: user.id, content: content,
                created: now)
            state.pagerDuty.incidents[index].notes.append(note)
            state.gateways.effects.append("note")
            return note
        }
        guard let note else { return PagerDutyProvider.notFound }
        return .json(object(note: PagerDutyRows(account: world.read(\.pagerDuty)).row(note)), status: 201)
    }
}
