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
        drawCards(view, board, on: &grid, in: cardArea)
        guard lower.height > 1 else { return }
        if area.width >= 100 {
            let (left, right) = lower.splitLeft(area.width * 3 / 5)
            drawRecent(view, board, on: &grid, in: left)
            drawHealth(board, view.now, hasPanel: true, on: &grid, in: right)
        } else {
            // Incidents come first, but without empty lines.
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
        var end = grid.write(text, at: area.x, area.y, width: area.width, role: .dim, in: area)
        if agent.lastCyclePartial { end = grid.write("  partial data", at: end, area.y, role: .warn, in: area) }
        if let count = view.board?.undelivered, count > 0 {
            let text = "  \(count) notice\(count == 1 ? "" : "s") not delivered"
            grid.write(text, at: end, area.y, role: .bad, in: area)
        }
    }

    // MARK: cards

    private static func drawCards(_ view: DashboardView, _ board: Dashboard, on grid: inout Grid, in area: Rect) {
        let cards = cards(view, board)
        let perRow = max(1, min(cards.count, area.width / 16))
        let width = area.width / perRow
        for (index, card) in cards.prefix(perRow).enumerated() {
            let box = Rect(x: area.x + index * width + 1, y: area.y, width: width - 2, height: area.height >= 4 ? 3 : 2)
            for (row, line) in [(card.title, .dim), card.value, (card.note, .dim)].enumerated() {
                grid.write(line.text, at: box.x, box.y + row, role: line.role, in: box)
            }
        }
    }

    private static func cards(
        _ view: DashboardView, _ board: Dashboard
    ) -> [(title: String, value: Line, note: String)] {
        func alarm(_ count: Int, _ word: String, _ role: Role, isKnown: Bool = true) -> Line {
            count > 0 ? ("\(count) \(word)", role) : isKnown ? ("0 \(word)", .good) : ("not known", .dim)
        }
        let isHigh = (board.spendPerHour ?? 0) > 2.5 * (board.baselinePerHour ?? .infinity)
        let isRising = (board.projectedSixHours ?? 0) > 5
        return [
            (
                "INCIDENTS", alarm(board.openIncidents, "open", .high, isKnown: view.unknown == nil),
                "\(board.totalIncidents) in total"
            ),
            (
                "COST",
                (board.spendPerHour.map { Format.dollars($0) + "/h" } ?? "–", isHigh ? .critical : .money),
                board.baselinePerHour.map { "usual \(Format.dollars($0))" } ?? "learning"
            ),
            (
                "NEXT 6 H", (board.projectedSixHours.map(Format.dollars) ?? "–", isRising ? .critical : .money),
                Format.sparkline(board.hours.suffix(12).map(\.cost))
            ),
            (
                "LOOPS", alarm(board.activeLoops, "active", .critical, isKnown: view.unknownLoops == nil),
                board.activeLoops > 0 ? "press l" : ""
            ),
            ("APPROVALS", alarm(board.pendingApprovals, "pending", .warn), board.pendingApprovals > 0 ? "press 6" : ""),
        ]
    }

    // MARK: lists

    private static func drawRecent(_ view: DashboardView, _ board: Dashboard, on grid: inout Grid, in area: Rect) {
        // "None." is shown only if every detector could check.
        let empty =
            view.unknown
            ?? (board.detectors.allSatisfy { $0.state == .ok }
                ? "None." : "None found, but not every detector could check: see below.")
        grid.list(
            view.recent, title: "Recent incidents", columns: IncidentsPane.columns(area.width - 1, view.now),
            empty: empty, in: area)
    }

    /// The states come first; one line is kept for the sampling below them.
    private static func drawHealth(
        _ board: Dashboard, _ now: Instant, hasPanel: Bool, on grid: inout Grid, in area: Rect
    ) {
        let kept = board.sampling != nil && area.height > 4 ? 1 : 0
        let room = max(0, area.height - 1 - kept)
        let lines = HealthLine.lines(of: board, at: now, room: room)
        grid.write("Sources and detectors", at: area.x + 1, area.y, role: .title, in: area)
        for (row, line) in lines.prefix(room).enumerated() {
            let (y, noteWidth) = (area.y + 1 + row, area.width - 27)
            grid.write(line.name, at: area.x + 2, y, width: 12, in: area)
            grid.write(line.mark, at: area.x + 15, y, role: line.role, in: area)
            if noteWidth > 4 { grid.write(line.note, at: area.x + 26, y, width: noteWidth, role: .dim, in: area) }
        }
        guard let sampling = board.sampling else { return }
        let used = 1 + min(lines.count, room)
        let (_, below) = area.splitTop(hasPanel ? min(used + 1, area.height - 1) : used)
        SamplingPanel.draw(sampling, on: &grid, in: hasPanel ? below : below.splitTop(1).top)
    }
}
