import Basics
import CellGrid
import OnCallModel
import ViewState

/// The live watch: every looping trace, what it burns, and whether it is dead.
enum LoopsPane {
    static func draw(_ state: ConsoleState, on grid: inout Grid, in area: Rect) {
        let rows = state.shownLoops
        let burning = state.burningLoops
        let rate = burning.reduce(0) { $0 + $1.loop.costPerMinute }
        let title = burning.isEmpty ? "Loops" : "Loops (\(burning.count) burning, \(Format.dollars(rate))/min)"
        grid.write(TextWidth.truncated(title, to: area.width - 2), at: area.x + 1, area.y, role: .title, in: area)
        let body = Rect(x: area.x, y: area.y + 1, width: area.width, height: area.height - 1)
        guard !rows.isEmpty else {
            let text = state.loops == nil ? "Waiting for the store…" : "No trace loops."
            grid.write(text, at: area.x + 2, body.y, role: .dim, in: body)
            return
        }
        let columns = columns(for: area.width)
        grid.headings(columns, at: body.y, in: body)
        let list = Rect(x: body.x, y: body.y + 1, width: body.width - 1, height: body.height - 1)
        let window = Window(total: rows.count, height: list.height, position: state.position)
        for offset in 0..<window.count {
            let index = window.first + offset
            grid.row(
                cells(rows[index], state.now, columns), columns: columns, at: list.y + offset, in: list,
                isSelected: index == state.position)
        }
        drawFacts(state, below: window.count + 1, on: &grid, in: list)
    }

    private static func cells(_ item: LoopItem, _ now: Instant, _ columns: [Column]) -> [(text: String, role: Role)] {
        let loop = item.loop
        let (status, role) = mark(item.status)
        let all: [String: (text: String, role: Role)] = [
            "status": (status, role), "trace": (loop.traceID, .text), "agent": (loop.agent, .dim),
            "gens": ("\(loop.generations)", .text), "cost": (Format.dollars(loop.cost), .money),
            "$/min": (item.status == .active ? Format.dollars(loop.costPerMinute) : "–", .money),
            "last step": (Format.ago(loop.lastSeen, now), .dim), "pattern": (loop.pattern, .accent),
        ]
        return columns.map { all[$0.title] ?? ("", .text) }
    }

    private static func columns(for width: Int) -> [Column] {
        var columns = [Column(title: "status", width: 9)]
        if width >= 56 { columns.append(Column(title: "trace", width: width >= 100 ? 28 : 14)) }
        if width >= 90 { columns.append(Column(title: "agent", width: 16)) }
        columns.append(Column(title: "gens", width: 5, isRight: true))
        if width >= 36 { columns.append(Column(title: "cost", width: 8, isRight: true)) }
        if width >= 46 { columns.append(Column(title: "$/min", width: 8, isRight: true)) }
        if width >= 76 { columns.append(Column(title: "last step", width: 10)) }
        return columns + [Column(title: "pattern", width: 0)]
    }

    private static func mark(_ status: LoopItem.Status) -> (String, Role) {
        switch status {
        case .active: ("● burns", .alert)
        case .killing: ("… killing", .warn)
        case .killed: ("✓ dead", .good)
        case .killFailed: ("✗ lives", .bad)
        case .finished: ("· ended", .dim)
        }
    }

    /// Whole names of the selected loop, which its row may have cut.
    private static func drawFacts(_ state: ConsoleState, below rows: Int, on grid: inout Grid, in area: Rect) {
        guard let item = state.selectedLoop, rows + 4 < area.height else { return }
        let loop = item.loop
        let width = area.width - 2
        var lines = IncidentReport.wrap("trace \(loop.traceID) of agent \(loop.agent)", width: width, role: .title)
        lines += IncidentReport.wrap(
            "\(loop.generations) generations since \(Format.time(loop.firstSeen, state.now)), \(loop.pattern), "
                + "\(Format.dollars(loop.cost)); read \(Format.ago(item.asOf, state.now))", width: width,
            role: .dim)
        if let method = item.killMethod {
            lines += IncidentReport.wrap("killed by \(method)", width: width, role: .good)
        } else if item.status == .active {
            lines.append(
                (item.request == nil ? "K kills it." : "A request to kill it waits (6); K approves it.", .warn))
        }
        grid.lines(lines, in: Rect(x: area.x + 2, y: area.y + rows, width: width, height: area.height - rows))
    }
}
