import Basics
import CellGrid

@testable import Panes

/// Graphs that the tests draw.
enum GraphFixtures {
    /// An investigation of 16 steps and 21 edges.
    static let investigation = timed(
        [
            ("alert", 600, "✓"), ("triage", 1500, "✓"), ("fetch_logs", 200, "✓"), ("fetch_metrics", 3000, "✓"),
            ("fetch_deploys", 200, "✓"), ("fetch_config", 200, "✗"), ("parse_errors", 11000, "✓"),
            ("hyp_pool", 3000, "!"), ("hyp_cache", 600, "✓"), ("hyp_deploy", 200, "✓"), ("rank", 3000, "✓"),
            ("propose_fix", 6000, "✓"), ("approval", 1500, "✓"), ("rollback", 200, "…"), ("verify", 600, "✓"),
            ("summary", 6000, "✓"),
        ],
        """
        alert>triage triage>fetch_logs triage>fetch_metrics triage>fetch_deploys triage>fetch_config
        fetch_logs>parse_errors parse_errors>hyp_pool parse_errors>hyp_cache fetch_metrics>hyp_pool
        fetch_metrics>hyp_cache fetch_metrics>verify fetch_deploys>hyp_deploy fetch_config>hyp_deploy hyp_pool>rank
        hyp_cache>rank hyp_deploy>rank rank>propose_fix propose_fix>approval approval>rollback rollback>verify
        verify>summary
        """)

    static let chain = timed([("read", 40, "✓"), ("think", 0, "✓"), ("answer", 900, "✗")], "read>think think>answer")

    /// 40 steps and 64 edges, some of them long.
    static let wide: GraphShape = {
        var random = SeededRandom(40)
        var edges: Set<[Int]> = []
        for node in 1..<40 { edges.insert([max(0, node - 1 - random.below(6)), node]) }
        while edges.count < 64 {
            let from = random.below(38)
            edges.insert([from, min(39, from + 1 + random.below(random.below(8) == 0 ? 16 : 7))])
        }
        let steps = (0..<40).map { ("step_\($0)", 100 + random.below(4000), $0 == 17 ? "✗" : "✓") }
        return timed(
            steps,
            edges.sorted { ($0[0], $0[1]) < ($1[0], $1[1]) }.map { "step_\($0[0])>step_\($0[1])" }
                .joined(separator: " "))
    }()

    /// A run of an agent: every step has one parent.
    static let tree: GraphShape = {
        var random = SeededRandom(9)
        let edges = (1..<24).map { "span_\(max(0, $0 - 1 - random.below(5)))>span_\($0)" }
        return timed(
            (0..<24).map { ("span_\($0)", 50 + random.below(900), $0 == 13 ? "✗" : "✓") }, edges.joined(separator: " "))
    }()

    /// Every step begins when the last of its parents has ended. The rows are in the order of time.
    private static func timed(_ steps: [(name: String, milliseconds: Int, mark: String)], _ text: String) -> GraphShape
    {
        let pairs = text.split { $0 == " " || $0 == "\n" }.map { $0.split(separator: ">").map(String.init) }
        var ends: [String: Int64] = [:]
        var nodes: [GraphNode] = []
        for step in steps {
            let start = pairs.filter { $0[1] == step.name }.compactMap { ends[$0[0]] }.max() ?? 0
            let end = start + Int64(step.milliseconds)
            ends[step.name] = end
            let roles: [String: Role] = ["✓": .good, "✗": .bad, "!": .warn]
            nodes.append(
                GraphNode(
                    id: step.name, label: step.name, mark: Character(step.mark), role: roles[step.mark] ?? .info,
                    start: start,
                    end: end, figure: "\(step.milliseconds / 1000).\(step.milliseconds / 100 % 10)s",
                    isPinned: step.mark == "✗" || step.mark == "!"))
        }
        let rows = nodes.enumerated().sorted { ($0.element.start, $0.offset) < ($1.element.start, $1.offset) }
        return GraphShape(nodes: rows.map(\.element), edges: pairs.map { GraphEdge(from: $0[0], to: $0[1]) })
    }

    static func random(seed: UInt64, nodes count: Int, edges: Int, pinned: Int = 8) -> GraphShape {
        var random = SeededRandom(seed)
        let nodes = (0..<count).map { index in
            let start = Int64(random.below(1000))
            return GraphNode(
                id: "n\(index)", label: "n\(index)", mark: "✓", start: start, end: start + Int64(random.below(100)),
                figure: "\(random.below(100))", isPinned: random.below(pinned) == 0)
        }
        let pairs = (0..<edges).compactMap { _ -> GraphEdge? in
            let (one, other) = (random.below(count), random.below(count))
            return one == other ? nil : GraphEdge(from: "n\(min(one, other))", to: "n\(max(one, other))")
        }
        return GraphShape(nodes: nodes, edges: pairs)
    }
}

extension GraphShape {
    /// The edges by the ids of their nodes.
    var pairs: Set<[String]> { Set(outs.joined().map { [nodes[$0.from].id, nodes[$0.to].id] }) }
}

extension OverviewDrawing {
    /// By drawn node, the ids of the nodes that it stands for.
    func groups(of shape: GraphShape) -> [[String]] { layers.fold.groups.map { $0.map { shape.nodes[$0].id } } }
}
