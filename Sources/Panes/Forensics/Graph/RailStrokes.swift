import CellGrid

/// The cells of the rails in a window of rows.
struct RailStrokes {
    private let plan: RailPlan
    private let shape: GraphShape
    private let path: GraphPath?
    private let first: Int
    /// The number of columns that are drawn; the last one replaces all that have no room.
    private let cap: Int
    private let isCut: Bool
    /// By row of the window, by column: the row whose rail passes, or -1.
    private var passing: [[Int]]
    /// By row with an emphasised rail: the row of the farthest emphasised end.
    private var lit: [Int: Int] = [:]

    init(_ plan: RailPlan, _ shape: GraphShape, _ path: GraphPath?, rows: Range<Int>, cap: Int) {
        (self.plan, self.shape, self.path, self.cap) = (plan, shape, path, cap)
        first = rows.lowerBound
        isCut = plan.width > cap
        passing = Array(repeating: Array(repeating: -1, count: cap), count: rows.count)
        for rail in shape.nodes.indices where !plan.isBare(rail) {
            let (low, high) = (min(rail, plan.ends[rail]), max(rail, plan.ends[rail]))
            for row in (low..<high).dropFirst().clamped(to: rows) {
                passing[row - first][shown(plan.columns[rail])] = rail
            }
        }
        guard let path else { return }
        for rail in path.above.union(path.below) {
            let ends = links(sharing: rail).filter { path.contains(from: $0.from, to: $0.to) }
            lit[rail] = plan.sharing == .target ? ends.map(\.from).min() : ends.map(\.to).max()
        }
    }

    /// The column in which a column is shown.
    private func shown(_ column: Int) -> Int { min(column, cap - 1) }
    private func isHidden(_ column: Int) -> Bool { isCut && column >= cap - 1 }

    /// The edges on the rail of a row.
    private func links(sharing rail: Int) -> [GraphShape.Link] {
        plan.sharing == .target ? shape.ins[rail] : shape.outs[rail]
    }

    private func isLit(_ rail: Int, passing row: Int) -> Bool {
        guard let end = lit[rail] else { return false }
        return plan.sharing == .target ? end < row : end > row
    }

    /// Two cells a column, but one for the last.
    func cells(of row: Int) -> [Cell] {
        let joints = joints(in: row)
        let own = plan.columns[row]
        let reach = joints.reduce((low: own, high: own)) { (min($0.low, $1.column), max($0.high, $1.column)) }
        return (0..<2 * cap - 1).map { x in
            let column = x / 2
            guard x.isMultiple(of: 2) else {
                let isCovered = shown(reach.low) <= column && column < shown(reach.high)
                let head = head(column, shown(own))
                return isCovered ? Cell(text: head, role: role(over: column, joints, own)) : .blank
            }
            if column == shown(own) { return Cell(text: glyph(of: row), role: path.role(of: row)) }
            if isCut, column == cap - 1 { return cutCell(row, reach.high) }
            if let joint = joints.first(where: { $0.column == column }) {
                return Cell(text: joint.arms(within: reach).glyph, role: joint.role)
            }
            let rail = passing[row - first][column]
            if rail >= 0 { return Cell(text: "│", role: role(of: rail, passing: row)) }
            let isCovered = reach.low < column && column < reach.high
            return isCovered ? Cell(text: "─", role: role(over: column, joints, own)) : .blank
        }
    }

    /// By source, a horizontal leads to the node of its row and ends in an arrow; by target, it leads away from it.
    private func head(_ column: Int, _ own: Int) -> String {
        guard plan.sharing == .source, column == own || column == own - 1 else { return "─" }
        return column == own ? "‹" : "›"
    }

    private func glyph(of row: Int) -> String {
        if row == path?.selected { return "◉" }
        if isHidden(plan.columns[row]) { return "•" }
        return plan.sharing == .source && plan.isBare(row) ? "○" : "●"
    }

    private func cutCell(_ row: Int, _ reach: Int) -> Cell {
        let rail = passing[row - first][cap - 1]
        if isHidden(reach) { return Cell(text: "~", role: .dim) }
        return rail >= 0 ? Cell(text: "~", role: role(of: rail, passing: row)) : .blank
    }

    private struct Joint {
        let column: Int
        let vertical: LineArms
        let isLit: Bool
        let role: Role

        func arms(within reach: (low: Int, high: Int)) -> LineArms {
            var arms = vertical
            if column > reach.low { arms.insert(.left) }
            if column < reach.high { arms.insert(.right) }
            return arms
        }
    }

    /// Where the row is joined to the rails of other rows.
    private func joints(in row: Int) -> [Joint] {
        (plan.sharing == .target ? shape.outs[row] : shape.ins[row]).map { link in
            let rail = plan.sharing == .target ? link.to : link.from
            let isLit = path?.contains(from: link.from, to: link.to) ?? false
            return Joint(
                column: plan.columns[rail], vertical: plan.arms(joining: rail, at: row), isLit: isLit,
                role: isLit ? .title : role(of: rail, passing: row))
        }
    }

    /// Of the edges that share a rail, the first defines its role.
    private func role(of rail: Int, passing row: Int) -> Role {
        guard path == nil else { return isLit(rail, passing: row) ? .title : .dim }
        return links(sharing: rail).first?.role ?? .dim
    }

    /// The role of the horizontal in or right of a column: of the farthest joint that it leads to.
    private func role(over column: Int, _ joints: [Joint], _ own: Int) -> Role {
        let isRight = column >= own
        let behind = joints.filter { isRight ? $0.column > column : $0.column <= column }
        return (behind.first(where: \.isLit) ?? behind.first { $0.column != own })?.role ?? .dim
    }
}
