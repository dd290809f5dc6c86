import Basics
import OnCallModel

/// The names in an incident's findings, by which other facts are correlated with it.
struct CorrelationKeys: Hashable {
    /// Names of features, agents and tools; those of the finding itself come first.
    let features: [String]
    /// Trace ids; those of the finding itself come first.
    let traces: [String]
    let releases: Set<String>
    /// The Sentry issues that it is about.
    let issues: Set<String>
    /// The words that distinguish its names from others.
    let words: Set<String>
    /// The repeated step of a loop.
    let step: String?

    init(_ file: CaseFile) {
        let own = CorrelationKeys(file.finding)
        let others = file.companions.map(CorrelationKeys.init)
        features = Self.unique(own.features + others.flatMap(\.features))
        traces = Self.unique(own.traces + others.flatMap(\.traces))
        releases = others.reduce(own.releases) { $0.union($1.releases) }
        issues = others.reduce(own.issues) { $0.union($1.issues) }
        words = others.reduce(own.words) { $0.union($1.words) }
        step = own.step
    }

    init(_ finding: Finding) { self.init(IncidentFinding(finding)) }

    init(_ finding: IncidentFinding) {
        let (facts, subject, links) = (finding.facts, finding.subject, finding.links)
        var (features, traces): ([String], [String]) = ([], [])
        switch facts.type.traits.subject {
        case .feature: if subject != "project" { features.append(subject) }
        case .tool: features.append(subject)
        case .trace: traces.append(subject)
        case .issue, .part, .alert: break
        }
        features += [facts.drift?.schema?.promptName, facts.loop?.agent].compactMap { $0 }
        self.features = Self.unique(features + links.features.sorted())
        self.traces = Self.unique(
            traces + links.traces.sorted() + (facts.cascade?.traces ?? facts.tool?.calls?.traces ?? []))
        releases = links.releases.union([facts.cascade?.release, facts.drift?.schema?.release].compactMap { $0 })
        issues = facts.type.traits.subject == .issue ? [subject] : []
        step = facts.loop.flatMap { $0.repeatedStep.isEmpty ? nil : $0.repeatedStep }
        words = Set((self.features + [step].compactMap { $0 }).flatMap { Words.identifying($0) })
    }

    private static func unique(_ names: [String]) -> [String] {
        var seen = Set<String>()
        return names.filter { !$0.isEmpty && seen.insert($0).inserted }
    }

    /// The feature, agent, tool or trace that a text names; nil if it names none.
    func named(in text: String) -> String? {
        traces.first { Mention.holds(text, $0) } ?? features.first { Mention.holds(text, $0) }
            ?? step.flatMap { Mention.holds(text, $0) ? $0 : nil }
    }
}

/// Whether a text mentions a name.
enum Mention {
    /// "support_bot", "SupportBot" and "the support bot" mention `support-bot`; "support" does not.
    static func holds(_ text: some StringProtocol, _ name: some StringProtocol) -> Bool {
        let wanted = Words.of(name)
        guard wanted.reduce(0, { $0 + $1.count }) >= 4 else { return false }
        let words = Words.of(text.prefix(4000))
        guard words.count >= wanted.count else { return false }
        return (0...(words.count - wanted.count)).contains { start in
            words[start..<start + wanted.count].elementsEqual(wanted)
        }
    }

    /// The commit whose hash, of seven digits or more, a text contains.
    static func commit(in text: some StringProtocol, among shas: [String]) -> String? {
        let words = text.prefix(4000).lowercased().split { !$0.isHexDigit }.map(String.init).filter { $0.count >= 7 }
        return shas.first { sha in words.contains { sha.lowercased().hasPrefix($0) } }
    }
}

extension IncidentFinding {
    /// A finding in the form of its companions. It is not stored yet, so it has no incident.
    init(_ finding: Finding) {
        self.init(
            incident: 0, fingerprint: finding.fingerprint, facts: finding.facts, severity: finding.severity,
            subject: finding.subject, headline: finding.description, why: "", firstSeen: finding.onset,
            lastSeen: finding.lastSeen, occurrences: 1, costPerHour: finding.costPerHour, sql: finding.sql,
            links: finding.links)
    }
}
