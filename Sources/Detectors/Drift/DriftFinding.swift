import Basics
import OnCallModel

/// A feature whose outputs drift as a finding.
struct DriftFinding {
    let feature: String
    let snapshot: FeatureSnapshot
    let verdict: DriftVerdict
    let trouble: DriftTrouble
    /// The surest first.
    let contrasts: [DriftContrast]
    /// Of the prompt version that the failing outputs share, where Langfuse told.
    var prompt: PromptFact?
    let sql: String

    struct PromptFact: Hashable, Sendable {
        var prompt: DriftOrigin.Prompt
        var createdAt: Instant
        var message: String
    }

    init(
        _ feature: String, snapshot: FeatureSnapshot, verdict: DriftVerdict, trouble: DriftTrouble, sql: String
    ) {
        (self.feature, self.snapshot, self.verdict, self.trouble) = (feature, snapshot, verdict, trouble)
        contrasts = trouble.contrasts
        self.sql = sql
    }

    /// The prompt version by which failing and passing outputs differ; nil where they do not, or others differ more surely.
    var suspectPrompt: DriftOrigin.Prompt? {
        guard let contrast = contrasts.first(where: { $0.label == .prompt && $0.isStrong }) else { return nil }
        return trouble.failing.first { $0.origin[.prompt] == contrast.value }?.origin.prompt
    }

    static let mostTraces = 100

    func finding(now: Instant) -> Finding {
        let failing = trouble.failing
        let names = failing.compactMap(\.origin.prompt?.name)
        let links = FindingLinks(
            traces: Set(failing.suffix(Self.mostTraces).map(\.trace).filter { !$0.isEmpty }),
            releases: releases, features: Set([feature] + names.prefix(1)))
        return Finding(
            facts: .drift(.schema(facts)), severity: verdict.failRate > 0.5 ? .high : .medium,
            fingerprint: .schemaDrift(of: feature), subject: feature, description: sentence,
            sql: sql, onset: failing.first?.at ?? now, lastSeen: failing.last?.at ?? now, costPerHour: 0, links: links)
    }

    func event(now: Instant) -> DriftEvent {
        DriftEvent(
            id: 0, feature: feature, at: now, facts: .schema(facts),
            severity: verdict.failRate > 0.5 ? .high : .medium, failRate: verdict.failRate)
    }

    /// A release that only failing outputs have.
    private var releases: Set<String> {
        Set(contrasts.filter { $0.label == .release && $0.isStrong }.map(\.value).prefix(1))
    }

    // MARK: words

    /// "support-bot: 17 of its latest 20 outputs do not fit snapshot 1 (0 of 160 samples did not; p < 1e-12):
    /// $.response missing in 17; support-bot v14: 17 of 20 fail, support-bot v13: 0 of 40 (p < 1e-9); since 03:12."
    private var sentence: String {
        let past = "\(verdict.past.times) of \(verdict.past.of) samples did not; \(DriftContrast.spell(verdict.p))"
        let what = verdict.tally.prefix(3).map(words).joined(separator: ", ")
        let contrast = contrasts.first.map { "; \($0.sentence)" } ?? ""
        let made = prompt.map { fact in
            let age = (trouble.failing.first?.at ?? fact.createdAt) - fact.createdAt
            let said = fact.message.isEmpty ? "" : " (“\(fact.message.prefix(80))”)"
            return age >= .seconds(0)
                ? "; that version was made \(Format.duration(age)) before\(said)"
                : "; that version was made later\(said)"
        }
        let onset = trouble.failing.first.map { "; since \($0.at.iso8601Seconds)" } ?? ""
        return """
            \(feature): \(verdict.failed) of its latest \(verdict.checked) outputs do not fit snapshot \
            \(snapshot.version) (\(past)): \(what)\(contrast)\(made ?? "")\(onset).
            """
    }

    private func words(_ item: (violation: DriftViolation, outputs: Int)) -> String {
        let path = item.violation.path == OutputProfile.root ? "" : "\(item.violation.path.prefix(80)) "
        let usual = DriftRule(snapshot.profile).usualKinds(at: item.violation.path)
        let instead = usual.isEmpty ? "" : " instead of \(usual)"
        return switch item.violation.what {
        case .missing: "\(path)missing in \(item.outputs)"
        case .empty: "\(path)an empty list in \(item.outputs)"
        case .kind(let kind): "\(path)\(kind.rawValue)\(instead) in \(item.outputs)"
        case .blank: "\(path)empty in \(item.outputs)"
        case .text: "\(path)text\(instead) in \(item.outputs)"
        }
    }

    private var facts: SchemaDriftFacts {
        .with { facts in
            facts.failRate = verdict.failRate
            (facts.checked, facts.failed) = (verdict.checked, verdict.failed)
            (facts.baseFailed, facts.baseSamples) = (verdict.past.times, verdict.past.of)
            facts.p = verdict.p
            facts.snapshot = snapshot.version
            facts.violations = violations
            facts.newKeys = newKeys
            facts.onset = trouble.failing.first?.at
            addOrigin(to: &facts)
        }
    }

    private var violations: [SchemaDriftFacts.Violation] {
        let rule = DriftRule(snapshot.profile)
        return verdict.tally.prefix(10).map { item in
            .with { fact in
                fact.path = String(item.violation.path.prefix(120))
                fact.what = item.violation.word
                fact.usual = rule.usualKinds(at: item.violation.path)
                fact.outputs = item.outputs
            }
        }
    }

    /// What the failing outputs were made with, and what the passing ones.
    private func addOrigin(to facts: inout SchemaDriftFacts) {
        func contrast(_ label: DriftOrigin.Label) -> DriftContrast? { contrasts.first { $0.label == label } }
        let last = trouble.failing.last?.origin
        let shared = suspectPrompt ?? last?.prompt
        let (release, model) = (contrast(.release), contrast(.model))
        facts.contrast = contrasts.first?.fact
        facts.contrasts = contrasts.prefix(6).map(\.fact)
        facts.isPromptContrast = suspectPrompt != nil
        (facts.promptName, facts.promptVersion) = (shared?.name, shared?.version)
        facts.promptCreatedAt = prompt?.createdAt
        facts.promptMessage = prompt.map { String($0.message.prefix(200)) }
        (facts.release, facts.releaseBefore) = (release?.value ?? last?[.release], release?.before)
        (facts.model, facts.modelBefore) = (model?.value ?? last?[.model], model?.before)
    }

    /// Paths that the failing outputs have and no sample had: what a key was renamed to.
    private var newKeys: [String] {
        var counts: [String: Int] = [:]
        let failing = trouble.failing.suffix(DriftQueries.checked)
        for output in failing {
            guard case .document(let value) = output.sample else { continue }
            for path in OutputProfile.places(of: value).keys where snapshot.profile.places[path] == nil {
                counts[path, default: 0] += 1
            }
        }
        return counts.filter { $0.value * 2 >= failing.count }.keys.sorted().prefix(10).map { String($0.prefix(120)) }
    }
}
