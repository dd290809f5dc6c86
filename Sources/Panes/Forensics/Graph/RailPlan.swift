/// The column of every row of a rail list, and how far its rail runs.
///
/// A rail belongs to one node and to all edges that share it. In a plan by target, the edges to a node run down to it on
/// one rail in its column; in a plan by source, the edges from a node run down from it. A graph that spreads needs fewer
/// rails by source, one that gathers fewer by target: the narrower plan is used.
struct RailPlan {
    enum Sharing { case target, source }

    let sharing: Sharing
    /// By row.
    let columns: [Int]
    /// By row, the row of the farthest other end of an edge on its rail; the row itself where it has no rail.
    let ends: [Int]
    /// The number of columns that the widest row needs.
    let width: Int

    init(_ shape: GraphShape) {
        let target = RailPlan(shape, sharing: .target)
        let source = RailPlan(shape, sharing: .source)
        self = source.width < target.width ? source : target
    }

    private init(_ shape: GraphShape, sharing: Sharing) {
        self.sharing = sharing
        let rows = shape.nodes.indices
        switch sharing {
        case .target:
            ends = rows.map { shape.parents(of: $0).min() ?? $0 }
            (columns, width) = Self.columns(Array(rows), keepsApart: true, next: shape.children)
        case .source:
            ends = rows.map { shape.children(of: $0).max() ?? $0 }
            (columns, width) = Self.columns(rows.reversed(), keepsApart: false) { shape.parents(of: $0).sorted(by: >) }
        }
    }

    /// The arms, in another row, of the rail that is joined there.
    func arms(joining rail: Int, at row: Int) -> LineArms {
        switch sharing {
        case .target: ends[rail] < row ? .vertical : .down
        case .source: ends[rail] > row ? .vertical : .up
        }
    }

    /// The row has no rail.
    func isBare(_ row: Int) -> Bool { ends[row] == row }

    /// Visits the rows once: a row takes the rail that leads to it, and gives its column to the nearest row that
    /// it leads to and that has no rail yet; every further one opens the first free column on the right.
    ///
    /// - Parameter keepsApart: a row without a rail must not be right below one whose rail ends, where it would seem to be
    ///   joined to it.
    private static func columns(
        _ order: [Int], keepsApart: Bool, next: (Int) -> [Int]
    ) -> (columns: [Int], width: Int) {
        var columns = Array(repeating: -1, count: order.count)
        var free = FreeColumns()
        var ended: Int?
        for row in order {
            if columns[row] < 0 { columns[row] = free.take(from: 0, except: keepsApart ? ended : nil) }
            let own = columns[row]
            var isOwnTaken = false
            for other in next(row) where columns[other] < 0 {
                columns[other] = isOwnTaken ? free.take(from: own + 1, except: nil) : own
                isOwnTaken = true
            }
            ended = isOwnTaken ? nil : own
            if !isOwnTaken { free.give(own) }
        }
        return (columns, free.width)
    }
}

/// The columns without a rail.
private struct FreeColumns {
    /// Ascending.
    private var free: [Int] = []
    private(set) var width = 0

    /// The first one from a column on, with one exception; else a new one.
    mutating func take(from first: Int, except excluded: Int?) -> Int {
        var slot = free.partition { $0 >= first }
        if slot < free.count, free[slot] == excluded { slot += 1 }
        if slot < free.count { return free.remove(at: slot) }
        width += 1
        return width - 1
    }

    mutating func give(_ column: Int) { free.insert(column, at: free.partition { $0 >= column }) }
}

extension [Int] {
    /// In a sorted array, the index of the first element for which `isBehind` is true, as for all after it.
    func partition(_ isBehind: (Int) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
