import Basics
package import OnCallModel

extension ConsoleState {
    /// The incidents that the filter lets through.
    package var shownIncidents: [IncidentSummary] {
        let rows = view == .dashboard ? dashboard?.recent ?? [] : incidents ?? []
        let filter = lists[.incidents]?.filter ?? ""
        guard view == .incidents, !filter.isEmpty else { return rows }
        let wanted = IncidentFilter(filter)
        return rows.filter(wanted.lets)
    }

    /// Pending requests first, then the decided ones.
    package var shownApprovals: [ApprovalItem] {
        let filter = lists[.approvals]?.filter ?? ""
        let rows = (approvals ?? []).filter {
            filter.isEmpty
                || matches([$0.action.sentence, $0.summary, $0.status.rawValue, $0.severity.rawValue], filter)
        }
        return rows.filter { $0.status == .pending } + rows.filter { $0.status != .pending }
    }

    package var shownLoops: [LoopItem] {
        let filter = lists[.loops]?.filter ?? ""
        return (loops ?? []).filter {
            filter.isEmpty || matches([$0.loop.traceID, $0.loop.agent, $0.loop.pattern, $0.status.rawValue], filter)
        }
    }

    package var shownSettings: [SettingSpec] {
        let filter = lists[.settings]?.filter ?? ""
        return Settings.specs.filter { filter.isEmpty || matches([$0.key, $0.meaning], filter) }
    }

    /// The loops that burn now.
    package var burningLoops: [LoopItem] {
        (loops ?? []).filter { [.active, .killing, .killFailed].contains($0.status) }
    }

    private func matches(_ texts: [String], _ filter: String) -> Bool {
        let wanted = filter.lowercased()
        return texts.contains { $0.lowercased().contains(wanted) }
    }

    /// The identities of the rows that the cursor moves over.
    package var rowIDs: [String] {
        switch view {
        case .dashboard, .incidents: shownIncidents.map { String($0.id) }
        case .approvals: shownApprovals.map { String($0.id) }
        case .loops: shownLoops.map { $0.loop.traceID }
        case .settings: shownSettings.map(\.key)
        case .forensics: forensicRows.ids
        case .quality: shownFeatures.map(\.feature)
        }
    }

    /// Where the cursor is; the first row where its own has gone.
    package var position: Int {
        if view == .forensics { return forensicRows.position(of: selectedNode) }
        return list.selected.flatMap { rowIDs.firstIndex(of: $0) } ?? 0
    }

    package var selectedIncident: IncidentSummary? {
        if let openIncident, let detail, detail.summary.id == openIncident { return detail.summary }
        let rows = shownIncidents
        return rows.indices.contains(position) ? rows[position] : nil
    }

    package var selectedApproval: ApprovalItem? {
        if let openRequest { return approvals?.first { $0.id == openRequest } }
        let rows = shownApprovals
        return rows.indices.contains(position) ? rows[position] : nil
    }

    package var selectedLoop: LoopItem? {
        if view == .dashboard { return burningLoops.first }
        let rows = shownLoops
        return rows.indices.contains(position) ? rows[position] : nil
    }

    package var selectedSetting: SettingSpec? {
        let rows = shownSettings
        return rows.indices.contains(position) ? rows[position] : nil
    }

    mutating func move(by step: Int) {
        if isOpen {
            detailScroll = max(0, min(detailScroll + step, 100_000))
            return
        }
        let ids = rowIDs
        guard !ids.isEmpty else { return }
        let next = min(max(0, position + min(max(step, -ids.count), ids.count)), ids.count - 1)
        if view == .forensics {
            select(node: ids[next])
            return
        }
        list.selected = ids[next]
    }

    mutating func open() -> [ConsoleEffect] {
        switch view {
        case .dashboard, .incidents:
            guard openIncident == nil, let incident = selectedIncident else { return [] }
            return open(incident: incident.id)
        case .approvals:
            openRequest = selectedApproval?.id
            detailScroll = 0
        case .loops:
            guard let incident = selectedLoop?.incident else { return [] }
            return open(incident: incident)
        case .quality:
            openFeature = selectedFeature?.feature
            detailScroll = 0
        case .settings: edit()
        case .forensics: return look(.openNode)
        }
        return []
    }

    mutating func open(incident: Int64) -> [ConsoleEffect] {
        if view != .incidents { trail = Array((trail + [view]).suffix(16)) }
        view = .incidents
        lists[.incidents, default: ListState()].selected = String(incident)
        openIncident = incident
        detail = nil
        detailScroll = 0
        return [.follow(incident: incident)] + followForensics()
    }
}
