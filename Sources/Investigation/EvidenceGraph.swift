import Basics
package import OnCallModel

/// The causal graph of an incident, drawn from the case file alone.
///
/// Two nodes are joined only by a fact: a key that both name, a mention, a file that a commit changes. Time alone gives the
/// weakest edge and no arrow of cause. An error that began after the onset is an effect: the arrow leads to it.
package struct EvidenceGraph {
    let file: CaseFile
    let verdict: Blame.Verdict
    let keys: CorrelationKeys
    let delivery: Delivery
    let members: [Member]
    private var nodes: [CausalGraph.Node] = []
    private var known = Set<String>()
    private var edges: [Ends: CausalGraph.Edge] = [:]
    private var order: [Ends] = []
    private var leftOut: [CausalGraph.Node.Kind: Int] = [:]

    private struct Ends: Hashable {
        let from: String
        let to: String
    }

    package static func make(
        of file: CaseFile, verdict: Blame.Verdict, incident: Int64
    ) -> CausalGraph {
        var graph = EvidenceGraph(file, verdict)
        graph.addFindings(incident: incident)
        graph.addCommits()
        graph.addTraces()
        graph.addErrors()
        graph.addReleases()
        graph.addDeploys()
        graph.addPrompts()
        graph.addAlerts()
        graph.addMessages()
        return graph.bounded
    }

    init(_ file: CaseFile, _ verdict: Blame.Verdict) {
        self.file = file
        self.verdict = verdict
        keys = CorrelationKeys(file)
        delivery = Delivery(file)
        members = [Member(file.finding)] + file.companions.map(Member.init)
    }

    var finding: Finding { file.finding }
    var onset: Instant { file.finding.onset }
    var findingID: String { Self.id(of: finding.fingerprint) }

    static func id(of finding: Fingerprint) -> String { "finding:\(finding.text)" }

    // MARK: assembly

    /// The most nodes of each kind; together with the incident they are sixty.
    private static func most(_ kind: CausalGraph.Node.Kind) -> Int {
        switch kind {
        case .incident: 1
        case .finding: 8
        case .commit, .error, .trace: 7
        case .message: 6
        case .deploy, .release, .monitor, .page: 5
        case .prompt: 4
        }
    }

    /// False if there is no room for it.
    @discardableResult
    mutating func add(_ node: CausalGraph.Node) -> Bool {
        if known.contains(node.id) { return true }
        guard nodes.count(where: { $0.kind == node.kind }) < Self.most(node.kind) else {
            leaveOut(node.kind)
            return false
        }
        var node = node
        node.label = String(node.label.prefix(160))
        nodes.append(node)
        known.insert(node.id)
        return true
    }

    mutating func leaveOut(_ kind: CausalGraph.Node.Kind) { leftOut[kind, default: 0] += 1 }

    func has(_ id: String) -> Bool { known.contains(id) }

    /// Of two edges between the same two the stronger one stays.
    mutating func join(_ from: String, _ to: String, _ kind: CausalGraph.Edge.Kind, _ reason: String) {
        guard from != to else { return }
        let ends = Ends(from: from, to: to)
        let edge = CausalGraph.Edge(from: from, to: to, kind: kind, reason: String(reason.prefix(300)))
        guard let other = edges[ends] else {
            edges[ends] = edge
            order.append(ends)
            return
        }
        if kind.rank < other.kind.rank { edges[ends] = edge }
    }

    /// Edges between nodes that are there, and the nodes that an edge ties to something.
    private var bounded: CausalGraph {
        let drawn = order.compactMap { edges[$0] }.filter { known.contains($0.from) && known.contains($0.to) }
        let tied = Set(drawn.flatMap { [$0.from, $0.to] })
        let kept = nodes.filter { $0.kind == .incident || tied.contains($0.id) }
        return CausalGraph(
            nodes: kept.sorted { ($0.at, $0.id) < ($1.at, $1.id) }, edges: drawn, gaps: [gap].compactMap { $0 })
    }

    /// "12 traces and 3 messages are left out."
    private var gap: String? {
        let parts = CausalGraph.Node.Kind.allCases.compactMap { kind -> String? in
            guard let count = leftOut[kind] else { return nil }
            return "\(count) \(kind.rawValue)\(count == 1 ? "" : "s")"
        }
        guard let last = parts.last else { return nil }
        let list = parts.count == 1 ? last : parts.dropLast().joined(separator: ", ") + " and " + last
        return "\(list) \(leftOut.values.reduce(0, +) == 1 ? "is" : "are") left out."
    }

    // MARK: phrases

    /// "4 min after the onset", "12 min before the onset".
    func relative(_ moment: Instant) -> String {
        let seconds = (moment - onset).seconds
        if abs(seconds) < 30 { return "at the onset" }
        return "\(BlameCase.duration(abs(seconds))) \(seconds < 0 ? "before" : "after") the onset"
    }
}

extension CausalGraph.Edge.Kind {
    /// The strongest is 0.
    fileprivate var rank: Int { Self.allCases.firstIndex(of: self) ?? Self.allCases.count }
}
