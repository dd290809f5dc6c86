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
            type: .promptDrift, severity: verdict.failRate > 0.5 ? .high : .medium,
            fingerprint: .schemaDrift(of: feature), subject: feature, description: sentence, evidence: evidence,
            sql: sql, onset: failing.first?.at ?? now, lastSeen: failing.last?.at ?? now, costPerHour: 0, links: links)
    }

    func event(now: Instant) -> DriftEvent {
        DriftEvent(
            id: 0, feature: feature, at: now, kind: .schema, severity: verdict.failRate > 0.5 ? .high : .medium,
            failRate: verdict.failRate, details: evidence)
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

    private var evidence: JSONValue {
        let figures: JSONValue = .fields([
            "kind": .string(DriftEvent.Kind.schema.rawValue),
            "fail_rate": .number(verdict.failRate), "checked": JSONValue(verdict.checked),
            "failed": JSONValue(verdict.failed), "base_failed": JSONValue(verdict.past.times),
            "base_samples": JSONValue(verdict.past.of), "p": .number(verdict.p),
            "snapshot": JSONValue(snapshot.version), "violations": violations,
            "new_keys": .array(newKeys.map(JSONValue.string)),
            "onset": trouble.failing.first.map { JSONValue($0.at) },
        ])
        return .object((figures.members ?? []) + (origin.members ?? []))
    }

    private var violations: JSONValue {
        let rule = DriftRule(snapshot.profile)
        return .array(
            verdict.tally.prefix(10).map { item in
                .fields([
                    "path": .string(String(item.violation.path.prefix(120))), "what": .string(item.violation.word),
                    "usual": .string(rule.usualKinds(at: item.violation.path)), "outputs": JSONValue(item.outputs),
                ])
            })
    }

    /// What the failing outputs were made with, and what the passing ones.
    private var origin: JSONValue {
        func contrast(_ label: DriftOrigin.Label) -> DriftContrast? { contrasts.first { $0.label == label } }
        let last = trouble.failing.last?.origin
        let shared = suspectPrompt ?? last?.prompt
        let (release, model) = (contrast(.release), contrast(.model))
        return .fields([
            "contrast": contrasts.first?.json, "contrasts": .array(contrasts.prefix(6).map(\.json)),
            "is_prompt_contrast": .bool(suspectPrompt != nil),
            "prompt_name": JSONValue(shared?.name), "prompt_version": JSONValue(shared?.version),
            "prompt_created_at": prompt.map { JSONValue($0.createdAt) },
            "prompt_message": prompt.map { .string(String($0.message.prefix(200))) },
            "release": JSONValue(release?.value ?? last?[.release]), "release_before": JSONValue(release?.before),
            "model": JSONValue(model?.value ?? last?[.model]), "model_before": JSONValue(model?.before),
        ])
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
