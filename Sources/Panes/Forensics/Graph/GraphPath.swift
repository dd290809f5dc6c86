import CellGrid

/// What a selected node hangs together with: everything that led to it, and everything it led to.
struct GraphPath: Hashable, Sendable {
    let selected: Int
    private(set) var above: Set<Int>
    private(set) var below: Set<Int>

    init(of node: Int, parents: (Int) -> [Int], children: (Int) -> [Int]) {
        selected = node
        above = Self.reached(from: node, parents)
        below = Self.reached(from: node, children)
    }

    func contains(_ node: Int) -> Bool { above.contains(node) || below.contains(node) }

    /// Whether an edge is on the way: not one that leads past the selected node.
    func contains(from: Int, to: Int) -> Bool {
        above.contains(from) && above.contains(to) || below.contains(from) && below.contains(to)
    }

    private static func reached(from node: Int, _ next: (Int) -> [Int]) -> Set<Int> {
        var (reached, open): (Set<Int>, [Int]) = ([node], [node])
        while let node = open.popLast() {
            for other in next(node) where reached.insert(other).inserted { open.append(other) }
        }
        return reached
    }
}

extension GraphPath? {
    func role(of node: Int) -> Role {
        guard let self else { return .text }
        return node == self.selected ? .selection : self.contains(node) ? .title : .dim
    }

    func role(from: Int, to: Int, otherwise role: Role) -> Role {
        guard let self else { return role }
        return self.contains(from: from, to: to) ? .title : .dim
    }
}

/// Where a key takes the selection.
package enum GraphStep: Hashable, Sendable, CaseIterable {
    /// Along the rows of the list; within the layer in the overview.
    case next, previous
    /// Along the edges, to the nearest by rows.
    case parent, child
    /// Among the pinned nodes; behind the last one comes the first.
    case nextFailed, previousFailed
}

/// The nodes in the order in which they are read, and what a step among them is.
struct GraphWalk {
    let order: [Int]
    let isPinned: (Int) -> Bool
    let parents: (Int) -> [Int]
    let children: (Int) -> [Int]

    /// Nil where the step leads nowhere. Without a node to start from every step leads to the first, or the first
    /// failed one.
    func node(after step: GraphStep, from node: Int?, row: (Int) -> Int) -> Int? {
        guard let node else {
            return step == .nextFailed || step == .previousFailed ? order.first(where: isPinned) : order.first
        }
        let place = row(node)
        switch step {
        case .next: return place + 1 < order.count ? order[place + 1] : nil
        case .previous: return place > 0 ? order[place - 1] : nil
        case .parent: return parents(node).max { row($0) < row($1) }
        case .child: return children(node).min { row($0) < row($1) }
        case .nextFailed:
            return order[(place + 1)...].first(where: isPinned) ?? order[..<place].first(where: isPinned)
        case .previousFailed:
            return order[..<place].last(where: isPinned) ?? order[(place + 1)...].last(where: isPinned)
        }
    }
}
