/// Layers of nodes, with a bend wherever an edge passes a layer, in an order with few crossings.
///
/// Source of the method: K. Sugiyama, S. Tagawa, M. Toda, "Methods for visual understanding of hierarchical system
/// structures" (1981); medians and swaps as in E. Gansner et al., "A technique for drawing directed graphs" (1993).
struct LayerGraph {
    struct Edge: Hashable {
        let from: Int
        let to: Int
    }

    /// The part of an edge between two neighbouring layers.
    struct Segment {
        let from: Int
        let to: Int
        /// The index of the edge.
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
    init(nodeCount: Int, edges: [Edge], ranks: [Int]) {
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

    // MARK: order

    static let sweeps = 24
    /// Passes of swaps per sweep; few graphs need more than three.
    private static let passes = 12

    /// From the order of the nodes and from its mirror image; the better result is kept.
    private mutating func reduceCrossings() {
        let mirrored = layers.map { Array($0.reversed()) }
        (layers, crossings) = swept()
        guard crossings > 0 else { return }
        let first = (layers, crossings)
        layers = mirrored
        let other = swept()
        (layers, crossings) = other.crossings < first.1 ? other : first
    }

    /// Down and up in turn: each layer by the medians of its neighbours, then by swaps. Returns the best order.
    private mutating func swept() -> (layers: [[Int]], crossings: Int) {
        var place = places()
        var (best, fewest) = (layers, count(place))
        for sweep in 0..<Self.sweeps where fewest > 0 {
            let isDown = sweep.isMultiple(of: 2)
            for layer in order(ofSweep: sweep) { sort(layer, by: isDown ? ups : downs, &place) }
            for _ in 0..<Self.passes {
                let changed = layers.indices.filter { swap($0, &place) }
                if changed.isEmpty { break }
            }
            let found = count(place)
            if found < fewest { (best, fewest) = (layers, found) }
        }
        return (best, fewest)
    }

    /// The layers that a sweep moves: down in an even one, up in an odd one.
    func order(ofSweep sweep: Int) -> [Int] {
        sweep.isMultiple(of: 2) ? Array(layers.indices.dropFirst()) : layers.indices.dropLast().reversed()
    }

    /// The middle of sorted neighbours; nil where there are none.
    static func median(_ places: [Double]) -> Double? {
        let near = places.sorted()
        return near.isEmpty ? nil : (near[near.count / 2] + near[(near.count - 1) / 2]) / 2
    }

    private func places() -> [Int] {
        var place = Array(repeating: 0, count: ups.count)
        for layer in layers { for (index, vertex) in layer.enumerated() { place[vertex] = index } }
        return place
    }

    private mutating func sort(_ layer: Int, by neighbours: [[Int]], _ place: inout [Int]) {
        let keyed = layers[layer].map { vertex -> (median: Double, place: Int, vertex: Int) in
            let median = Self.median(neighbours[vertex].map { Double(place[$0]) })
            return (median ?? Double(place[vertex]), place[vertex], vertex)
        }
        layers[layer] = keyed.sorted { ($0.median, $0.place) < ($1.median, $1.place) }.map(\.vertex)
        for (index, vertex) in layers[layer].enumerated() { place[vertex] = index }
    }

    /// One pass that swaps neighbours which cross less in the other order. False if it swapped none.
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
            let slot = passed.partition { $0 > end.1 }
            count += passed.count - slot
            passed.insert(end.1, at: slot)
        }
        return count
    }
}
