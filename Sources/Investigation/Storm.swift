package import Basics
package import OnCallModel

/// Many findings of one cause: runs of one agent that loop alike, tools that fail in one outage, features that drift after one
/// change. They are one incident, with one notification and one request.
package enum Storm {
    /// What a finding has in common with others of its storm.
    package struct Mark: Hashable, Sendable {
        /// The agent and the steps that it repeats.
        var loop: Loop?
        /// The failures of services that its texts name.
        var failures: [UpstreamError] = []
        /// The changes by which its failing outputs differ from the others: `model gpt-5`, `prompt answer v14`.
        var changes: Set<String> = []

        struct Loop: Hashable, Sendable {
            /// Without the id of a run.
            var agent: String
            var steps: [String]
            var isSlow: Bool
        }

        package init(_ finding: IncidentFinding) {
            loop = finding.facts.loop.flatMap(Loop.init)
            if finding.type.traits.blamesServices { failures = UpstreamError.named(by: finding) }
            changes = Set(finding.facts.drift?.schema?.contrasts.compactMap(\.change) ?? [])
        }
    }

    /// So many findings with one failure at once are an outage; fewer may be chance.
    static let outage = 3
    /// Findings of an outage start within this time; later ones join it as long as it lasts.
    static let atOnce = Span.minutes(15)
    /// The runs of one agent loop side by side, or one after another with at most this pause.
    package static let pause = Span.minutes(30)
    /// Features are used at different times, and show a change when they are used next.
    static let change = Span.hours(24)

    /// Why two findings belong to one storm, as a phrase; nil if they do not. An outage needs a third finding (``outage(of:among:)``).
    static func relation(of left: Grouping.Signature, and right: Grouping.Signature) -> String? {
        guard let (mine, other) = zipped(left.mark, right.mark) else { return nil }
        if let loop = mine.loop, loop == other.loop, overlap(left, right, within: pause) {
            return "\(loop.agent) loops alike in both: \(loop.steps.prefix(4).joined(separator: ", "))"
        }
        if let shared = mine.changes.intersection(other.changes).min(), left.distance(to: right) <= change {
            return "the outputs of both differ by \(shared)"
        }
        return nil
    }

    /// The findings among `others` that one outage has with `finding`, and its failure as a phrase; nil without an outage.
    ///
    /// `others` include those that are found at the same time.
    static func outage(
        of finding: Grouping.Signature, among others: [(index: Int, signature: Grouping.Signature)]
    ) -> (members: [Int], why: String)? {
        for failure in finding.mark?.failures ?? [] {
            let alike = others.filter { other in
                overlap(finding, other.signature, within: atOnce)
                    && other.signature.mark?.failures.contains { $0.isSame(as: failure) } == true
            }
            let starts = (alike.map(\.signature.onset) + [finding.onset]).sorted()
            let isOutage = zip(starts, starts.dropFirst(outage - 1)).contains { $1 - $0 <= atOnce }
            guard isOutage else { continue }
            let named = ([failure] + alike.flatMap { $0.signature.mark?.failures ?? [] })
                .first { $0.isSame(as: failure) && !$0.services.isEmpty }
            return (alike.map(\.index), "one outage, \((named ?? failure).phrase)")
        }
        return nil
    }

    /// Failures of services that are known to be different ones.
    static func areUnrelated(_ left: Grouping.Signature, _ right: Grouping.Signature) -> Bool {
        guard let (mine, other) = zipped(left.mark, right.mark), !mine.failures.isEmpty, !other.failures.isEmpty else {
            return false
        }
        let services = (
            mine.failures.reduce(into: Set()) { $0.formUnion($1.services) },
            other.failures.reduce(into: Set()) { $0.formUnion($1.services) }
        )
        return !services.0.isEmpty && !services.1.isEmpty && services.0.isDisjoint(with: services.1)
    }

    private static func overlap(
        _ left: Grouping.Signature, _ right: Grouping.Signature, within pause: Span
    ) -> Bool {
        left.onset <= right.lastSeen + pause && right.onset <= left.lastSeen + pause
    }

    private static func zipped(_ left: Mark?, _ right: Mark?) -> (Mark, Mark)? {
        if let left, let right { (left, right) } else { nil }
    }
}

extension Storm {
    /// An incident that is one with an older one, and why.
    package struct Merge: Hashable, Sendable {
        package var incident: Int64
        package var into: Int64
        package var why: String
    }

    /// The incidents that turn out to be one storm. `findings` are those of incidents that are not resolved and not muted.
    package static func merges(among findings: [IncidentFinding]) -> [Merge] {
        let signatures = findings.enumerated().map { (index: $0.offset, signature: Grouping.Signature($0.element)) }
        var merges: [Int64: Merge] = [:]
        func head(of incident: Int64) -> Int64 { merges[incident].map { head(of: $0.into) } ?? incident }
        func merge(_ left: Int64, _ right: Int64, _ why: String) {
            let (first, second) = (min(head(of: left), head(of: right)), max(head(of: left), head(of: right)))
            if first != second { merges[second] = Merge(incident: second, into: first, why: why) }
        }
        for (index, signature) in signatures {
            let own = findings[index].incident
            let others = signatures.filter { findings[$0.index].incident != own }
            for other in others where other.index > index {
                guard let why = relation(of: signature, and: other.signature) else { continue }
                merge(own, findings[other.index].incident, why)
            }
            let rest = signatures.filter { $0.index != index }
            guard let outage = outage(of: signature, among: rest) else { continue }
            for member in outage.members { merge(own, findings[member].incident, outage.why) }
        }
        return merges.values.map { Merge(incident: $0.incident, into: head(of: $0.into), why: $0.why) }
            .sorted { $0.incident < $1.incident }
    }
}

extension Storm.Mark.Loop {
    /// Nil where it is not known which steps repeat.
    fileprivate init?(_ facts: LoopFacts) {
        let agent = NamePattern.ofAgent(facts.agent)
        guard !facts.loopedSteps.isEmpty, agent.contains(where: \.isLetter) else { return nil }
        self.init(agent: agent, steps: facts.loopedSteps, isSlow: facts.isSlow)
    }
}

extension SchemaDriftFacts.Contrast {
    /// A model, a prompt version or a release with which nearly all outputs fail, and hardly any without.
    fileprivate var change: String? {
        guard Double(failing) >= 0.5 * Double(of), Double(othersFailing) <= 0.1 * Double(max(othersOf, 1)) else {
            return nil
        }
        switch label {
        case .model: return "model \(value)"
        // Without its name, a version number says nothing of another feature.
        case .prompt: return value.contains(" ") ? "prompt \(value)" : nil
        case .release: return "release \(value)"
        case .version, .environment: return nil
        }
    }
}
