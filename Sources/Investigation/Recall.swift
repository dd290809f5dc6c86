import Basics
package import OnCallModel

/// Finds the past incidents that one resembles.
///
/// A sum of terms decides, each of which a person can check. The subject counts most: the same feature, agent or tool that
/// fails in the same way is the same problem. The class alone, or with the time, is never enough.
package enum Recall {
    /// At least the class and the subject, the class and the same error words, or two equally strong signs.
    static let threshold = 4.0
    package static let maxNamed = 3
    private static let sameClass = 1.5
    private static let sameSubject = 3.0
    /// No feature explains the cost, so the subject says little.
    private static let wholeProject = 1.0
    /// Titles of errors vary with the release, so only a large part in common counts fully.
    private static let sameErrors = 2.5
    private static let sameFiles = 2.0
    private static let sameTools = 1.5
    /// Deploys and jobs have their hours, but so do many things at once.
    private static let sameHour = 0.3

    /// What an investigated incident is compared by.
    package static func traits(of file: CaseFile, verdict: Blame.Verdict, incident: Int64) -> IncidentTraits {
        let (finding, facts) = (file.finding, file.finding.facts)
        let own = CorrelationKeys(file).issues
        let titles = facts.quotes + file.errors.filter { own.contains($0.id) }.map(\.title)
        let suspects = Set(verdict.suspects.map(\.sha))
        let tools = facts.loop.map(\.loopedSteps) ?? (facts.tool == nil ? [] : [finding.subject])
        return IncidentTraits(
            incident: incident, type: finding.type, subject: NamePattern.ofAgent(facts.loop?.agent ?? finding.subject),
            errors: limited(titles.flatMap { Words.identifying($0.prefix(400)) } + FailureWords.words(of: finding)),
            files: limited(file.commits.filter { suspects.contains($0.sha) }.flatMap(\.relevantFiles).map(\.path)),
            tools: limited(tools.map { NamePattern.of($0) }),
            weekHour: Int(finding.onset.startOfHour.seconds / 3600) % 168, cause: CauseKind.phrase(of: file, verdict))
    }

    private static func limited(_ names: [String]) -> Set<String> { Set(names.sorted().prefix(200)) }

    /// The most similar ones of past incidents, best first, then the latest; none below the threshold.
    package static func similar(to traits: IncidentTraits, among past: [IncidentTraits]) -> [Likeness] {
        let all = past.filter { $0.incident != traits.incident }.map { likeness($0, to: traits) }
        return Array(
            all.filter { $0.score >= threshold }.sorted { ($0.score, $0.past) > ($1.score, $1.past) }.prefix(maxNamed))
    }

    private static func likeness(_ past: IncidentTraits, to traits: IncidentTraits) -> Likeness {
        var terms = ScoreTerms()
        let isSameClass = past.type == traits.type
        let isSameSubject = !traits.subject.isEmpty && past.subject == traits.subject
        let isProject = traits.subject == "project"
        if isSameClass { terms.add(sameClass, "same class") }
        if isSameSubject {
            terms.add(isProject ? wholeProject : sameSubject, "same subject (\(traits.subject.prefix(80)))")
        }
        add(past.errors, traits.errors, of: sameErrors, "error words", to: &terms)
        add(past.files, traits.files, of: sameFiles, "files", to: &terms)
        add(past.tools, traits.tools, of: sameTools, "tools", to: &terms)
        let apart = abs(past.weekHour - traits.weekHour)
        if min(apart, 168 - apart) <= 1 { terms.add(sameHour, "same hour of the week") }
        return Likeness(
            past: past.incident, score: terms.rounded, why: terms.why,
            isSame: isSameClass && isSameSubject && !isProject)
    }

    /// Jaccard's share of two sets, as points.
    private static func add(
        _ one: Set<String>, _ other: Set<String>, of points: Double, _ what: String, to terms: inout ScoreTerms
    ) {
        let common = one.intersection(other)
        guard !common.isEmpty else { return }
        let share = Double(common.count) / Double(one.union(other).count)
        let names = common.sorted().prefix(3).joined(separator: ", ")
        terms.add(points * share, "\(common.count) \(what) in common (\(names.prefix(120)))")
    }
}
