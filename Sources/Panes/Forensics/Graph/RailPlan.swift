/// Which column every node of a rail list has, and how far its rail runs.
///
/// A rail belongs to one node and to all edges that share it. In a plan by target the edges to a node run down to it on
/// one rail in its column; in a plan by source the edges from a node run down from it. A graph that spreads needs fewer
/// rails by source, one that gathers fewer by target: the narrower plan is taken.
struct RailPlan: Hashable, Sendable {
    enum Sharing: Hashable, Sendable { case target, source }

    let sharing: Sharing
    /// Nodes by row.
    let order: [Int]
    /// By node.
    let rows: [Int]
    let columns: [Int]
    /// By node, the row of the farthest other end of an edge on its rail; its own row where it has no rail.
    let ends: [Int]
    /// How many columns the widest row needs.
    let width: Int

    init(_ links: GraphLinks, order: [Int]) {
        let target = RailPlan(links, order: order, sharing: .target)
        let source = RailPlan(links, order: order, sharing: .source)
        self = source.width < target.width ? source : target
    }

    init(_ links: GraphLinks, order: [Int], sharing: Sharing) {
        (self.order, self.sharing) = (order, sharing)
        var rows = Array(repeating: 0, count: order.count)
        for (row, node) in order.enumerated() { rows[node] = row }
        self.rows = rows
        switch sharing {
        case .target:
            ends = rows.indices.map { node in
                links.parents(of: node).lazy.map { rows[$0] }.min() ?? rows[node]
            }
            (columns, width) = Self.columns(order, keepsApart: true) { node in
                links.children(of: node).sorted { rows[$0] < rows[$1] }
            }
        case .source:
            ends = rows.indices.map { node in
                links.children(of: node).lazy.map { rows[$0] }.max() ?? rows[node]
            }
            (columns, width) = Self.columns(order.reversed(), keepsApart: false) { node in
                links.parents(of: node).sorted { rows[$0] > rows[$1] }
            }
        }
    }

    /// The nodes whose rails an edge joins in the row of a node.
    func joined(at node: Int, _ links: GraphLinks) -> [Int] {
        sharing == .target ? links.children(of: node) : links.parents(of: node)
    }

    /// The arms, in the row of another node, of the rail that is joined there.
    func arms(joining node: Int, at row: Int) -> LineArms {
        switch sharing {
        case .target: ends[node] < row ? .vertical : .down
        case .source: ends[node] > row ? .vertical : .up
        }
    }

    /// A node that has no rail. By source it is drawn hollow: nothing hangs on it, whatever stands right below.
    func isBare(_ node: Int) -> Bool { ends[node] == rows[node] }

    /// Goes through the rows once: a node takes the rail that leads to it, and gives its column to the nearest node that
    /// it leads to and that has no rail yet; every further one opens the first free column on the right.
    ///
    /// - Parameter keepsApart: whether a node without a rail may not stand right below one whose rail ends, where it would
    ///   look as if it hung on it.
    private static func columns(
        _ order: some Collection<Int>, keepsApart: Bool, next: (Int) -> [Int]
    ) -> (columns: [Int], width: Int) {
        var columns = Array(repeating: -1, count: order.count)
        var free = FreeColumns()
        var ended: Int?
        for node in order {
            if columns[node] < 0 { columns[node] = free.take(from: 0, but: keepsApart ? ended : nil) }
            let own = columns[node]
            var isOwnTaken = false
            for other in next(node) where columns[other] < 0 {
                columns[other] = isOwnTaken ? free.take(from: own + 1, but: nil) : own
                isOwnTaken = true
            }
            ended = isOwnTaken ? nil : own
            if !isOwnTaken { free.give(own) }
        }
        return (columns, free.width)
    }
}

/// The columns that no rail runs in.
private struct FreeColumns {
    /// Ascending.
    private var free: [Int] = []
    private(set) var width = 0

    /// The first one from a column on, but for one; else a new one.
    mutating func take(from first: Int, but excluded: Int?) -> Int {
        var slot = slot(of: first)
        if slot < free.count, free[slot] == excluded { slot += 1 }
        if slot < free.count { return free.remove(at: slot) }
        width += 1
        return width - 1
    }

    mutating func give(_ column: Int) { free.insert(column, at: slot(of: column)) }

    private func slot(of column: Int) -> Int {
        var (low, high) = (0, free.count)
        while low < high {
            let middle = (low + high) / 2
            if free[middle] < column { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
