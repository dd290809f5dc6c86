import Basics
import OnCallModel

/// Calls with one prompt version, release or model fail more often than the others: Fisher's exact test.
struct Contrast: Hashable {
    /// `prompt_version`, `release`, `model`.
    let kind: String
    /// The prompt's name; empty for a release or a model.
    let prompt: String
    let value: String
    let failed: Int
    let calls: Int
    let otherFailed: Int
    let otherCalls: Int
    let p: Double

    /// The largest p-value that counts.
    static let significance = 0.001

    /// "41 of 60 calls with support-bot-prompt v14 fail, 0 of 200 others (p < 1e-9)".
    var phrase: String {
        let thing =
            switch kind {
            case "prompt_version": "with \(prompt.isEmpty ? "prompt" : String(prompt.prefix(60))) v\(value.prefix(20))"
            case "release": "of release \(value.prefix(60))"
            default: "with \(kind.prefix(20)) \(value.prefix(60))"
            }
        return "\(failed) of \(calls) calls \(thing) fail, \(otherFailed) of \(otherCalls) others (\(chance))"
    }

    private var chance: String {
        if p < 1e-9 { return "p < 1e-9" }
        var (exponent, limit) = (0, 1.0)
        while exponent < 9, p < limit / 10 { (exponent, limit) = (exponent + 1, limit / 10) }
        return exponent < 3 ? "p = \(Format.decimal(p, digits: 3))" : "p < 1e-\(exponent)"
    }

    /// The significant ones, by p-value: those of the finding, then those counted in the mirror.
    static func all(in file: CaseFile) -> [Contrast] {
        let facts = file.finding.facts.drift?.schema
        let labels = Set((facts?.contrasts ?? []).map(\.label.rawValue))
        let counted = [ShareFact.Kind.promptVersion, .release].filter { !labels.contains($0.rawValue) }
            .flatMap { Self.counted(file.surroundings.shares, $0, onset: file.finding.onset) }
        return ((facts.map(Self.reported) ?? []) + counted).filter { $0.p < significance }
            .sorted { ($0.p, $0.value) < ($1.p, $1.value) }
    }

    /// The contrasts of a drift finding. Its prompt version counts only if it separates failing from passing outputs.
    private static func reported(_ facts: SchemaDriftFacts) -> [Contrast] {
        facts.contrasts.filter { $0.label != .prompt || facts.isPromptContrast }.map { fact in
            let (prompt, value) = fact.label == .prompt ? parts(of: fact.value) : ("", fact.value)
            return Contrast(
                kind: fact.label.rawValue, prompt: prompt, value: value, failed: fact.failing, calls: fact.of,
                otherFailed: fact.othersFailing, otherCalls: fact.othersOf, p: fact.p)
        }
    }

    /// "support-bot v14" is version 14 of support-bot.
    private static func parts(of value: String) -> (prompt: String, version: String) {
        guard let mark = value.lastIndex(of: "v"), value[..<mark].last == " ",
            value[mark...].dropFirst().allSatisfy(\.isNumber)
        else { return ("", value) }
        return (String(value[..<mark].dropLast()), String(value[mark...].dropFirst()))
    }

    /// A value that was first used within one day before the onset or one hour after it, against all others.
    private static func counted(_ shares: [ShareFact], _ kind: ShareFact.Kind, onset: Instant) -> [Contrast] {
        let groups = Dictionary(grouping: shares.filter { $0.kind == kind }, by: \.prompt)
        return groups.sorted { $0.key < $1.key }.flatMap { prompt, shares -> [Contrast] in
            let (calls, failed) = shares.reduce((0, 0)) { ($0.0 + $1.calls, $0.1 + $1.failed) }
            return shares.compactMap { share in
                guard share.first >= onset - .days(1), share.first <= onset + .hours(1), shares.count > 1 else {
                    return nil
                }
                let (others, othersFailed) = (calls - share.calls, failed - share.failed)
                return Contrast(
                    kind: kind.rawValue, prompt: prompt, value: share.value, failed: share.failed, calls: share.calls,
                    otherFailed: othersFailed, otherCalls: others,
                    p: FisherExact.p(share.failed, of: share.calls, against: othersFailed, of: others))
            }
        }
    }
}
