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
                if console.openIncident == nil, let incident = selected(console) { console.open(incident: incident.id) }
            },
            action(
                "e", "ack", "Acknowledge the incident: someone is working on it",
                refusal: { $0.life.stage == .open ? nil : "is already \($0.life.stage.rawValue)" },
                perform: { $0.append(.acknowledge(incident: $1.id)) }),
            action(
                "R", "resolve", "Resolve the incident",
                refusal: { $0.state == .resolved ? "is already resolved" : nil }, perform: { $0.ask(toResolve: $1) }),
            action(
                "f", "forensics", "Show the causes and effects of the incident", refusal: { _ in nil },
                perform: { console, incident in
                    console.list.selected = String(incident.id)
                    console.show(.forensics)
                    return []
                }),
            action(
                "z", "snooze", "Snooze: notify again later", refusal: ifResolved,
                perform: { $0.open(MuteDialog(.snooze($1))) }),
            action(
                "w", "unsnooze", "End the incident's snooze", isProminent: false,
                refusal: { $0.life.snoozedUntil == nil ? "is not snoozed" : nil },
                perform: { $0.append(.unsnooze(incident: $1.id)) }),
            action(
                "S", "silence", "Silence: no notifications for a duration", isProminent: false, refusal: ifResolved,
                perform: { $0.open(MuteDialog(.silence($1))) }),
            action(
                "i", "note", "Write a note about the incident in $EDITOR", isProminent: false, refusal: { _ in nil },
                perform: { $0.edit(noteOf: $1.id) }),
            action(
                "+", "cause right", "Mark the named cause as right", isProminent: false, refusal: { _ in nil },
                perform: { $0.append(.markCause(incident: $1.id, isRight: true)) }),
            action(
                "-", "cause wrong", "Mark the named cause as wrong", isProminent: false, refusal: { _ in nil },
                perform: { $0.append(.markCause(incident: $1.id, isRight: false)) }),
            ConsoleAction(
                [.character("M")], "maintenance", "Maintenance: no notifications for any incident for a duration",
                perform: { $0.open(MuteDialog(.maintenance)) }),
            ConsoleAction(
                [.character("v")], "silences", "List the silences, or end one",
                change: { $0.overlay = .silences(position: 0) }),
        ] + ConsoleAction.search

    package static func rows(_ console: ConsoleState) -> [String] { list(console).ids }

    static func list(_ console: ConsoleState) -> ListView<IncidentSummary> {
        ListView(console.incidents.items, console.lists[.incidents], id: { String($0.id) }) { $0.matches($1) }
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

    /// An action on the selected incident.
    private static func action(
        _ key: Character, _ title: String, _ tooltip: String, isProminent: Bool = true,
        refusal: @escaping @Sendable (IncidentSummary) -> String?,
        perform: @escaping @Sendable (inout ConsoleState, IncidentSummary) -> [ConsoleEffect]
    ) -> ConsoleAction {
        ConsoleAction(
            [.character(key)], title, tooltip, isProminent: isProminent,
            disabled: { console in
                guard let incident = selected(console) else { return "No incident is selected." }
                return refusal(incident).map { "Incident \(incident.id) \($0)." }
            },
            perform: { console in selected(console).map { perform(&console, $0) } ?? [] })
    }
}

extension ConsoleState {
    fileprivate mutating func open(_ dialog: MuteDialog) -> [ConsoleEffect] {
        overlay = .mute(dialog)
        return []
    }

    fileprivate mutating func edit(noteOf incident: Int64) -> [ConsoleEffect] {
        guard !isReadOnly else { return append(.note(incident: incident, text: "")) }
        return [.editNote(incident: incident)]
    }

    fileprivate mutating func ask(toResolve incident: IncidentSummary) -> [ConsoleEffect] {
        overlay = .question(
            Overlay.Question(
                title: "Resolve incident \(incident.id)?", sentence: "Resolve it and post that in Slack",
                facts: ["Decided by \(author)", "It reopens if a scan finds it again within a day"],
                intent: .resolve(incident: incident.id)))
        return []
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
    /// Why no incident does not mean that there is none.
    package let unknown: String?

    package init(_ console: ConsoleState) {
        now = console.now
        list = IncidentsSpec.list(console)
        unknown = console.unknown()
        if let id = console.openIncident {
            if let answer = console.incidents.detail, answer.id == id, let detail = answer.value {
                self.detail = .report(detail, scroll: list.scroll)
            } else {
                detail = .reading(id)
            }
        } else {
            detail = list.selected.map { .summary($0) }
        }
    }
}

extension IncidentSummary {
    /// `state:snoozed type:cost_spike bot`: all words must match; one with a colon names a field. The filter is in lower case.
    fileprivate func matches(_ filter: String) -> Bool {
        let fields = [
            "state": life.parent == nil ? state.rawValue : "\(state.rawValue) inhibited",
            "type": type.rawValue, "severity": severity.rawValue, "id": "#\(id)",
        ]
        let text = (fields.values + [headline, subject]).joined(separator: "\n").lowercased()
        return filter.split(separator: " ").allSatisfy { word in
            let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let value = fields[String(parts[0])] else { return text.contains(word) }
            return value.contains(parts[1])
        }
    }
}
