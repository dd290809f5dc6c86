package import Basics
package import OnCallModel

package enum ForensicsSpec: PaneSpec {
    package static let title = "Forensics"
    package static let shortTitle = "Why"
    package static let keys: [Key] = [.character("3")]
    package static let tooltip = "Show the causes and effects of an incident"
    package static let actions: [ConsoleAction] = [
        ConsoleAction(
            [.enter], "open", "Open the incident, or show the steps of the trace", isProminent: true,
            perform: { $0.openNode() }),
        ConsoleAction(
            [.character("g")], "overview", "Switch between the list and the layered overview", isProminent: true,
            change: { $0.forensics.isOverview.toggle() }),
        ConsoleAction(
            [.character("t")], "trace", "Switch between the graph and the steps of a trace", isProminent: true,
            perform: { $0.toggleTrace() }),
        go([.character("h"), .left], "cause", "Go to the cause") { $0.parent(of: $1) },
        go([.character("l"), .right], "effect", "Go to the effect") { $0.child(of: $1) },
        go([.character("e")], "next failed", "Go to the next failed row", isProminent: true) {
            $0.failed(after: $1, step: 1)
        },
        go([.character("E")], "previous failed", "Go to the previous failed row") { $0.failed(after: $1, step: -1) },
        ConsoleAction(
            [.character("]")], "next", "Show the next incident, or the next trace", isProminent: true,
            perform: { $0.changeSubject(by: 1) }),
        ConsoleAction(
            [.character("[")], "previous", "Show the previous incident, or the previous trace",
            perform: { $0.changeSubject(by: -1) }),
    ]

    package static func rows(_ console: ConsoleState) -> [String] { console.forensics.rows.ids }
    package static func selected(_ console: ConsoleState) -> String? { console.forensics.selected }
    package static func select(_ row: String, in console: inout ConsoleState) { console.forensics.select(row) }
    package static func leave(_ console: inout ConsoleState) -> Bool { console.forensics.leaveTrace() }

    /// An incident is examined, and observed, only while the pane is shown.
    package static func settle(_ console: inout ConsoleState) -> [ConsoleEffect] {
        if console.pane != .forensics {
            if console.forensics.incident != nil { console.forensics = ForensicsState() }
        } else if console.forensics.incident == nil {
            let known = console.incidents.items ?? []
            let chosen = console.lists[.incidents]?.selected.flatMap { Int64($0) }
            if let incident = known.first(where: { $0.id == chosen }) ?? known.first { console.examine(incident.id) }
        }
        return []
    }

    private static func go(
        _ keys: [Key], _ title: String, _ tooltip: String, isProminent: Bool = false,
        _ next: @escaping @Sendable (ForensicRows, String) -> String?
    ) -> ConsoleAction {
        ConsoleAction(
            keys, title, tooltip, isProminent: isProminent,
            change: { console in
                if let row = console.forensics.selected, let next = next(console.forensics.rows, row) {
                    console.forensics.select(next)
                }
            })
    }
}

extension ConsoleState {
    fileprivate mutating func examine(_ incident: Int64) {
        let isOverview = forensics.isOverview
        forensics = ForensicsState()
        (forensics.incident, forensics.isOverview) = (incident, isOverview)
        lists[.incidents, default: ListState()].selected = String(incident)
    }

    fileprivate mutating func toggleTrace() -> [ConsoleEffect] {
        if forensics.leaveTrace() { return [] }
        if let selected = forensics.selected, selected.hasPrefix("trace:") {
            return show(trace: String(selected.dropFirst(6)))
        }
        guard let found = forensics.found else { return [] }
        guard let first = found.traces.first else {
            say("No trace was read for this incident. Select a trace and press Enter to read it.", mood: .failed)
            return []
        }
        return show(trace: first.traceID)
    }

    /// A trace that the investigation did not read is requested now.
    private mutating func show(trace: String) -> [ConsoleEffect] {
        (forensics.trace, forensics.step, forensics.requested) = (trace, nil, nil)
        return forensics.unreadTrace == nil ? [] : append(.inspect(trace: trace))
    }

    /// The next trace where one is shown, else the next incident.
    fileprivate mutating func changeSubject(by step: Int) -> [ConsoleEffect] {
        if let trace = forensics.trace {
            let traces = (forensics.found?.traces ?? []).map(\.traceID)
            guard !traces.isEmpty else { return [] }
            let place = traces.firstIndex(of: trace) ?? (step > 0 ? -1 : 0)
            return show(trace: traces[(place + step + traces.count) % traces.count])
        }
        let ids = (incidents.items ?? []).map(\.id)
        guard ids.count > 1, let place = forensics.incident.flatMap({ ids.firstIndex(of: $0) }) else { return [] }
        examine(ids[(place + step + ids.count) % ids.count])
        return []
    }

    fileprivate mutating func openNode() -> [ConsoleEffect] {
        if forensics.leaveTrace() { return [] }
        guard let id = forensics.selected, let node = forensics.found?.graph.nodes.first(where: { $0.id == id }) else {
            return []
        }
        switch node.kind {
        case .trace: return show(trace: String(id.dropFirst(6)))
        case .incident, .finding: if let incident = forensics.incident { open(incident: incident) }
        case .commit, .deploy, .release, .error, .message, .monitor, .page, .prompt:
            say(node.url.isEmpty ? "There is no link to open." : node.url)
        }
        return []
    }
}

/// The causes and effects of an incident, or the steps of a trace.
package struct ForensicsView: Hashable, Sendable {
    package enum Subject: Hashable, Sendable {
        case graph(CausalGraph)
        /// The place among the traces that the investigation read, `2 of 3`; empty for another trace.
        case trace(TraceTree, place: String)
        /// Nothing is drawn, for this reason.
        case none(reason: String)
    }

    package let now: Instant
    package let title: String
    /// As the list has it.
    package let incident: IncidentSummary?
    package let subject: Subject
    package let rows: ForensicRows
    package let selected: String?
    package let isOverview: Bool

    package init(_ console: ConsoleState) {
        let state = console.forensics
        now = console.now
        incident = state.incident.flatMap { id in console.incidents.items?.first { $0.id == id } }
        (rows, selected, isOverview) = (state.rows, state.selected, state.isOverview)
        if let trace = state.trace {
            let traces = state.found?.traces ?? []
            let place = traces.firstIndex { $0.traceID == trace }.map { " \($0 + 1) of \(traces.count)" } ?? ""
            title = "Trace\(place)  \(trace)"
            subject =
                state.tree.map { .trace($0, place: place) } ?? .none(reason: "Reading trace \(trace)… Esc goes back.")
        } else {
            title = state.incident.map { "Incident \($0)" } ?? "Forensics"
            let none = console.incidents.items == nil ? "Waiting for the store…" : console.unknown() ?? "No incidents."
            subject = Self.graph(state, none: none)
        }
    }

    private static func graph(_ state: ForensicsState, none: String) -> Subject {
        guard state.incident != nil else { return .none(reason: none) }
        guard let found = state.found else { return .none(reason: "Reading the investigation…") }
        return found.graph.nodes.isEmpty
            ? .none(reason: "Not investigated yet: the next scan investigates this incident.") : .graph(found.graph)
    }
}
