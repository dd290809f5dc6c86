import Basics
import OnCallModel

/// The parts of the increase: volume × unit price × model mix, and the feature that explains most of it.
struct CostDecomposition: Hashable {
    /// The observation name that explains at least half of the increase; `project` when none does.
    var subject: String
    /// Its part of the increase.
    var share: Double
    /// It cost nothing before.
    var isNew: Bool
    /// Observations an hour, now divided by before; nil if there were none before.
    var volume: Double?
    /// Cost of an observation, now divided by before.
    var unitPrice: Double?
    /// The part of `unitPrice` that comes from tokens an observation.
    var tokens: Double?
    /// The model that cost most, before and now.
    var modelBefore: String?
    var modelNow: String?

    static let project = "project"

    /// `rows`: one a period, name and model. `spikeHours` and `baseHours` are the lengths of the two periods.
    init(_ rows: RowSet, spikeHours: Double, baseHours: Double, keeping open: Set<String>) {
        var parts: [String: Periods] = [:]
        var whole = Periods()
        for row in rows.records {
            let period = row["recent"].integer == 1 ? \Periods.spike : \.base
            let part = Part(row)
            parts[row.text("name"), default: Periods()][keyPath: period] += part
            whole[keyPath: period] += part
        }
        let (spike, base) = (max(spikeHours, 1.0 / 60), max(baseHours, 1))
        func increase(_ part: Periods) -> Double { part.spike.cost / spike - part.base.cost / base }
        let total = increase(whole)
        let shares = parts.mapValues { total > 0 ? increase($0) / total : 0 }
            .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let chosen =
            shares.first { open.contains($0.key) && $0.value >= 0.25 }
            ?? shares.first.flatMap { $0.value >= 0.5 && !$0.key.isEmpty && !open.contains(Self.project) ? $0 : nil }
        subject = chosen?.key ?? Self.project
        share = chosen?.value ?? 1
        let part = chosen.flatMap { parts[$0.key] } ?? whole
        isNew = part.base.cost == 0
        // A new feature is compared with the whole project before.
        let reference = isNew ? whole.base : part.base
        let compared = isNew ? whole.spike : part.spike
        volume = Self.ratio(compared.observations / spike, reference.observations / base)
        unitPrice = Self.ratio(compared.unitPrice, reference.unitPrice)
        tokens = Self.ratio(compared.tokensEach, reference.tokensEach)
        modelBefore = reference.models.top
        modelNow = part.spike.models.top
    }

    private static func ratio(_ now: Double, _ before: Double) -> Double? {
        before > 0 && now > 0 ? now / before : nil
    }

    private struct Periods {
        var base = Part()
        var spike = Part()
    }

    private struct Part {
        var cost = 0.0
        var observations = 0.0
        var tokens = 0.0
        var models: [String: Double] = [:]

        init() {}

        init(_ row: RowSet.Record) {
            cost = row.amount("cost") ?? 0
            observations = row.amount("observations") ?? 0
            tokens = (row.amount("input_tokens") ?? 0) + (row.amount("output_tokens") ?? 0)
            if !row.text("model").isEmpty { models[row.text("model")] = cost }
        }

        static func += (sum: inout Part, part: Part) {
            sum.cost += part.cost
            sum.observations += part.observations
            sum.tokens += part.tokens
            sum.models.merge(part.models, uniquingKeysWith: +)
        }

        var unitPrice: Double { observations > 0 ? cost / observations : 0 }
        var tokensEach: Double { observations > 0 ? tokens / observations : 0 }
    }
}

extension CostDecomposition {
    /// "volume ×1.0, unit price ×6.8 (tokens ×6.7): gpt-4 instead of gpt-4o-mini".
    var phrase: String {
        var phrase: [String] = []
        if let volume { phrase.append("volume \(Format.times(volume))") }
        if let unitPrice {
            let ofTokens = tokens.map { $0 >= 1.25 ? " (tokens a call \(Format.times($0)))" : "" } ?? ""
            phrase.append("unit price \(Format.times(unitPrice))\(ofTokens)")
        }
        var text = phrase.joined(separator: ", ")
        if let modelNow, let modelBefore, modelNow != modelBefore {
            text += (text.isEmpty ? "" : ": ") + "\(modelNow) instead of \(modelBefore)"
        }
        if subject != Self.project {
            text += (text.isEmpty ? "" : "; ") + "\(subject) explains \(Format.percent(min(share, 1))) of the increase"
            if isNew { text += " and cost nothing before" }
        }
        return text
    }
}
