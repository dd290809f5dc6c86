/// How much an overview may hold before steps are drawn as one.
struct OverviewLimits {
    /// More nodes or crossings than these are folded.
    var nodes = 60
    var crossings = 15
    /// If nothing is left to fold, a picture with more than these is refused. A bend is where an edge passes a layer.
    var maxNodes = 160
    var maxBends = 1200
    var maxCrossings = 60
}

/// A graph that cannot be folded enough to be read.
struct OverviewRefusal: Error, CustomStringConvertible {
    /// The nodes that are left when everything else is folded.
    let nodes: Int

    var description: String {
        "Too large for the overview: \(nodes) steps failed or cause a failure and cannot be folded. Use the list."
    }
}

/// A shape folded until its layers can be read.
struct OverviewLayers {
    private(set) var fold: GraphFold
    private(set) var graph: LayerGraph
    private(set) var edges: [LayerGraph.Edge]

    init(_ shape: GraphShape, limits: OverviewLimits) throws(OverviewRefusal) {
        fold = GraphFold(shape)
        fold.fold(to: limits.nodes)
        while Self.bends(fold) > limits.maxBends {
            // Half of what can be folded at a time: the work before the first layering stays small.
            guard fold.coarsen({ $0.count }, until: max(1, fold.count / 2)) else { break }
        }
        guard fold.count <= limits.maxNodes, Self.bends(fold) <= limits.maxBends else {
            throw OverviewRefusal(nodes: fold.count)
        }
        (graph, edges) = Self.layered(fold)
        guard graph.crossings > limits.crossings else { return }
        fold.foldRepetition()
        (graph, edges) = Self.layered(fold)
        while graph.crossings > limits.crossings, coarsen(limits) {}
        if graph.crossings > limits.maxCrossings { throw OverviewRefusal(nodes: fold.count) }
    }

    /// Folds the layers with the most crossings around them: one, or some of them where there are far too many.
    private mutating func coarsen(_ limits: OverviewLimits) -> Bool {
        let channels = graph.crossingsByChannel()
        var weights = Array(repeating: 0, count: fold.count)
        for (layer, vertices) in graph.layers.enumerated() {
            let around = (layer > 0 ? channels[layer - 1] : 0) + (layer < channels.count ? channels[layer] : 0)
            for vertex in vertices where !graph.isBend(vertex) { weights[vertex] = around }
        }
        let surplus = graph.crossings > 4 * limits.crossings ? fold.count / 4 : 1
        guard fold.coarsen({ layer in layer.map { weights[$0] }.max() ?? 0 }, until: surplus) else { return false }
        (graph, edges) = Self.layered(fold)
        return true
    }

    private static func layered(_ fold: GraphFold) -> (LayerGraph, [LayerGraph.Edge]) {
        let edges = fold.outs.enumerated().flatMap { from, outs in outs.map { LayerGraph.Edge(from: from, to: $0) } }
        return (LayerGraph(nodeCount: fold.count, edges: edges, ranks: fold.ranks), edges)
    }

    private static func bends(_ fold: GraphFold) -> Int {
        let ranks = fold.ranks
        return fold.outs.indices.reduce(0) { sum, from in
            fold.outs[from].reduce(sum) { $0 + ranks[$1] - ranks[from] - 1 }
        }
    }
}
