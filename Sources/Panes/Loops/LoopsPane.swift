import Basics
import CellGrid
import OnCallModel
import ViewState

enum LoopsPane {
    static func draw(_ view: LoopsView, on grid: inout Grid, in area: Rect) {
        let rate = view.active.reduce(0) { $0 + $1.loop.costPerMinute }
        let count = view.active.count
        let below = grid.list(
            view.list, title: count == 0 ? "Loops" : "Loops (\(count) active, \(Format.dollars(rate))/min)",
            columns: columns(area.width, view.now), hasHeadings: true,
            empty: view.unknown ?? "No loops.", in: area)
        guard let item = view.list.selected, below.height > 4 else { return }
        grid.write(in: Rect(x: below.x + 2, y: below.y + 1, width: below.width - 2, height: below.height - 1)) {
            $0.add(item, view.now)
        }
    }

    private static func columns(_ width: Int, _ now: Instant) -> [Column<LoopItem>] {
        var columns = [Column<LoopItem>("status", 9) { mark($0.status) }]
        if width >= 56 { columns.append(Column("trace", width >= 100 ? 28 : 14) { ($0.loop.traceID, .text) }) }
        if width >= 90 { columns.append(Column("agent", 16) { ($0.loop.agent, .dim) }) }
        columns.append(Column("gens", 5, isRight: true) { ("\($0.loop.generations)", .text) })
        if width >= 36 {
            columns.append(Column("cost", 8, isRight: true) { (Format.dollars($0.loop.cost), .money) })
        }
        if width >= 46 {
            columns.append(
                Column("$/min", 8, isRight: true) {
                    ([.active, .killFailed].contains($0.status) ? Format.dollars($0.loop.costPerMinute) : "–", .money)
                })
        }
        if width >= 76 { columns.append(Column("last step", 10) { (Format.ago($0.loop.lastSeen, now), .dim) }) }
        return columns + [Column("pattern") { ($0.loop.pattern, .accent) }]
    }

    private static func mark(_ status: LoopItem.Status) -> Line {
        switch status {
        case .active: ("● active", .alert)
        case .killing: ("… killing", .warn)
        case .killed: ("✓ killed", .good)
        case .killFailed: ("✗ alive", .bad)
        case .finished: ("· ended", .dim)
        }
    }
}

extension TextBlock {
    /// The selected loop with the whole names, which its row may have cut.
    fileprivate mutating func add(_ item: LoopItem, _ now: Instant) {
        let loop = item.loop
        add("trace \(loop.traceID) of agent \(loop.agent)", .title)
        add(
            "\(loop.generations) generations since \(Format.time(loop.firstSeen, now)), \(loop.pattern), "
                + "\(Format.dollars(loop.cost)); read \(Format.ago(item.asOf, now))", .dim)
        if let method = item.killMethod {
            add("killed by \(method)", .good)
        } else if item.status == .active {
            add(
                item.request == nil ? "Press K to kill it." : "A kill request is pending (6). K approves it.", .warn)
        }
    }
}
