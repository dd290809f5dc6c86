/// Layers of nodes, with a bend wherever an edge passes a layer, in an order with few crossings.
///
/// Source of the method: K. Sugiyama, S. Tagawa, M. Toda, "Methods for visual understanding of hierarchical system
/// structures" (1981); medians and swaps as in E. Gansner et al., "A technique for drawing directed graphs" (1993).
struct LayerGraph: Hashable, Sendable {
    struct Segment: Hashable, Sendable {
        let from: Int
        let to: Int
        /// The place of the edge that it is a part of.
        let edge: Int
    }

    /// Vertices below this number are nodes, the others bends.
    let nodeCount: Int
    private(set) var layers: [[Int]]
    /// By layer but the last, the parts of edges between it and the next.
    private(set) var channels: [[Segment]]
    private(set) var ups: [[Int]]
    private(set) var downs: [[Int]]
    private(set) var crossings = 0

    /// - Parameters:
    ///   - edges: each from a lower number to a higher one.
    ///   - ranks: by node, its layer.
    init(nodeCount: Int, edges: [(from: Int, to: Int)], ranks: [Int]) {
        self.nodeCount = nodeCount
        layers = Array(repeating: [], count: (ranks.max() ?? -1) + 1)
        channels = Array(repeating: [], count: max(0, layers.count - 1))
        for node in 0..<nodeCount { layers[ranks[node]].append(node) }
        ups = Array(repeating: [], count: nodeCount)
        downs = ups
        for (edge, ends) in edges.enumerated() {
            var previous = ends.from
            for rank in ranks[ends.from] + 1..<ranks[ends.to] {
                let bend = ups.count
                ups.append([])
                downs.append([])
                layers[rank].append(bend)
                join(previous, bend, edge, in: rank - 1)
                previous = bend
            }
            join(previous, ends.to, edge, in: ranks[ends.to] - 1)
        }
        reduceCrossings()
    }

    private mutating func join(_ from: Int, _ to: Int, _ edge: Int, in channel: Int) {
        channels[channel].append(Segment(from: from, to: to, edge: edge))
        downs[from].append(to)
        ups[to].append(from)
    }

    func isBend(_ vertex: Int) -> Bool { vertex >= nodeCount }

    /// The longest way from above; then what has more ways down than up is drawn down to what it leads to.
    static func ranks(outs: [[Int]], ins: [[Int]]) -> [Int] {
        var ranks = Array(repeating: 0, count: outs.count)
        for node in outs.indices { ranks[node] = ins[node].reduce(0) { max($0, ranks[$1] + 1) } }
        for node in outs.indices.reversed() where ins[node].isEmpty || outs[node].count > ins[node].count {
            guard let nearest = outs[node].map({ ranks[$0] }).min() else { continue }
            ranks[node] = max(ranks[node], nearest - 1)
        }
        return ranks
    }

    // MARK: order

    static let sweeps = 24
    /// Passes of swaps a sweep; few graphs take more than three.
    private static let passes = 12

    /// From the order of the nodes and from its mirror image; the better result is kept.
    private mutating func reduceCrossings() {
        let first = layers
        let (one, least) = swept()
        (layers, crossings) = (one, least)
        guard least > 0 else { return }
        layers = first.map { $0.reversed() }
        let (other, count) = swept()
        (layers, crossings) = count < least ? (other, count) : (one, least)
    }

    /// Down and up in turn: each layer by the medians of its neighbours, then by swaps; the best of all.
    private mutating func swept() -> (layers: [[Int]], crossings: Int) {
        var place = places()
        var (best, least) = (layers, count(place))
        for sweep in 0..<Self.sweeps where least > 0 {
            let isDown = sweep.isMultiple(of: 2)
            let order = isDown ? Array(layers.indices.dropFirst()) : layers.indices.dropLast().reversed()
            for layer in order { sort(layer, by: isDown ? ups : downs, &place) }
            var (passes, isBetter) = (0, true)
            while isBetter, passes < Self.passes {
                passes += 1
                isBetter = false
                for layer in layers.indices where swap(layer, &place) { isBetter = true }
            }
            let found = count(place)
            if found < least { (best, least) = (layers, found) }
        }
        return (best, least)
    }

    private func places() -> [Int] {
        var place = Array(repeating: 0, count: ups.count)
        for layer in layers { for (index, vertex) in layer.enumerated() { place[vertex] = index } }
        return place
    }

    private mutating func sort(_ layer: Int, by neighbours: [[Int]], _ place: inout [Int]) {
        let keyed = layers[layer].map { vertex -> (median: Double, place: Int, vertex: Int) in
            let near = neighbours[vertex].map { place[$0] }.sorted()
            guard !near.isEmpty else { return (Double(place[vertex]), place[vertex], vertex) }
            let median = Double(near[near.count / 2] + near[(near.count - 1) / 2]) / 2
            return (median, place[vertex], vertex)
        }
        layers[layer] = keyed.sorted { ($0.median, $0.place) < ($1.median, $1.place) }.map(\.vertex)
        for (index, vertex) in layers[layer].enumerated() { place[vertex] = index }
    }

    /// One pass of swaps of neighbours that cross less the other way round.
    private mutating func swap(_ layer: Int, _ place: inout [Int]) -> Bool {
        var isBetter = false
        for index in layers[layer].indices.dropLast() {
            let (left, right) = (layers[layer][index], layers[layer][index + 1])
            let now = Self.crossings(ups[left], ups[right], place) + Self.crossings(downs[left], downs[right], place)
            guard now > 0 else { continue }
            let then = Self.crossings(ups[right], ups[left], place) + Self.crossings(downs[right], downs[left], place)
            guard then < now else { continue }
            layers[layer].swapAt(index, index + 1)
            (place[left], place[right]) = (index + 1, index)
            isBetter = true
        }
        return isBetter
    }

    private static func crossings(_ left: [Int], _ right: [Int], _ place: [Int]) -> Int {
        var count = 0
        for one in left { for other in right where place[one] > place[other] { count += 1 } }
        return count
    }

    private func count(_ place: [Int]) -> Int { channels.indices.reduce(0) { $0 + count(channel: $1, place) } }

    /// How many edges cross between each layer and the next.
    func crossingsByChannel() -> [Int] {
        let place = places()
        return channels.indices.map { count(channel: $0, place) }
    }

    private func count(channel: Int, _ place: [Int]) -> Int {
        let ends = channels[channel].map { (place[$0.from], place[$0.to]) }.sorted { $0 < $1 }
        var passed: [Int] = []
        var count = 0
        for end in ends {
            // How many of those that began further left end further right.
            var (low, high) = (0, passed.count)
            while low < high {
                let middle = (low + high) / 2
                if passed[middle] <= end.1 { low = middle + 1 } else { high = middle }
            }
            count += passed.count - low
            passed.insert(end.1, at: low)
        }
        return count
    }
}
