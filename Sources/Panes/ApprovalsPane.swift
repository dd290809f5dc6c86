import Basics
import CellGrid
import OnCallModel
import ViewState

/// What waits for a person, with its time left; below it what was decided.
enum ApprovalsPane {
    static func draw(_ state: ConsoleState, on grid: inout Grid, in area: Rect) {
        if area.width >= 120 {
            let (left, right) = area.splitLeft(area.width / 2)
            drawList(state, on: &grid, in: left)
            for y in right.y..<right.y + right.height { grid.write("│", at: right.x, y, role: .border) }
            let body = Rect(x: right.x + 2, y: right.y, width: right.width - 2, height: right.height)
            if let item = state.selectedApproval { drawDetail(item, state, on: &grid, in: body) }
        } else if state.openRequest != nil, let item = state.selectedApproval {
            drawDetail(
                item, state, on: &grid, in: Rect(x: area.x + 1, y: area.y, width: area.width - 2, height: area.height))
        } else {
            drawList(state, on: &grid, in: area)
        }
    }

    private static func drawList(_ state: ConsoleState, on grid: inout Grid, in area: Rect) {
        let rows = state.shownApprovals
        let pending = rows.count { $0.status == .pending }
        let filter = state.lists[.approvals]?.filter ?? ""
        grid.write(
            TextWidth.truncated(
                "Approvals (\(pending) pending)\(filter.isEmpty ? "" : " /\(ForeignText.inert(filter))")",
                to: area.width - 2),
            at: area.x + 1, area.y, role: .title, in: area)
        let body = Rect(x: area.x, y: area.y + 1, width: area.width - 1, height: area.height - 1)
        guard !rows.isEmpty else {
            let text = state.approvals == nil ? "Waiting for the store…" : "Nothing waits for a person."
            grid.write(text, at: area.x + 2, body.y, role: .dim, in: body)
            return
        }
        let columns = columns(for: area.width)
        let window = Window(total: rows.count, height: body.height, position: state.position)
        for offset in 0..<window.count {
            let index = window.first + offset
            let item = rows[index]
            let (severity, role) = Spelling.severity(item.severity)
            let isPending = item.status == .pending
            var cells: [(text: String, role: Role)] = [status(item, state.now)]
            if columns.count > 2 { cells.append((severity, isPending ? role : .dim)) }
            if columns.count > 3 { cells.append((isPending ? "" : item.resolvedBy ?? "", .dim)) }
            cells.append((item.action.sentence, isPending ? .text : .dim))
            grid.row(cells, columns: columns, at: body.y + offset, in: body, isSelected: index == state.position)
        }
    }

    private static func columns(for width: Int) -> [Column] {
        var columns = [Column(title: "status", width: 10)]
        if width >= 50 { columns.append(Column(title: "severity", width: 7)) }
        if width >= 76 { columns.append(Column(title: "by", width: 16)) }
        return columns + [Column(title: "what", width: 0)]
    }

    /// The time left of what waits; what became of the rest.
    private static func status(_ item: ApprovalItem, _ now: Instant) -> (text: String, role: Role) {
        switch item.status {
        case .pending: (Format.countdown(item.expiresAt - now), item.expiresAt - now < .minutes(10) ? .bad : .warn)
        case .approved:
            (item.act?.state == .failed ? "✗ failed" : "✓ approved", item.act?.state == .failed ? .bad : .good)
        case .rejected: ("✗ rejected", .dim)
        case .expired: ("· expired", .dim)
        }
    }

    private static func drawDetail(_ item: ApprovalItem, _ state: ConsoleState, on grid: inout Grid, in area: Rect) {
        let (severity, role) = Spelling.severity(item.severity)
        var lines: [IncidentReport.Line] = [("request \(item.id)  \(severity)  \(item.status.rawValue)", role)]
        lines += IncidentReport.wrap(item.action.sentence, width: area.width, role: .title)
        lines += IncidentReport.wrap(item.summary, width: area.width, role: .text)
        if item.status == .pending {
            lines.append(("expires in \(Format.countdown(item.expiresAt - state.now))", .warn))
        } else if let by = item.resolvedBy {
            lines.append(("\(item.status.rawValue) by \(by)", .dim))
        }
        lines += [("", .text), ("Approving sends", .heading)]
        lines += item.dryRun.flatMap { IncidentReport.wrap($0, width: area.width, role: .quoted) }
        if let act = item.act {
            lines += [("", .text), ("Outcome: \(act.state.rawValue)", .heading)]
            lines += IncidentReport.wrap(act.detail, width: area.width, role: act.state == .failed ? .bad : .text)
        }
        grid.lines(lines, in: area, from: state.detailScroll)
    }
}
