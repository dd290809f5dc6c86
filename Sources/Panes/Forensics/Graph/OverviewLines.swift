/// The lines of an overview and the positions of its nodes, in cells from the upper left corner of the picture.
struct OverviewLines {
    struct Stroke {
        let x: Int
        let glyph: String
        /// The edges that run there; at a crossing, those of the vertical.
        let edges: [Int]
    }

    /// By row, from left to right.
    private(set) var rows: [[Stroke]] = []
    private(set) var width = 0
    private(set) var height = 0
    /// By node, its left end and its row.
    private(set) var nodes: [(x: Int, y: Int)]

    private let isRight: Bool
    private let sizes: [Int]
    private var strands: [Point: [Strand]] = [:]

    /// A cell by its position along the layers and across them.
    private struct Point: Hashable {
        var along: Int
        var depth: Int
    }

    private struct Strand {
        /// The bus, or the node with its stem, that the line belongs to: where two of them meet, they cross or join.
        let net: Int
        var arms: LineArms
        var edges: [Int]
    }

    /// - Parameters:
    ///   - sizes: by node, its columns with a blank on either side.
    ///   - isRight: the layers follow one another from left to right, else from top to bottom.
    init(_ graph: LayerGraph, sizes: [Int], isRight: Bool) {
        (self.isRight, self.sizes) = (isRight, sizes)
        nodes = Array(repeating: (0, 0), count: graph.nodeCount)
        let along = graph.ups.indices.map { isRight || graph.isBend($0) ? 1 : sizes[$0] }
        let places = LayerPlaces(graph, sizes: along, gap: isRight ? 1 : 2, minGap: isRight ? 0 : 2)
        var depth = 0
        for (layer, vertices) in graph.layers.enumerated() {
            let isLast = layer == graph.layers.count - 1
            let thickness = isRight ? vertices.map { graph.isBend($0) ? 1 : sizes[$0] }.max() ?? 1 : 1
            let segments = isLast ? [] : graph.channels[layer]
            lay(vertices, graph, places, depth, thickness, isLast ? [:] : Dictionary(grouping: segments) { $0.from })
            depth += thickness
            if !isLast { depth += lay(ChannelTracks(segments, places.middles), from: depth) }
        }
        let extent = max(places.extent, (strands.keys.map(\.along).max() ?? -1) + 1)
        (width, height) = isRight ? (depth, extent) : (extent, depth)
        rows = strokes()
        strands = [:]
    }

    private mutating func lay(
        _ vertices: [Int], _ graph: LayerGraph, _ places: LayerPlaces, _ depth: Int, _ thickness: Int,
        _ leaving: [Int: [LayerGraph.Segment]]
    ) {
        for vertex in vertices {
            let middle = places.middles[vertex]
            let edges = (leaving[vertex] ?? []).map(\.edge)
            var first = depth
            if !graph.isBend(vertex) {
                nodes[vertex] = isRight ? (depth, middle) : (middle - (sizes[vertex] - 1) / 2, depth)
                first += isRight ? sizes[vertex] : 1
            }
            guard !edges.isEmpty, first < depth + thickness else { continue }
            for step in first..<depth + thickness { lay(middle, step, .vertical, vertex, edges) }
        }
    }

    /// Returns the depth of the channel.
    private mutating func lay(_ tracks: ChannelTracks, from depth: Int) -> Int {
        let height = max(1, tracks.count) + (isRight ? 1 : 0)
        // A part begins at the track of the bus that it continues.
        let parts = Set(tracks.buses.lazy.filter(\.isPart).map(\.entry))
        var tops: [Int: Int] = [:]
        for bus in tracks.buses {
            for exit in bus.exits where parts.contains(exit.column) { tops[exit.column] = bus.track }
        }
        for (net, bus) in tracks.buses.enumerated() {
            let all = bus.exits.flatMap(\.edges)
            if bus.isStraight {
                for step in 0..<height { lay(bus.entry, depth + step, .vertical, net, all) }
                continue
            }
            let top = bus.isPart ? (tops[bus.entry] ?? -1) + 1 : 0
            for step in top..<max(top, bus.track) { lay(bus.entry, depth + step, .vertical, net, all) }
            lay(bus.entry, depth + bus.track, .up, net, all)
            for exit in bus.exits {
                let span = min(bus.entry, exit.column)...max(bus.entry, exit.column)
                for column in span {
                    var arms: LineArms = []
                    if column > span.lowerBound { arms.insert(.left) }
                    if column < span.upperBound { arms.insert(.right) }
                    lay(column, depth + bus.track, arms, net, exit.edges)
                }
                lay(exit.column, depth + bus.track, .down, net, exit.edges)
                guard !parts.contains(exit.column), bus.track + 1 < height else { continue }
                for step in bus.track + 1..<height { lay(exit.column, depth + step, .vertical, net, exit.edges) }
            }
        }
        return height
    }

    private mutating func lay(_ along: Int, _ depth: Int, _ arms: LineArms, _ net: Int, _ edges: [Int]) {
        let point = Point(along: along, depth: depth)
        if let index = strands[point]?.firstIndex(where: { $0.net == net }) {
            strands[point]?[index].arms.formUnion(arms)
            strands[point]?[index].edges += edges
        } else {
            strands[point, default: []].append(Strand(net: net, arms: arms, edges: edges))
        }
    }

    private func strokes() -> [[Stroke]] {
        var rows = Array(repeating: [Stroke](), count: height)
        for (point, met) in strands {
            let (x, y) = isRight ? (point.depth, point.along) : (point.along, point.depth)
            let turned = met.map { isRight ? $0.arms.transposed : $0.arms }
            let over = met.indices.filter { turned[$0] == .vertical }
            let isCrossing =
                !over.isEmpty && over.count < met.count
                && turned.allSatisfy { $0 == .vertical || $0 == .horizontal }
            let arms = isCrossing ? .vertical : turned.reduce(into: LineArms()) { $0.formUnion($1) }
            let edges = isCrossing ? over.flatMap { met[$0].edges } : met.flatMap(\.edges)
            rows[y].append(Stroke(x: x, glyph: arms.glyph, edges: Array(Set(edges)).sorted()))
        }
        return rows.map { $0.sorted { $0.x < $1.x } }
    }
}
