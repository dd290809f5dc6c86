import CellGrid

/// The cells of the rails in a window of rows.
struct RailStrokes {
    private let plan: RailPlan
    private let shape: GraphShape
    private let path: GraphPath?
    private let first: Int
    /// How many columns are drawn; where that is fewer than there are, the last one stands for all the rest.
    private let cap: Int
    private let isCut: Bool
    /// By row of the window, by column: the node whose rail passes, or -1.
    private var passing: [[Int]]
    /// By node with a lit rail: the row of the farthest lit end.
    private var lit: [Int: Int] = [:]

    init(_ plan: RailPlan, _ shape: GraphShape, _ path: GraphPath?, rows: Range<Int>, cap: Int) {
        (self.plan, self.shape, self.path, self.cap) = (plan, shape, path, cap)
        first = rows.lowerBound
        isCut = plan.width > cap
        passing = Array(repeating: Array(repeating: -1, count: cap), count: rows.count)
        for node in plan.order where !plan.isBare(node) {
            let (low, high) = (min(plan.rows[node], plan.ends[node]), max(plan.rows[node], plan.ends[node]))
            let inside = max(low + 1, rows.lowerBound)..<max(max(low + 1, rows.lowerBound), min(high, rows.upperBound))
            for row in inside { passing[row - first][shown(plan.columns[node])] = node }
        }
        light()
    }

    /// The column in which a column is shown.
    private func shown(_ column: Int) -> Int { min(column, cap - 1) }
    private func isHidden(_ column: Int) -> Bool { isCut && column >= cap - 1 }

    private mutating func light() {
        guard let path else { return }
        for node in path.above.union(path.below) {
            let ends = (plan.sharing == .target ? shape.links.parents(of: node) : shape.links.children(of: node))
                .filter {
                    plan.sharing == .target ? path.contains(from: $0, to: node) : path.contains(from: node, to: $0)
                }
                .map { plan.rows[$0] }
            lit[node] = plan.sharing == .target ? ends.min() : ends.max()
        }
    }

    private func isLit(_ node: Int, passing row: Int) -> Bool {
        guard let end = lit[node] else { return false }
        return plan.sharing == .target ? end < row : end > row
    }

    /// Two cells a column, but one for the last.
    func cells(of row: Int) -> [Cell] {
        let node = plan.order[row]
        let joints = joints(of: node, row)
        let own = plan.columns[node]
        let reach = joints.reduce((low: own, high: own)) { (min($0.low, $1.column), max($0.high, $1.column)) }
        return (0..<2 * cap - 1).map { x in
            let column = x / 2
            guard x.isMultiple(of: 2) else {
                let isCovered = shown(reach.low) <= column && column < shown(reach.high)
                let head = head(column, shown(own))
                return isCovered ? Cell(text: head, role: role(over: column, joints, own)) : .blank
            }
            if column == shown(own) { return Cell(text: glyph(of: node), role: path.role(of: node)) }
            if isCut, column == cap - 1 { return cutCell(row, reach.high) }
            if let joint = joints.first(where: { $0.column == column }) {
                return Cell(text: joint.arms(within: reach).glyph, role: joint.role)
            }
            let passed = passing[row - first][column]
            if passed >= 0 { return Cell(text: "│", role: role(passing: passed, row)) }
            let isCovered = reach.low < column && column < reach.high
            return isCovered ? Cell(text: "─", role: role(over: column, joints, own)) : .blank
        }
    }

    /// By source a horizontal leads to the node of its row, and says so; by target it leads away from it.
    private func head(_ column: Int, _ own: Int) -> String {
        guard plan.sharing == .source, column == own || column == own - 1 else { return "─" }
        return column == own ? "‹" : "›"
    }

    private func glyph(of node: Int) -> String {
        if node == path?.selected { return "◉" }
        if isHidden(plan.columns[node]) { return "•" }
        return plan.sharing == .source && plan.isBare(node) ? "○" : "●"
    }

    private func cutCell(_ row: Int, _ reach: Int) -> Cell {
        let passed = passing[row - first][cap - 1]
        if isHidden(reach) { return Cell(text: "~", role: .dim) }
        return passed >= 0 ? Cell(text: "~", role: role(passing: passed, row)) : .blank
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

    private func joints(of node: Int, _ row: Int) -> [Joint] {
        plan.joined(at: node, shape.links).map { other in
            let (from, to) = plan.sharing == .target ? (node, other) : (other, node)
            let isLit = path?.contains(from: from, to: to) ?? false
            let role =
                isLit || self.isLit(other, passing: row)
                ? Role.title
                : path.role(
                    from: from, to: to, otherwise: edgeRole(other))
            return Joint(
                column: plan.columns[other], vertical: plan.arms(joining: other, at: row), isLit: isLit, role: role)
        }
    }

    private func role(passing node: Int, _ row: Int) -> Role {
        path == nil ? edgeRole(node) : isLit(node, passing: row) ? .title : .dim
    }

    /// The role of the horizontal in or right of a column: of the farthest joint that it leads to.
    private func role(over column: Int, _ joints: [Joint], _ own: Int) -> Role {
        let isRight = column >= own
        let behind = joints.filter { isRight ? $0.column > column : $0.column <= column }
        return (behind.first(where: \.isLit) ?? behind.first { $0.column != own })?.role ?? .dim
    }

    /// Of the edges that share a rail the first one says how it looks.
    private func edgeRole(_ node: Int) -> Role {
        let links = plan.sharing == .target ? shape.links.ins[node] : shape.links.outs[node]
        return links.first.map { shape.edges[shape.links.all[$0].edge].role } ?? .dim
    }
}
