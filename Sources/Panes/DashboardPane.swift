import Basics
import CellGrid
import OnCallModel
import ViewState

/// The first screen: what burns, what it costs, what waits, and whether Sentinel itself can see.
enum DashboardPane {
    static func draw(_ state: ConsoleState, on grid: inout Grid, in area: Rect) {
        guard let board = state.dashboard else {
            grid.write("Waiting for the store…", at: area.x + 2, area.y + 1, role: .dim)
            return
        }
        let (agentLine, rest) = area.splitTop(1)
        drawAgent(state, on: &grid, in: agentLine)
        let cards = area.height >= 12 ? 4 : 2
        let (cardArea, lower) = rest.splitTop(cards)
        drawCards(board, on: &grid, in: cardArea)
        guard lower.height > 1 else { return }
        if area.width >= 100 {
            let (left, right) = lower.splitLeft(area.width * 3 / 5)
            drawRecent(state, on: &grid, in: left)
            drawHealth(state, board, hasPanel: true, on: &grid, in: right)
        } else {
            // Incidents come first, but the states are never pushed out by empty lines.
            let recent = min(max(state.shownIncidents.count, 1), 8) + 2
            let wanted = board.sources.count + board.detectors.count + 2 + (board.sampling == nil ? 0 : 1)
            let healthRows = min(wanted, max(lower.height / 2, lower.height - recent))
            let (top, bottom) = lower.splitTop(lower.height - healthRows)
            drawRecent(state, on: &grid, in: top)
            drawHealth(state, board, hasPanel: false, on: &grid, in: bottom)
        }
    }

    private static func drawAgent(_ state: ConsoleState, on grid: inout Grid, in area: Rect) {
        guard let agent = state.agent, let holder = agent.holder else {
            grid.write(" No agent runs: nothing is read.", at: area.x, area.y, role: .bad, in: area)
            return
        }
        var text = " agent \(holder)"
        if !agent.activity.isEmpty {
            text += "  \(agent.activity)…"
        } else {
            if let last = agent.lastCycleAt { text += "  last scan \(Format.ago(last, state.now))" }
            if let next = agent.nextCycleAt { text += "  next in \(Format.age(next - state.now))" }
        }
        let end = grid.write(TextWidth.truncated(text, to: area.width), at: area.x, area.y, role: .dim, in: area)
        if agent.lastCyclePartial { grid.write("  partial data", at: end, area.y, role: .warn, in: area) }
    }

    // MARK: cards

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

    private struct Card {
        var title: String
        var value: String
        var note: String
        var role: Role
    }

    private static func cards(_ board: Dashboard) -> [Card] {
        let spend = board.spendPerHour.map { Format.dollars($0) + "/h" } ?? "–"
        let baseline = board.baselinePerHour.map { "usual \(Format.dollars($0))" } ?? "learning"
        let isHigh = (board.spendPerHour ?? 0) > 2.5 * (board.baselinePerHour ?? .infinity)
        return [
            Card(
                title: "INCIDENTS", value: "\(board.openIncidents) open", note: "\(board.totalIncidents) in all",
                role: board.openIncidents > 0 ? .high : .good),
            Card(title: "SPEND", value: spend, note: baseline, role: isHigh ? .critical : .money),
            Card(
                title: "NEXT 6 H", value: board.projectedSixHours.map(Format.dollars) ?? "–",
                note: Spelling.sparkline(board.hours.suffix(12).map(\.cost)),
                role: (board.projectedSixHours ?? 0) > 5 ? .critical : .money),
            Card(
                title: "LOOPS", value: "\(board.activeLoops) active", note: board.activeLoops > 0 ? "l watches" : "",
                role: board.activeLoops > 0 ? .critical : .good),
            Card(
                title: "APPROVALS", value: "\(board.pendingApprovals) pending",
                note: board.pendingApprovals > 0 ? "6 shows" : "", role: board.pendingApprovals > 0 ? .warn : .good),
        ]
    }

    // MARK: lists

    private static func drawRecent(_ state: ConsoleState, on grid: inout Grid, in area: Rect) {
        grid.write("Recent incidents", at: area.x + 1, area.y, role: .title, in: area)
        let list = Rect(x: area.x, y: area.y + 1, width: area.width - 1, height: area.height - 1)
        let rows = state.shownIncidents
        guard !rows.isEmpty else {
            grid.write(
                quiet(state), at: area.x + 2, list.y, role: .dim, in: list)
            return
        }
        IncidentsPane.drawRows(state, rows, on: &grid, in: list)
    }

    /// Quiet is only quiet where every detector could judge.
    private static func quiet(_ state: ConsoleState) -> String {
        let detectors = state.dashboard?.detectors ?? []
        if detectors.isEmpty { return "None yet: nothing was scanned." }
        let canJudge = detectors.allSatisfy { $0.state == .ok }
        return canJudge ? "None. All quiet." : "None found, but not every detector could judge: see below."
    }

    /// The states come first; a line of the sampling keeps its place below them.
    private static func drawHealth(
        _ state: ConsoleState, _ board: Dashboard, hasPanel: Bool, on grid: inout Grid, in area: Rect
    ) {
        let kept = board.sampling != nil && area.height > 4 ? 1 : 0
        let room = max(0, area.height - 1 - kept)
        let lines = HealthLine.lines(of: board, at: state.now, room: room)
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
