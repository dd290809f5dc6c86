/// The edges of a shape without cycles, by the places of its nodes: what every layout works on.
struct GraphLinks: Hashable, Sendable {
    struct Link: Hashable, Sendable {
        let from: Int
        let to: Int
        /// The place among the shape's edges.
        let edge: Int
        /// Whether the edge leads from `to` to `from`, and closed a cycle.
        let isReversed: Bool
    }

    private(set) var all: [Link] = []
    /// By node, the links that leave it, in the order of time of the nodes they lead to.
    private(set) var outs: [[Int]]
    /// By node, the links that lead to it.
    private(set) var ins: [[Int]]
    /// The nodes of edges that closed a cycle of two, and have their opposite to show them.
    private(set) var dropped: Set<Int> = []
    /// By node, its place in the order of time.
    let rank: [Int]

    var count: Int { rank.count }

    /// - Parameter pairs: the edges by the places of their nodes, no two alike and none from a node to itself.
    init(_ pairs: [(from: Int, to: Int)], rank: [Int]) {
        self.rank = rank
        outs = Array(repeating: [], count: rank.count)
        ins = outs
        let closing = Self.closing(pairs, rank: rank)
        let forward = Set(pairs.indices.lazy.filter { !closing[$0] }.map { pairs[$0].from * rank.count + pairs[$0].to })
        for (edge, pair) in pairs.enumerated() {
            if closing[edge], forward.contains(pair.to * rank.count + pair.from) {
                dropped.insert(pair.from)
                continue
            }
            let (from, to) = closing[edge] ? (pair.to, pair.from) : pair
            outs[from].append(all.count)
            ins[to].append(all.count)
            all.append(Link(from: from, to: to, edge: edge, isReversed: closing[edge]))
        }
        for node in outs.indices where outs[node].count > 1 {
            outs[node].sort { (rank[all[$0].to], $0) < (rank[all[$1].to], $1) }
        }
    }

    func children(of node: Int) -> [Int] { outs[node].map { all[$0].to } }
    func parents(of node: Int) -> [Int] { ins[node].map { all[$0].from } }

    /// The edges that lead back to a node on the way from where the search began; turned round they close no cycle.
    private static func closing(_ pairs: [(from: Int, to: Int)], rank: [Int]) -> [Bool] {
        var closing = Array(repeating: false, count: pairs.count)
        var (leaving, entered): ([[Int]], [Int]) = (
            Array(repeating: [], count: rank.count), Array(repeating: 0, count: rank.count)
        )
        for (edge, pair) in pairs.enumerated() {
            leaving[pair.from].append(edge)
            entered[pair.to] += 1
        }
        let order = rank.indices.sorted { (min(1, entered[$0]), rank[$0]) < (min(1, entered[$1]), rank[$1]) }
        for node in leaving.indices where leaving[node].count > 1 {
            leaving[node].sort { (rank[pairs[$0].to], $0) < (rank[pairs[$1].to], $1) }
        }
        enum Visit { case none, open, done }
        var visits = Array(repeating: Visit.none, count: rank.count)
        for root in order where visits[root] == .none {
            var way: [(node: Int, next: Int)] = [(root, 0)]
            visits[root] = .open
            while let (node, next) = way.last {
                guard next < leaving[node].count else {
                    visits[node] = .done
                    way.removeLast()
                    continue
                }
                way[way.count - 1].next += 1
                let target = pairs[leaving[node][next]].to
                switch visits[target] {
                case .none:
                    visits[target] = .open
                    way.append((target, 0))
                case .open: closing[leaving[node][next]] = true
                case .done: break
                }
            }
        }
        return closing
    }

    /// The nodes so that every link leads down.
    func sorted(_ order: RailOrder) -> [Int] {
        var waiting = ins.map(\.count)
        let byTime = rank.indices.sorted { rank[$0] > rank[$1] }
        var ready = byTime.filter { waiting[$0] == 0 }
        var sorted: [Int] = []
        sorted.reserveCapacity(count)
        while let node = ready.popLast() {
            sorted.append(node)
            for link in outs[node].reversed() {
                let child = all[link].to
                waiting[child] -= 1
                guard waiting[child] == 0 else { continue }
                switch order {
                case .branches: ready.append(child)
                case .time: ready.insert(child, at: slot(of: child, in: ready))
                }
            }
        }
        return sorted
    }

    /// Where a node belongs among others that are sorted from the latest to the first.
    private func slot(of node: Int, in ready: [Int]) -> Int {
        var (low, high) = (0, ready.count)
        while low < high {
            let middle = (low + high) / 2
            if rank[ready[middle]] > rank[node] { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// How the rows of a rail list follow one another; a cause is above its effect in both.
package enum RailOrder: Hashable, Sendable {
    /// A branch to its end before the next, the earlier one first: few rails.
    case branches
    /// By the time of start.
    case time
}
