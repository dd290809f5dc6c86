import Basics
import CellGrid
import OnCallModel
import ViewState

enum DashboardPane {
    static func draw(_ view: DashboardView, on grid: inout Grid, in area: Rect) {
        guard let board = view.board else {
            grid.write("Waiting for the store…", at: area.x + 2, area.y + 1, role: .dim)
            return
        }
        let (agentLine, rest) = area.splitTop(1)
        drawAgent(view, on: &grid, in: agentLine)
        let (cardArea, lower) = rest.splitTop(area.height >= 12 ? 4 : 2)
        drawCards(board, on: &grid, in: cardArea)
        guard lower.height > 1 else { return }
        if area.width >= 100 {
            let (left, right) = lower.splitLeft(area.width * 3 / 5)
            drawRecent(view, board, on: &grid, in: left)
            drawHealth(board, view.now, hasPanel: true, on: &grid, in: right)
        } else {
            // Incidents come first, but empty lines never push the states out.
            let recent = min(max(view.recent.rows.count, 1), 8) + 2
            let wanted = board.sources.count + board.detectors.count + 2 + (board.sampling == nil ? 0 : 1)
            let healthRows = min(wanted, max(lower.height / 2, lower.height - recent))
            let (top, bottom) = lower.splitTop(lower.height - healthRows)
            drawRecent(view, board, on: &grid, in: top)
            drawHealth(board, view.now, hasPanel: false, on: &grid, in: bottom)
        }
    }

    private static func drawAgent(_ view: DashboardView, on grid: inout Grid, in area: Rect) {
        guard let agent = view.agent, let holder = agent.holder else {
            grid.write(" No agent is running: nothing is scanned.", at: area.x, area.y, role: .bad, in: area)
            return
        }
        var text = " agent \(holder)"
        if !agent.activity.isEmpty {
            text += "  \(agent.activity)…"
        } else {
            if let last = agent.lastCycleAt { text += "  last scan \(Format.ago(last, view.now))" }
            if let next = agent.nextCycleAt { text += "  next in \(Format.age(next - view.now))" }
        }
        let end = grid.write(TextWidth.truncated(text, to: area.width), at: area.x, area.y, role: .dim, in: area)
        if agent.lastCyclePartial { grid.write("  partial data", at: end, area.y, role: .warn, in: area) }
    }

    // MARK: cards

    private struct Card {
        var title: String
        var value: String
        var note: String
        var role: Role
    }

    private static func drawCards(_ board: Dashboard, on grid: inout Grid, in area: Rect) {
        let cards = cards(board)
        let perRow = max(1, min(cards.count, area.width / 16))
        let width = area.width / perRow
        let rows = area.height >= 4 ? 3 : 2
        for (index, card) in cards.prefix(perRow).enumerated() {
            let box = Rect(x: area.x + index * width + 1, y: area.y, width: width - 2, height: rows)
            grid.write(card.title, at: box.x, box.y, role: .dim, in: box)
            grid.write(card.value, at: box.x, box.y + 1, role: card.role, in: box)
            if rows > 2 { grid.write(card.note, at: box.x, box.y + 2, role: .dim, in: box) }
        }
    }

    private static func cards(_ board: Dashboard) -> [Card] {
        let isHigh = (board.spendPerHour ?? 0) > 2.5 * (board.baselinePerHour ?? .infinity)
        return [
            Card(
                title: "INCIDENTS", value: "\(board.openIncidents) open", note: "\(board.totalIncidents) in total",
                role: board.openIncidents > 0 ? .high : .good),
            Card(
                title: "COST", value: board.spendPerHour.map { Format.dollars($0) + "/h" } ?? "–",
                note: board.baselinePerHour.map { "usual \(Format.dollars($0))" } ?? "learning",
                role: isHigh ? .critical : .money),
            Card(
                title: "NEXT 6 H", value: board.projectedSixHours.map(Format.dollars) ?? "–",
                note: sparkline(board.hours.suffix(12).map(\.cost)),
                role: (board.projectedSixHours ?? 0) > 5 ? .critical : .money),
            Card(
                title: "LOOPS", value: "\(board.activeLoops) active", note: board.activeLoops > 0 ? "press l" : "",
                role: board.activeLoops > 0 ? .critical : .good),
            Card(
                title: "APPROVALS", value: "\(board.pendingApprovals) pending",
                note: board.pendingApprovals > 0 ? "press 6" : "", role: board.pendingApprovals > 0 ? .warn : .good),
        ]
    }

    // MARK: lists

    private static func drawRecent(_ view: DashboardView, _ board: Dashboard, on grid: inout Grid, in area: Rect) {
        // "No incidents" is good news only if every detector could check.
        let empty =
            board.detectors.isEmpty
            ? "None yet: no scan has run."
            : board.detectors.allSatisfy { $0.state == .ok }
                ? "None." : "None found, but not every detector could check: see below."
        grid.list(
            view.recent, title: "Recent incidents", columns: IncidentsPane.columns(area.width - 1, view.now),
            empty: empty, in: area)
    }

    /// The states come first; one line of the sampling keeps its place below them.
    private static func drawHealth(
        _ board: Dashboard, _ now: Instant, hasPanel: Bool, on grid: inout Grid, in area: Rect
    ) {
        let kept = board.sampling != nil && area.height > 4 ? 1 : 0
        let room = max(0, area.height - 1 - kept)
        let lines = HealthLine.lines(of: board, at: now, room: room)
        grid.write("Sources and detectors", at: area.x + 1, area.y, role: .title, in: area)
        for (row, line) in lines.prefix(room).enumerated() {
            let y = area.y + 1 + row
            grid.write(TextWidth.truncated(line.name, to: 12), at: area.x + 2, y, in: area)
            grid.write(line.mark, at: area.x + 15, y, role: line.role, in: area)
            let room = area.width - 27
            guard room > 4 else { continue }
            grid.write(
                TextWidth.truncated(ForeignText.inert(line.note), to: room), at: area.x + 26, y, role: .dim, in: area)
        }
        guard let sampling = board.sampling else { return }
        let used = 1 + min(lines.count, room)
        let (_, below) = area.splitTop(hasPanel ? min(used + 1, area.height - 1) : used)
        SamplingPanel.draw(sampling, on: &grid, in: hasPanel ? below : below.splitTop(1).top)
    }
}
