import Basics
import OnCallModel

/// Calls with one prompt version, release or model fail more often than the others: Fisher's exact test.
struct Contrast: Hashable {
    /// `prompt_version`, `release`, `model`.
    let kind: String
    /// The prompt; empty for what is none.
    let prompt: String
    let value: String
    let failed: Int
    let calls: Int
    let otherFailed: Int
    let otherCalls: Int
    let p: Double

    /// Less likely by chance than this, it counts.
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

    /// What stands out, the least likely first: what the finding itself counted, then what the mirror tells of it.
    static func all(in file: CaseFile) -> [Contrast] {
        let told = Self.told(file.finding)
        let kinds = Set((file.finding.evidence["contrasts"]?.array ?? []).compactMap { $0["by"]?.string })
        let counted = [ShareFact.Kind.promptVersion, .release].filter { !kinds.contains($0.rawValue) }
            .flatMap { Self.counted(file.surroundings.shares, $0, onset: file.finding.onset) }
        return (told + counted).filter { $0.p < significance }.sorted { ($0.p, $0.value) < ($1.p, $1.value) }
    }

    /// What a finding counted itself: `{"by", "value", "failing", "of", "others_failing", "others_of", "p"}` in
    /// `evidence.contrasts`. A drift says besides whether the prompt's version tells failing from passing outputs.
    private static func told(_ finding: Finding) -> [Contrast] {
        let isOfPrompt = finding.type != .promptDrift || finding.evidence["is_prompt_contrast"]?.bool == true
        return (finding.evidence["contrasts"]?.array ?? []).compactMap { item in
            guard let kind = item["by"]?.string, let failed = item["failing"]?.int, let calls = item["of"]?.int,
                let value = item["value"]?.string ?? item["value"]?.int.map(String.init),
                kind != "prompt_version" || isOfPrompt
            else { return nil }
            let (otherFailed, otherCalls) = (item["others_failing"]?.int ?? 0, item["others_of"]?.int ?? 0)
            let p = item["p"]?.double ?? FisherExact.p(failed, of: calls, against: otherFailed, of: otherCalls)
            guard p.isFinite, p >= 0 else { return nil }
            let (prompt, version) = kind == "prompt_version" ? parts(of: value) : ("", value)
            return Contrast(
                kind: kind, prompt: prompt, value: version, failed: failed, calls: calls, otherFailed: otherFailed,
                otherCalls: otherCalls, p: p)
        }
    }

    /// "support-bot v14" is version 14 of support-bot.
    private static func parts(of value: String) -> (prompt: String, version: String) {
        guard let mark = value.lastIndex(of: "v"), value[..<mark].last == " ",
            value[mark...].dropFirst().allSatisfy(\.isNumber)
        else { return ("", value) }
        return (String(value[..<mark].dropLast()), String(value[mark...].dropFirst()))
    }

    /// One that came into use within the day before the onset, or the hour after it, against all others of its kind.
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
