package import Basics
package import OnCallModel

package struct IncidentsState: Hashable, Sendable {
    // Nil until the store has answered.
    package var items: [IncidentSummary]?
    package var silences: [Silence]?
    /// The report of ``ConsoleState/openIncident``.
    package var detail: Answer<Int64, IncidentDetail?>?
}

extension ConsoleState {
    /// The incident whose report is open.
    package var openIncident: Int64? { lists[.incidents]?.open.flatMap { Int64($0) } }

    /// Shows the report of an incident.
    mutating func open(incident: Int64) {
        if pane != .incidents { show(.incidents) }
        list.selected = String(incident)
        open(row: String(incident))
    }

    /// The silences that are in force or start later.
    var activeSilences: [Silence] {
        (incidents.silences ?? []).filter { $0.endedAt == nil && now < $0.expiresAt }
    }
}

package enum IncidentsSpec: PaneSpec {
    package static let title = "Incidents"
    package static let shortTitle = "Inc"
    package static let keys: [Key] = [.character("2")]
    package static let tooltip = "Show the incidents"
    package static let actions: [ConsoleAction] =
        [
            .open { console in
                if console.openIncident == nil { console.withIncident { $0.open(incident: $1.id) } }
            },
            ConsoleAction(
                [.character("e")], "ack", "Acknowledge the incident: someone is working on it", isProminent: true,
                disabled: { refusal($0) { $0.life.stage == .open ? nil : "is already \($0.life.stage.rawValue)" } },
                perform: { console in selected(console).map { console.append(.acknowledge(incident: $0.id)) } ?? [] }),
            ConsoleAction(
                [.character("R")], "resolve", "Resolve the incident", isProminent: true,
                disabled: { refusal($0) { $0.state == .resolved ? "is already resolved" : nil } },
                change: { $0.withIncident { $0.ask(toResolve: $1) } }),
            ConsoleAction(
                [.character("f")], "forensics", "Show the causes and effects of the incident", isProminent: true,
                disabled: { refusal($0) { _ in nil } },
                change: { console in
                    console.withIncident { $0.list.selected = String($1.id) }
                    console.show(.forensics)
                }),
            ConsoleAction(
                [.character("z")], "snooze", "Snooze: notify again later", isProminent: true,
                disabled: { refusal($0, ifResolved) },
                change: { $0.withIncident { $0.overlay = .mute(MuteDialog(.snooze($1))) } }),
            ConsoleAction(
                [.character("w")], "unsnooze", "End the incident's snooze",
                disabled: { refusal($0) { $0.life.snoozedUntil == nil ? "is not snoozed" : nil } },
                perform: { console in selected(console).map { console.append(.wake(incident: $0.id)) } ?? [] }),
            ConsoleAction(
                [.character("S")], "silence", "Silence: no notifications for a duration",
                disabled: { refusal($0, ifResolved) },
                change: { $0.withIncident { $0.overlay = .mute(MuteDialog(.silence($1))) } }),
            ConsoleAction(
                [.character("M")], "maintenance", "Maintenance: no notifications for any incident for a duration",
                change: { $0.overlay = .mute(MuteDialog(.maintenance)) }),
            ConsoleAction(
                [.character("v")], "silences", "List the silences, or end one",
                change: { $0.overlay = .silences(position: 0) }),
        ] + ConsoleAction.search

    package static func rows(_ console: ConsoleState) -> [String] { list(console).ids }

    static func list(_ console: ConsoleState) -> ListView<IncidentSummary> {
        ListView(console.incidents.items, console.lists[.incidents], id: { String($0.id) }) {
            IncidentFilter($1).matches($0)
        }
    }

    /// The incident that is open, as its report has it; else the one under the cursor.
    static func selected(_ console: ConsoleState) -> IncidentSummary? {
        if let answer = console.incidents.detail, answer.id == console.openIncident, let detail = answer.value {
            return detail.summary
        }
        return list(console).selected
    }

    private static func ifResolved(_ incident: IncidentSummary) -> String? {
        incident.life.stage == .resolved ? "is resolved" : nil
    }

    private static func refusal(_ console: ConsoleState, _ reason: (IncidentSummary) -> String?) -> String? {
        guard let incident = selected(console) else { return "No incident is selected." }
        return reason(incident).map { "Incident \(incident.id) \($0)." }
    }
}

extension ConsoleState {
    fileprivate mutating func withIncident(_ change: (inout ConsoleState, IncidentSummary) -> Void) {
        if let incident = IncidentsSpec.selected(self) { change(&self, incident) }
    }

    fileprivate mutating func ask(toResolve incident: IncidentSummary) {
        overlay = .question(
            Overlay.Question(
                title: "Resolve incident \(incident.id)?", sentence: "Resolve it and post that in Slack",
                facts: ["Decided by \(author)", "It reopens if a scan finds it again within a day"],
                intent: .resolve(incident: incident.id)))
    }
}

/// The incidents, and the report of the open one or the summary of the selected one.
package struct IncidentsView: Hashable, Sendable {
    package enum Detail: Hashable, Sendable {
        case summary(IncidentSummary)
        case reading(Int64)
        case report(IncidentDetail, scroll: Int)
    }

    package let now: Instant
    package let list: ListView<IncidentSummary>
    package let detail: Detail?
    package let isOpen: Bool

    package init(_ console: ConsoleState) {
        now = console.now
        list = IncidentsSpec.list(console)
        isOpen = console.openIncident != nil
        if let id = console.openIncident {
            if let answer = console.incidents.detail, answer.id == id, let detail = answer.value {
                self.detail = .report(detail, scroll: console.lists[.incidents]?.scroll ?? 0)
            } else {
                detail = .reading(id)
            }
        } else {
            detail = list.selected.map { .summary($0) }
        }
    }
}

/// `state:snoozed type:cost_spike bot`: all words must match; one with a colon names a field.
struct IncidentFilter {
    let words: [Substring]

    /// The text is in lower case.
    init(_ text: String) {
        words = text.split(separator: " ")
    }

    func matches(_ incident: IncidentSummary) -> Bool {
        let fields = [
            "state": incident.life.parent == nil ? incident.state.rawValue : "\(incident.state.rawValue) inhibited",
            "type": incident.type.rawValue, "severity": incident.severity.rawValue, "id": "#\(incident.id)",
        ]
        let text = (fields.values + [incident.headline, incident.subject]).joined(separator: "\n").lowercased()
        return words.allSatisfy { word in
            let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let value = fields[String(parts[0])] else { return text.contains(word) }
            return value.contains(parts[1])
        }
    }
}
