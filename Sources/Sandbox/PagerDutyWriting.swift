import Basics
import JSON
import WebServer

/// What PagerDuty lets a user do to an incident. The user is named by the header `From`, as account keys belong to nobody.
struct PagerDutyWriting: Sendable {
    let world: SandboxWorld

    private typealias Incident = PagerDutyAccount.Incident

    /// The id of the user in whose name the request writes.
    private func author(_ request: WebRequest) -> String? {
        guard let email = request.header("from") else { return nil }
        return world.read { $0.pagerDuty.users.first { $0.email == email }?.id }
    }

    private static let unknownAuthor = PagerDutyProvider.refusal(400, 1008, "Requester User Not Found")

    /// `PUT {"incident": {"type": "incident_reference", "status": …}}`.
    func update(_ incident: PagerDutyAccount.Incident, _ request: WebRequest) -> WebResponse {
        guard let author = author(request) else { return Self.unknownAuthor }
        guard let body = (try? JSONDocument.parse(request.body))?["incident"],
            ["incident", "incident_reference"].contains(body["type"]?.string)
        else { return PagerDutyProvider.invalid("Incident is missing or has no type") }
        guard incident.status != "resolved" else { return PagerDutyProvider.invalid("Incident Already Resolved") }
        let status = body["status"]?.string
        guard status.map(["acknowledged", "resolved"].contains) ?? true else {
            return PagerDutyProvider.invalid("Status must be acknowledged or resolved")
        }
        let now = world.clock.now()
        return change(incident.id) { incident in
            incident.title = body["title"]?.string ?? incident.title
            incident.updated = now
            guard let status else { return }
            incident.status = status
            if status == "resolved" { incident.resolved = now }
            Self.log(status == "resolved" ? "resolve" : "acknowledge", in: &incident, by: author, at: now)
        }
    }

    private static func log(_ kind: String, in incident: inout Incident, by author: String, at now: Instant) {
        let summary = kind == "annotate" ? "Note added through the API." : "\(kind)d through the API."
        incident.entries.append(
            .init(
                id: "R\(incident.id)\(incident.entries.count)", kind: kind, summary: summary, created: now, user: author
            ))
    }

    private func change(_ id: String, _ body: (inout Incident) -> Void) -> WebResponse {
        let account = world.change { state in
            guard let index = state.pagerDuty.incidents.firstIndex(where: { $0.id == id }) else {
                return state.pagerDuty
            }
            body(&state.pagerDuty.incidents[index])
            return state.pagerDuty
        }
        guard let changed = account.incidents.first(where: { $0.id == id }) else { return PagerDutyProvider.notFound }
        let row = PagerDutyRows(account: account).row(changed)
        return .json(["incident": row])
    }

    /// `POST {"note": {"content": …}}`.
    func annotate(_ incident: PagerDutyAccount.Incident, _ request: WebRequest) -> WebResponse {
        guard let author = author(request) else { return Self.unknownAuthor }
        let content = (try? JSONDocument.parse(request.body))?["note"]?["content"]?.string ?? ""
        guard !content.isEmpty else { return PagerDutyProvider.invalid("Content cannot be empty.") }
        guard incident.notes.count < 2000 else {
            return PagerDutyProvider.invalid("An incident has 2000 notes at most.")
        }
        let note = PagerDutyAccount.Note(
            id: "N\(incident.id)\(incident.notes.count)", user: author, content: content, created: world.clock.now())
        _ = change(incident.id) { incident in
            incident.notes.append(note)
            Self.log("annotate", in: &incident, by: author, at: note.created)
        }
        let row = PagerDutyRows(account: world.read(\.pagerDuty)).row(note)
        return .json(["note": row], status: 201)
    }
}
