/// How much an overview may hold before steps are drawn as one.
package struct OverviewLimits: Hashable, Sendable {
    /// More nodes or crossings than these are folded.
    package var nodes = 60
    package var crossings = 15
    /// Where nothing is left to fold: what is still drawn. Bends are the places where an edge passes a layer.
    package var mostNodes = 160
    package var mostBends = 1200
    package var mostCrossings = 60

    package init(nodes: Int = 60, crossings: Int = 15) {
        (self.nodes, self.crossings) = (nodes, crossings)
        mostCrossings = max(mostCrossings, crossings)
        mostNodes = max(mostNodes, nodes)
    }
}

/// A graph that no fold makes fit to read.
package struct OverviewRefusal: Error, Hashable, CustomStringConvertible {
    /// How many nodes are left when all is folded that may be.
    package let nodes: Int

    package var description: String {
        "Too tangled for one picture: \(nodes) steps are left that failed, cause a failure or were unfolded. "
            + "Read the list, or fold some."
    }
}

/// A shape folded until its layers can be read.
struct OverviewLayers: Hashable, Sendable {
    private(set) var fold: GraphFold
    private(set) var graph: LayerGraph
    private(set) var edges: [Edge]

    struct Edge: Hashable, Sendable {
        let from: Int
        let to: Int
    }

    init(_ shape: GraphShape, unfolded: Set<String>, limits: OverviewLimits) throws(OverviewRefusal) {
        fold = GraphFold(shape, unfolded: unfolded)
        fold.fold(to: limits.nodes)
        while Self.bends(fold) > limits.mostBends {
            // Half of what can go at a time: the work before the first layering stays small.
            guard fold.coarsen({ $0.count }, until: max(1, fold.count / 2)) else { break }
        }
        guard fold.count <= limits.mostNodes, Self.bends(fold) <= limits.mostBends else {
            throw OverviewRefusal(nodes: fold.count)
        }
        (graph, edges) = Self.layered(fold)
        guard graph.crossings > limits.crossings else { return }
        fold.foldRepetition()
        (graph, edges) = Self.layered(fold)
        while graph.crossings > limits.crossings, coarsen(limits) {}
        if graph.crossings > limits.mostCrossings { throw OverviewRefusal(nodes: fold.count) }
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

    private static func layered(_ fold: GraphFold) -> (LayerGraph, [Edge]) {
        let edges = fold.outs.indices.flatMap { from in fold.outs[from].map { Edge(from: from, to: $0) } }
        let ranks = LayerGraph.ranks(outs: fold.outs, ins: fold.ins)
        let graph = LayerGraph(nodeCount: fold.count, edges: edges.map { ($0.from, $0.to) }, ranks: ranks)
        return (graph, edges)
    }

    private static func bends(_ fold: GraphFold) -> Int {
        let ranks = LayerGraph.ranks(outs: fold.outs, ins: fold.ins)
        return fold.outs.indices.reduce(0) { sum, from in
            fold.outs[from].reduce(sum) { $0 + ranks[$1] - ranks[from] - 1 }
        }
    }
}
