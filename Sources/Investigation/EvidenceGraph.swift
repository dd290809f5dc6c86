import Basics
package import OnCallModel

/// The causal graph of an incident, built from the case file alone.
///
/// Every edge has a fact: a key that both nodes name, a mention, a file that a commit changes. Time alone gives the weakest
/// edge and no cause. An error that began after the onset is an effect, so the edge leads to it.
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
    private var omitted: [CausalGraph.Node.Kind: Int] = [:]

    private struct Ends: Hashable {
        let from: String
        let to: String
    }

    package static func make(of file: CaseFile, verdict: Blame.Verdict, incident: Int64) -> CausalGraph {
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
        members = ([IncidentFinding(file.finding)] + file.companions).map(Member.init)
    }

    var finding: Finding { file.finding }
    var onset: Instant { file.finding.onset }
    var findingID: String { Self.id(of: finding.fingerprint) }

    static func id(of finding: Fingerprint) -> String { "finding:\(finding.text)" }

    // MARK: assembly

    /// The maximum number of nodes of each kind, sixty in all.
    private static func limit(_ kind: CausalGraph.Node.Kind) -> Int {
        switch kind {
        case .incident: 1
        case .finding: 8
        case .commit, .error, .trace: 7
        case .message: 6
        case .deploy, .release, .monitor, .page: 5
        case .prompt: 4
        }
    }

    /// Adds a node that is not in the graph yet. False if the limit of its kind is reached.
    @discardableResult
    mutating func add(
        _ kind: CausalGraph.Node.Kind, _ id: String, _ label: String, at: Instant, end: Instant? = nil,
        cost: Double? = nil, isFailure: Bool = false, url: String = ""
    ) -> Bool {
        if known.contains(id) { return true }
        guard nodes.count(where: { $0.kind == kind }) < Self.limit(kind) else {
            omit(kind)
            return false
        }
        let label = String(label.prefix(160))
        nodes.append(
            .init(id: id, kind: kind, label: label, at: at, end: end, cost: cost, isFailure: isFailure, url: url))
        known.insert(id)
        return true
    }

    mutating func omit(_ kind: CausalGraph.Node.Kind) { omitted[kind, default: 0] += 1 }

    func has(_ id: String) -> Bool { known.contains(id) }

    /// Of two edges between the same nodes, the stronger one is kept.
    mutating func join(_ from: String, _ to: String, _ kind: CausalGraph.Edge.Kind, _ reason: String) {
        guard from != to else { return }
        let ends = Ends(from: from, to: to)
        let edge = CausalGraph.Edge(from: from, to: to, kind: kind, reason: String(reason.prefix(300)))
        if edges[ends] == nil { order.append(ends) }
        if let other = edges[ends], other.kind.rank <= kind.rank { return }
        edges[ends] = edge
    }

    /// The edges between existing nodes, and the nodes that have an edge.
    private var bounded: CausalGraph {
        let drawn = order.compactMap { edges[$0] }.filter { known.contains($0.from) && known.contains($0.to) }
        let joined = Set(drawn.flatMap { [$0.from, $0.to] })
        let kept = nodes.filter { $0.kind == .incident || joined.contains($0.id) }
        return CausalGraph(
            nodes: kept.sorted { ($0.at, $0.id) < ($1.at, $1.id) }, edges: drawn, gaps: [gap].compactMap { $0 })
    }

    /// "12 traces and 3 messages are omitted."
    private var gap: String? {
        let parts = CausalGraph.Node.Kind.allCases.compactMap { kind -> String? in
            omitted[kind].map { "\($0) \(kind.rawValue)\($0 == 1 ? "" : "s")" }
        }
        guard let last = parts.last else { return nil }
        let list = parts.count == 1 ? last : parts.dropLast().joined(separator: ", ") + " and " + last
        return "\(list) \(omitted.values.reduce(0, +) == 1 ? "is" : "are") omitted."
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
