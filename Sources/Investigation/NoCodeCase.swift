import Basics
import OnCallModel

/// The score of the candidate "no commit is the cause": more traffic, a failing provider, a quota, a prompt that was changed
/// outside the repository.
struct NoCodeCase {
    private var terms = ScoreTerms()
    /// More calls at the same price.
    let isSurge: Bool
    /// The failing calls have a prompt version in common.
    private(set) var isPrompt = false
    /// The phrase of the largest term; nil if there is only the baseline.
    var phrase: String? { terms.list.dropFirst().max { $0.points < $1.points }?.phrase }

    var score: Double { terms.sum }

    var cause: NoCodeCause { NoCodeCause(score: terms.rounded, why: terms.why) }

    init(_ file: CaseFile) {
        let cost = file.finding.facts.cost
        let (volume, price) = (cost?.volumeRatio ?? 1, cost?.unitPriceRatio)
        isSurge = cost?.isNew == false && volume >= 1.5 && price.map { (0.8...1.25).contains($0) } ?? false
        terms.add(1, "the baseline that a commit must exceed")
        if isSurge {
            terms.add(2, "volume is \(Format.times(volume)) at an unchanged unit price (\(Format.times(price ?? 1)))")
        }
        addProvider(file)
        addPrompt(file)
    }

    /// Errors that only a provider returns count if the calls did not rise first; otherwise they are an effect.
    private mutating func addProvider(_ file: CaseFile) {
        let finding = file.finding
        guard finding.type.traits.blamesServices else { return }
        let own = CorrelationKeys(file).issues
        let fresh = file.errors.filter { own.contains($0.id) || $0.firstSeen >= finding.onset - .hours(1) }
        let texts = fresh.map(\.title) + finding.facts.quotes
        if let text = texts.first(where: { !Self.quota.isDisjoint(with: Words.of($0)) }) {
            terms.add(1.5, "“\(text.prefix(80))” names a quota or a credential")
        } else if let text = texts.first(where: { !Self.outage.isDisjoint(with: Words.of($0)) }) {
            terms.add(1, "“\(text.prefix(80))” may come from a failing provider")
        }
    }

    /// Prompts are stored in Langfuse, so a new version is not a commit.
    private mutating func addPrompt(_ file: CaseFile) {
        if let contrast = Contrast.all(in: file).first(where: { $0.kind == "prompt_version" }) {
            isPrompt = true
            terms.add(1.5, file.finding.facts.drift?.schema?.promptContrast ?? contrast.phrase)
            return
        }
        let onset = file.finding.onset
        let used = Set(file.surroundings.shares.map(\.prompt))
        let changed = file.surroundings.prompts.filter {
            used.contains($0.name) && $0.changedAt <= onset + .minutes(10) && $0.changedAt >= onset - .days(1)
        }
        guard file.finding.facts.drift != nil, let prompt = changed.max(by: { $0.changedAt < $1.changedAt }) else {
            return
        }
        let age = Format.duration(onset - prompt.changedAt)
        terms.add(0.8, "prompt \(prompt.name.prefix(60)) was changed in Langfuse \(age) before the onset")
    }

    private static let quota: Set<String> = [
        "quota", "billing", "credits", "unauthorized", "forbidden", "401", "403", "expired", "credential",
        "credentials",
    ]
    private static let outage: Set<String> = [
        "429", "500", "502", "503", "504", "529", "unavailable", "overloaded", "outage", "maintenance", "gateway",
        "connection", "refused", "timeout", "timed", "dns",
    ]
}
