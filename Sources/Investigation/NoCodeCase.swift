import Basics
import OnCallModel

/// The score of the candidate "no commit is to blame": more traffic, a failing provider, a quota, a prompt that was changed
/// outside the repository.
struct NoCodeCase {
    private(set) var terms: [(points: Double, phrase: String)] = []
    /// More calls at the same price.
    let isSurge: Bool
    /// A prompt's version separates failing calls from others.
    private(set) var isPrompt = false
    /// The strongest term's phrase; nil where there is only the baseline.
    var phrase: String? { terms.dropFirst().max { $0.points < $1.points }?.phrase }

    var score: Double { terms.reduce(0) { $0 + $1.points } }

    var cause: NoCodeCause {
        NoCodeCause(
            score: (score * 100).rounded() / 100,
            why: terms.sorted { abs($0.points) > abs($1.points) }.map { term in
                "\(term.points < 0 ? "" : "+")\(Format.decimal(term.points, digits: 1)) \(term.phrase)"
            })
    }

    init(_ file: CaseFile) {
        let cost = file.finding.facts.cost
        let (volume, price) = (cost?.volumeRatio ?? 1, cost?.unitPriceRatio)
        isSurge = cost?.isNew == false && volume >= 1.5 && price.map { (0.8...1.25).contains($0) } ?? false
        terms.append((1, "the baseline that a commit has to beat"))
        if isSurge {
            terms.append(
                (2, "volume is \(Format.times(volume)) at an unchanged unit price (\(Format.times(price ?? 1)))"))
        }
        addProvider(file)
        addPrompt(file)
    }

    /// Errors that only a provider returns count where the calls did not rise first; else they are an effect.
    private mutating func addProvider(_ file: CaseFile) {
        let finding = file.finding
        guard finding.type.traits.blamesServices else { return }
        let own = CorrelationKeys(file).issues
        let fresh = file.errors.filter { own.contains($0.id) || $0.firstSeen >= finding.onset - .hours(1) }
        let texts = fresh.map(\.title) + finding.facts.quotes
        if let text = texts.first(where: { !Self.quota.isDisjoint(with: Words.of($0)) }) {
            terms.append((1.5, "“\(text.prefix(80))” names a quota or a credential"))
        } else if let text = texts.first(where: { !Self.outage.isDisjoint(with: Words.of($0)) }) {
            terms.append((1, "“\(text.prefix(80))” may come from a failing provider"))
        }
    }

    /// A prompt is kept in Langfuse, so its new version is not a commit.
    private mutating func addPrompt(_ file: CaseFile) {
        if let contrast = Contrast.all(in: file).first(where: { $0.kind == "prompt_version" }) {
            isPrompt = true
            terms.append((1.5, file.finding.facts.drift?.schema?.promptContrast ?? contrast.phrase))
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
        terms.append((0.8, "prompt \(prompt.name.prefix(60)) was changed in Langfuse \(age) before the onset"))
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
