import CellGrid

/// A selected node, everything that led to it, and everything that it led to.
struct GraphPath {
    let selected: Int
    let above: Set<Int>
    let below: Set<Int>

    init(of node: Int, parents: (Int) -> [Int], children: (Int) -> [Int]) {
        selected = node
        above = Self.reached(from: node, parents)
        below = Self.reached(from: node, children)
    }

    func contains(_ node: Int) -> Bool { above.contains(node) || below.contains(node) }

    /// False for an edge that leads past the selected node.
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
}
