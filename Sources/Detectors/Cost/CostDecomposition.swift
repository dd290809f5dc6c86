import Basics
import OnCallModel

/// Where the increase comes from: volume × unit price × model mix, and the feature that explains most of it.
struct CostDecomposition: Hashable {
    /// The observation name that explains at least half of the increase; `project` when none does.
    var subject: String
    /// Its part of the increase.
    var share: Double
    /// It cost nothing before.
    var isNew: Bool
    /// Observations an hour, now against before; nil where there were none before.
    var volume: Double?
    /// Cost of an observation, now against before.
    var unitPrice: Double?
    /// The part of `unitPrice` that comes from tokens an observation.
    var tokens: Double?
    /// The model that cost most, before and now.
    var modelBefore: String?
    var modelNow: String?

    static let project = "project"

    /// `rows`: one a period, name and model. `spikeHours` and `baseHours` are the lengths of the two periods.
    init(_ rows: RowSet, spikeHours: Double, baseHours: Double, keeping open: Set<String>) {
        var parts: [String: (base: Part, spike: Part)] = [:]
        var whole = (base: Part(), spike: Part())
        for row in rows.records {
            let name = row["name"].text ?? ""
            let piece = Part(row)
            if row["recent"].integer == 1 {
                parts[name, default: (Part(), Part())].spike += piece
                whole.spike += piece
            } else {
                parts[name, default: (Part(), Part())].base += piece
                whole.base += piece
            }
        }
        let (spike, base) = (max(spikeHours, 1.0 / 60), max(baseHours, 1))
        func increase(_ part: (base: Part, spike: Part)) -> Double {
            part.spike.cost / spike - part.base.cost / base
        }
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
        // What is new is compared with the project as it was.
        let reference = isNew ? whole.base : part.base
        let compared = isNew ? whole.spike : part.spike
        volume = Self.ratio(compared.observations / spike, reference.observations / base)
        unitPrice = Self.ratio(compared.unitPrice, reference.unitPrice)
        tokens = Self.ratio(compared.tokensEach, reference.tokensEach)
        modelBefore = reference.costliestModel
        modelNow = part.spike.costliestModel
    }

    private static func ratio(_ now: Double, _ before: Double) -> Double? {
        before > 0 && now > 0 ? now / before : nil
    }

    private struct Part {
        var cost = 0.0
        var observations = 0.0
        var tokens = 0.0
        var models: [String: Double] = [:]

        init() {}

        init(_ row: RowSet.Record) {
            func amount(_ column: String) -> Double {
                let value = row[column].real ?? 0
                return value.isFinite && value > 0 ? value : 0
            }
            cost = amount("cost")
            observations = amount("observations")
            tokens = amount("input_tokens") + amount("output_tokens")
            if let model = row["model"].text, !model.isEmpty { models[model] = cost }
        }

        static func += (sum: inout Part, part: Part) {
            sum.cost += part.cost
            sum.observations += part.observations
            sum.tokens += part.tokens
            sum.models.merge(part.models, uniquingKeysWith: +)
        }

        var unitPrice: Double { observations > 0 ? cost / observations : 0 }
        var tokensEach: Double { observations > 0 ? tokens / observations : 0 }
        var costliestModel: String? {
            models.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
        }
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
