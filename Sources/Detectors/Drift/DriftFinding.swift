package import Basics
import OnCallModel

/// A feature whose outputs drift as a finding.
struct DriftFinding {
    let feature: String
    let snapshot: FeatureSnapshot
    let verdict: DriftVerdict
    let judged: JudgedOutputs
    /// The most significant first.
    let contrasts: [DriftContrast]
    let sql: String
    /// When the prompt version of the failing outputs was created, and its commit message; nil if Langfuse did not say.
    var prompt: (createdAt: Instant, message: String)?

    private static let maxTraces = 100

    private var severity: Severity { verdict.failRate > 0.5 ? .high : .medium }

    /// The prompt version by which failing and passing outputs differ; nil if they do not.
    var suspectPrompt: DriftOrigin.Prompt? {
        guard let contrast = contrasts.first(where: { $0.label == .prompt && $0.isStrong }) else { return nil }
        return judged.failing.first { $0.origin[.prompt] == contrast.value }?.origin.prompt
    }

    func finding(now: Instant) -> Finding {
        let failing = judged.failing
        let names = failing.compactMap(\.origin.prompt?.name)
        // A release that only failing outputs have.
        let releases = contrasts.filter { $0.label == .release && $0.isStrong }.map(\.value).prefix(1)
        let links = FindingLinks(
            traces: Set(failing.suffix(Self.maxTraces).map(\.trace)).subtracting([""]),
            releases: Set(releases), features: Set([feature] + names.prefix(1)))
        return Finding(
            facts: .drift(.schema(facts)), severity: severity, fingerprint: .schemaDrift(of: feature),
            subject: feature, description: sentence, sql: sql, onset: failing.first?.at ?? now,
            lastSeen: failing.last?.at ?? now, costPerHour: 0, links: links)
    }

    func event(now: Instant) -> DriftEvent {
        DriftEvent(
            id: 0, feature: feature, at: now, facts: .schema(facts), severity: severity, failRate: verdict.failRate)
    }

    /// "support-bot: 17 of its latest 20 outputs do not fit snapshot 1 (0 of 160 samples did not; p < 1e-12):
    /// $.response missing in 17; support-bot v14: 17 of 20 fail, support-bot v13: 0 of 40 (p < 1e-9); since 03:12."
    private var sentence: String {
        let past = "\(verdict.past.hits) of \(verdict.past.of) samples did not; \(Phrase.probability(verdict.p))"
        var parts = [verdict.tally.prefix(3).map(phrase).joined(separator: ", ")]
        if let contrast = contrasts.first { parts.append(contrast.sentence) }
        if let prompt {
            let age = (judged.failing.first?.at ?? prompt.createdAt) - prompt.createdAt
            let quote = prompt.message.isEmpty ? "" : " (“\(prompt.message.prefix(80))”)"
            let time = age >= .seconds(0) ? "\(Format.duration(age)) before" : "later"
            parts.append("that version was created \(time)\(quote)")
        }
        if let first = judged.failing.first { parts.append("since \(first.at.iso8601Seconds)") }
        return """
            \(feature): \(verdict.failed) of its latest \(verdict.checked) outputs do not fit snapshot \
            \(snapshot.version) (\(past)): \(parts.joined(separator: "; ")).
            """
    }

    private func phrase(_ violation: Deviation, _ outputs: Int) -> String {
        let path = violation.path == OutputProfile.root ? "" : "\(violation.path.prefix(80)) "
        let usual = DriftRule(snapshot.profile).usualKinds(at: violation.path)
        let instead = usual.isEmpty ? "" : " instead of \(usual)"
        return switch violation.what {
        case .missing: path + (violation.isElement ? "an empty list" : "missing") + " in \(outputs)"
        case .kind(let kind): "\(path)\(kind.rawValue)\(instead) in \(outputs)"
        case .blank: "\(path)empty in \(outputs)"
        case .text: "\(path)text\(instead) in \(outputs)"
        }
    }

    private var facts: SchemaDriftFacts {
        let rule = DriftRule(snapshot.profile)
        return .with { facts in
            facts.failRate = verdict.failRate
            (facts.checked, facts.failed) = (verdict.checked, verdict.failed)
            (facts.baseFailed, facts.baseSamples, facts.p) = (verdict.past.hits, verdict.past.of, verdict.p)
            facts.snapshot = snapshot.version
            facts.violations = verdict.tally.prefix(10).map { violation, outputs in
                .with { fact in
                    (fact.path, fact.what) = (String(violation.path.prefix(120)), violation.word)
                    (fact.usual, fact.outputs) = (rule.usualKinds(at: violation.path), outputs)
                }
            }
            facts.newKeys = newKeys
            facts.onset = judged.failing.first?.at
            addOrigin(to: &facts)
        }
    }

    /// What the failing outputs were made with, and what the passing ones.
    private func addOrigin(to facts: inout SchemaDriftFacts) {
        func contrast(_ label: DriftOrigin.Label) -> DriftContrast? { contrasts.first { $0.label == label } }
        let last = judged.failing.last?.origin
        let shared = suspectPrompt ?? last?.prompt
        let (release, model) = (contrast(.release), contrast(.model))
        facts.contrast = contrasts.first
        facts.contrasts = Array(contrasts.prefix(6))
        facts.isPromptContrast = suspectPrompt != nil
        (facts.promptName, facts.promptVersion) = (shared?.name, shared?.version)
        facts.promptCreatedAt = prompt?.createdAt
        facts.promptMessage = prompt.map { String($0.message.prefix(200)) }
        (facts.release, facts.releaseBefore) = (release?.value ?? last?[.release], release?.before)
        (facts.model, facts.modelBefore) = (model?.value ?? last?[.model], model?.before)
    }

    /// Paths that the failing outputs have and no sample had: the new name of a renamed key.
    private var newKeys: [String] {
        let failing = judged.failing.suffix(DriftQueries.checked)
        let paths = failing.flatMap { output -> [String] in
            guard case .document(let value) = output.sample else { return [] }
            return OutputProfile.places(of: value).keys.filter { snapshot.profile.places[$0] == nil }
        }
        return paths.counts.filter { $0.value * 2 >= failing.count }.keys.sorted().prefix(10).map {
            String($0.prefix(120))
        }
    }
}

extension Fingerprint {
    /// The drift of a feature's outputs.
    package static func schemaDrift(of feature: String) -> Fingerprint {
        Fingerprint(DetectionType.promptDrift.rawValue, DriftEvent.Kind.schema.rawValue, feature)
    }

    /// The fall of one score of a feature.
    package static func scoreDrift(of feature: String, score: String) -> Fingerprint {
        Fingerprint(DetectionType.promptDrift.rawValue, DriftEvent.Kind.score.rawValue, feature, score)
    }
}
