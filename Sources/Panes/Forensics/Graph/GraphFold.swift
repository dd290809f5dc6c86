/// A shape with some of its nodes drawn as one, so that there are few enough to read.
///
/// Drawn as one are: the steps of a chain, branches that begin and end at the same nodes, a sub-tree under its root,
/// and as a last resort steps of the same layer. A pinned node is never among them. No fold closes a cycle.
struct GraphFold {
    /// By drawn node, the nodes that it stands for, a cause before its effects.
    private(set) var groups: [[Int]]
    /// By drawn node, whether it is a sub-tree, which keeps the name of its root.
    private(set) var isTree: [Bool]
    /// By drawn node, those that an edge leads to, and those that one comes from; each once, ascending.
    private(set) var outs: [[Int]] = []
    private(set) var ins: [[Int]] = []
    private let shape: GraphShape

    /// Nothing folded.
    init(_ shape: GraphShape) {
        self.shape = shape
        groups = shape.nodes.indices.map { [$0] }
        isTree = Array(repeating: false, count: groups.count)
        connect()
        restoreOrder()
    }

    var count: Int { groups.count }

    /// Folds until at most `limit` nodes are left, as little as it takes.
    mutating func fold(to limit: Int) {
        var before = count + 1
        var rounds = 0
        while count > limit, count < before, rounds < 16 {
            (before, rounds) = (count, rounds + 1)
            foldChains()
            if count > limit { foldTwins() }
            if count > limit { foldTrees() }
        }
        restoreOrder()
        while count > limit, coarsen({ $0.count }, until: count - limit) {}
    }

    /// The last resort: draws the nodes of a layer as one, in the layers of the highest weight, until `surplus` nodes are
    /// gone; where every layer has only one, those of two neighbouring layers. Returns false if there was nothing to fold.
    mutating func coarsen(_ weight: ([Int]) -> Int, until surplus: Int) -> Bool {
        let (layers, before) = (foldableLayers(), count)
        let wide = layers.filter { $0.count > 1 }.map { (weight($0), $0) }.sorted { $0.0 > $1.0 }
        var (chosen, gone): ([[Int]], Int) = ([], 0)
        for (_, layer) in wide where gone < surplus {
            chosen.append(layer)
            gone += layer.count - 1
        }
        if wide.isEmpty {
            chosen = stride(from: 0, to: layers.count - 1, by: 2).map { layers[$0] + layers[$0 + 1] }
        }
        merge(chosen, asTree: false)
        restoreOrder()
        return count < before
    }

    /// Chains and twins, which lose nothing.
    mutating func foldRepetition() {
        foldChains()
        foldTwins()
        restoreOrder()
    }

    // MARK: the folds

    /// Runs of nodes of one edge in and one out.
    private mutating func foldChains() {
        let isLink = groups.indices.map { canFold($0) && ins[$0].count == 1 && outs[$0].count == 1 }
        var runs: [[Int]] = []
        for node in groups.indices where isLink[node] && !isLink[ins[node][0]] {
            var run = [node]
            while let next = outs[run[run.count - 1]].first, isLink[next] { run.append(next) }
            runs.append(run)
        }
        merge(runs, asTree: false)
    }

    /// Nodes that come from the same nodes and lead to the same.
    private mutating func foldTwins() {
        var twins: [[[Int]]: [Int]] = [:]
        for node in groups.indices where canFold(node) { twins[[ins[node], outs[node]], default: []].append(node) }
        merge(twins.values.sorted { $0[0] < $1[0] }, asTree: false)
    }

    /// Nodes with the leaves that hang on them alone.
    private mutating func foldTrees() {
        let isLeaf = groups.indices.map { canFold($0) && outs[$0].isEmpty && ins[$0].count == 1 }
        let roots = groups.indices.filter { canFold($0) && !isLeaf[$0] }
        merge(roots.map { root in [root] + outs[root].filter { isLeaf[$0] } }, asTree: true)
    }

    /// The nodes of each layer that may be drawn as one.
    private func foldableLayers() -> [[Int]] {
        let ranks = ranks
        var layers = Array(repeating: [Int](), count: (ranks.max() ?? -1) + 1)
        for node in groups.indices where canFold(node) { layers[ranks[node]].append(node) }
        return layers
    }

    private func canFold(_ node: Int) -> Bool { groups[node].count > 1 || !shape.nodes[groups[node][0]].isPinned }

    /// By drawn node, its layer: the longest way from above. Then a node with more ways down than up moves down to what it
    /// leads to.
    var ranks: [Int] {
        var ranks = Array(repeating: 0, count: outs.count)
        for node in outs.indices { ranks[node] = ins[node].reduce(0) { max($0, ranks[$1] + 1) } }
        for node in outs.indices.reversed() where ins[node].isEmpty || outs[node].count > ins[node].count {
            guard let nearest = outs[node].map({ ranks[$0] }).min() else { continue }
            ranks[node] = max(ranks[node], nearest - 1)
        }
        return ranks
    }

    /// Draws each list of nodes, which have none in common, as one.
    private mutating func merge(_ lists: [[Int]], asTree: Bool) {
        let lists = lists.filter { $0.count > 1 }
        guard !lists.isEmpty else { return }
        var head = Array(groups.indices)
        for list in lists { for node in list { head[node] = list[0] } }
        for list in lists {
            // A sub-tree under several steps is several steps.
            isTree[list[0]] = asTree && (groups[list[0]].count == 1 || isTree[list[0]])
            groups[list[0]] = list.flatMap { groups[$0] }
        }
        let kept = groups.indices.filter { head[$0] == $0 }
        (groups, isTree) = (kept.map { groups[$0] }, kept.map { isTree[$0] })
        connect()
    }

    private mutating func connect() {
        var drawn = Array(repeating: 0, count: shape.nodes.count)
        for (node, group) in groups.enumerated() { for member in group { drawn[member] = node } }
        outs = Array(repeating: [], count: groups.count)
        ins = outs
        for link in shape.outs.joined() where drawn[link.from] != drawn[link.to] {
            outs[drawn[link.from]].append(drawn[link.to])
            ins[drawn[link.to]].append(drawn[link.from])
        }
        for node in groups.indices {
            outs[node] = Set(outs[node]).sorted()
            ins[node] = Set(ins[node]).sorted()
        }
    }

    /// Renumbers the drawn nodes branch by branch, so that every edge leads to a higher number, as the layers require.
    private mutating func restoreOrder() {
        var waiting = ins.map(\.count)
        var ready = Array(groups.indices.filter { waiting[$0] == 0 }.reversed())
        var order: [Int] = []
        while let node = ready.popLast() {
            order.append(node)
            for next in outs[node].reversed() {
                waiting[next] -= 1
                if waiting[next] == 0 { ready.append(next) }
            }
        }
        (groups, isTree) = (order.map { groups[$0] }, order.map { isTree[$0] })
        connect()
    }
}
