import Basics
package import OnCallModel

extension ConsoleState {
    /// The rows of what is shown.
    package var forensicRows: ForensicRows {
        if forensics.trace != nil { return forensics.tree.map { ForensicRows($0) } ?? .none }
        return forensics.found.map { ForensicRows($0.graph) } ?? .none
    }

    /// The node or step that the cursor is on; before it was moved, the one that matters most.
    package var selectedNode: String? {
        let rows = forensicRows
        let chosen = forensics.trace == nil ? forensics.node : forensics.step
        if let chosen, rows.ids.contains(chosen) { return chosen }
        if forensics.trace != nil { return rows.ids.first { rows.failed.contains($0) } ?? rows.ids.first }
        let graph = forensics.found?.graph
        return graph?.edges.first { $0.kind == .caused }?.from
            ?? graph?.nodes.first { $0.kind == .finding }?.id ?? rows.ids.first
    }

    /// The incident that is looked into, as the list has it.
    package var examinedIncident: IncidentSummary? {
        forensics.incident.flatMap { id in incidents?.first { $0.id == id } }
    }

    mutating func select(node id: String) {
        if forensics.trace == nil { forensics.node = id } else { forensics.step = id }
    }

    // MARK: what is followed

    /// Follows the incident that is looked into while the view is shown, and none else.
    mutating func followForensics() -> [ConsoleEffect] {
        guard view == .forensics else {
            guard forensics.incident != nil else { return [] }
            let wasAsked = forensics.trace != nil
            forensics = ForensicsState()
            return [.followForensics(incident: nil)] + (wasAsked ? [.followTrace(nil)] : [])
        }
        guard forensics.incident == nil else { return [] }
        let chosen = lists[.incidents]?.selected.flatMap { Int64($0) }
        let known = incidents ?? []
        guard let incident = known.first(where: { $0.id == chosen }) ?? known.first else { return [] }
        return examine(incident.id)
    }

    private mutating func examine(_ incident: Int64) -> [ConsoleEffect] {
        let isOverview = forensics.isOverview
        forensics = ForensicsState()
        forensics.incident = incident
        forensics.isOverview = isOverview
        lists[.incidents, default: ListState()].selected = String(incident)
        return [.followForensics(incident: incident), .followTrace(nil)]
    }

    mutating func takeForensics(_ id: Int64, _ value: IncidentForensics?) {
        if id == forensics.incident { forensics.found = value ?? IncidentForensics() }
    }

    mutating func takeTrace(_ id: String, _ value: TraceTree?) {
        if id == forensics.trace { forensics.asked = value }
    }

    /// From the list of incidents to what led to the selected one.
    mutating func lookInto() -> [ConsoleEffect] {
        guard let incident = selectedIncident else {
            say("There is no incident.", mood: .failed)
            return []
        }
        lists[.incidents, default: ListState()].selected = String(incident.id)
        return show(.forensics)
    }

    /// Back to the graph; false where it is shown.
    mutating func leaveTrace() -> Bool {
        guard let trace = forensics.trace else { return false }
        let node = "trace:\(trace)"
        if forensics.found?.graph.nodes.contains(where: { $0.id == node }) == true { forensics.node = node }
        (forensics.trace, forensics.step, forensics.asked) = (nil, nil, nil)
        return true
    }

    // MARK: keys

    mutating func look(_ command: Command) -> [ConsoleEffect] {
        let (rows, selected) = (forensicRows, selectedNode)
        var next: String?
        switch command {
        case .toggleOverview:
            forensics.isOverview.toggle()
            return []
        case .toggleTrace: return toggleTrace()
        case .nextSubject: return change(by: 1)
        case .previousSubject: return change(by: -1)
        case .openNode: return openNode()
        case .parent: next = selected.flatMap(rows.parent)
        case .child: next = selected.flatMap(rows.child)
        case .nextFailed: next = rows.failed(after: selected, step: 1)
        case .previousFailed: next = rows.failed(after: selected, step: -1)
        default: break
        }
        if let next { select(node: next) }
        return []
    }

    private mutating func toggleTrace() -> [ConsoleEffect] {
        if leaveTrace() { return [.followTrace(nil)] }
        if let trace = traceID(of: selectedNode) { return show(trace: trace) }
        guard let found = forensics.found else { return [] }
        guard let first = found.traces.first else {
            say("No trace was read for this incident: select one, or ask for it with Enter.", mood: .failed)
            return []
        }
        return show(trace: first.traceID)
    }

    private func traceID(of node: String?) -> String? {
        node.flatMap { $0.hasPrefix("trace:") ? String($0.dropFirst(6)) : nil }
    }

    /// One that the investigation did not read is read now.
    private mutating func show(trace: String) -> [ConsoleEffect] {
        (forensics.trace, forensics.step, forensics.asked) = (trace, nil, nil)
        if forensics.found?.traces.contains(where: { $0.traceID == trace }) == true { return [] }
        return append(.inspect(trace: trace)) + [.followTrace(trace)]
    }

    /// The next trace where one is shown, else the next incident.
    private mutating func change(by step: Int) -> [ConsoleEffect] {
        if let trace = forensics.trace {
            let traces = (forensics.found?.traces ?? []).map(\.traceID)
            guard !traces.isEmpty else { return [] }
            let place = traces.firstIndex(of: trace) ?? (step > 0 ? -1 : 0)
            return show(trace: traces[(place + step + traces.count) % traces.count])
        }
        let ids = (incidents ?? []).map(\.id)
        guard ids.count > 1, let place = forensics.incident.flatMap({ ids.firstIndex(of: $0) }) else { return [] }
        return examine(ids[(place + step + ids.count) % ids.count])
    }

    private mutating func openNode() -> [ConsoleEffect] {
        if leaveTrace() { return [.followTrace(nil)] }
        guard let id = selectedNode, let node = forensics.found?.graph.nodes.first(where: { $0.id == id }) else {
            return []
        }
        switch node.kind {
        case .trace: return show(trace: String(id.dropFirst(6)))
        case .incident, .finding: return forensics.incident.map { open(incident: $0) } ?? []
        case .commit, .deploy, .release, .error, .message, .monitor, .page, .prompt:
            say(node.url.isEmpty ? "There is nothing more to open." : node.url)
            return []
        }
    }
}
