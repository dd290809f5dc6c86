package import Basics

/// What users, features or models cost over a span, compared with the span before.
package struct CostTable: Hashable, Sendable {
    package enum Dimension: String, CaseIterable, Hashable, Sendable {
        case user, feature, model
    }

    package struct Row: Hashable, Sendable {
        /// Foreign text; empty for what has no name.
        package var name: String
        /// US dollars.
        package var cost: Double
        /// Nil where the span before is not known.
        package var before: Double?
        /// The cost of each bucket, oldest first.
        package var series: [Double]

        package init(name: String, cost: Double, before: Double?, series: [Double]) {
            (self.name, self.cost, self.before, self.series) = (name, cost, before, series)
        }
    }

    package var dimension: Dimension
    /// The costliest first.
    package var rows: [Row]
    /// Where costs are known from, if that is after the start of the span before.
    package var knownSince: Instant?
    package var total: Double { rows.reduce(0) { $0 + $1.cost } }
    package var before: Double? {
        rows.contains { $0.before == nil } ? nil : rows.reduce(0) { $0 + ($1.before ?? 0) }
    }

    package init(_ dimension: Dimension, _ rows: [Row], knownSince: Instant? = nil) {
        (self.dimension, self.knownSince) = (dimension, knownSince)
        self.rows = rows.sorted { ($1.cost, $0.name) < ($0.cost, $1.name) }
    }

    /// From rows with `name`, `at` (the start of an hour or day) and `cost`, in the span and the equally long one before it.
    ///
    /// - Parameter knownSince: nil if the span before is known completely.
    package init(
        _ dimension: Dimension, _ set: RowSet, from: Instant, until: Instant, buckets: Int, knownSince: Instant? = nil
    ) {
        var (costs, before): ([String: [Double]], [String: Double]) = ([:], [:])
        let length = Double((until - from).milliseconds)
        for row in set.records {
            guard let at = row["at"].instant, let cost = row["cost"].real, cost.isFinite, cost >= 0, at < until else {
                continue
            }
            let name = row["name"].text ?? ""
            if costs[name] == nil { costs[name] = Array(repeating: 0, count: buckets) }
            // An hour that began before the span belongs to it as far as it lies in it; the whole of it is counted here.
            guard at > from - .hours(1) else {
                before[name, default: 0] += cost
                continue
            }
            let place = Double(max(0, (at - from).milliseconds)) / length
            costs[name]?[min(buckets - 1, Int(place * Double(buckets)))] += cost
        }
        self.init(
            dimension,
            costs.map { name, series in
                Row(
                    name: name, cost: series.reduce(0, +), before: knownSince == nil ? before[name] ?? 0 : nil,
                    series: series)
            }.filter { $0.cost > 0 || ($0.before ?? 0) > 0 }, knownSince: knownSince)
    }

    /// Why there is no comparison, or part of the span is missing; nil if all of it is known.
    package var absence: String? {
        knownSince.map { moment in
            "No costs are known before \(moment.iso8601Seconds). To read older ones, run: "
                + "sentinel source sync langfuse.observations --since 15d"
        }
    }

    package var json: JSONValue {
        [
            "by": .string(dimension.rawValue), "total": .number(total), "before": JSONValue(before),
            "known_since": JSONValue(knownSince),
            "rows": .array(
                rows.map { row in
                    [
                        "name": .string(row.name), "cost": .number(row.cost),
                        "share": .number(total > 0 ? row.cost / total : 0), "before": JSONValue(row.before),
                        "series": .array(row.series.map(JSONValue.number)),
                    ]
                }),
        ]
    }
}

/// How a figure has changed, with its sign.
package enum Change {
    /// `+14 %`, `-3 %`, `new`; nil where nothing is known before, or nothing changed from nothing.
    package static func percent(_ now: Double, _ before: Double?) -> String? {
        guard let before else { return nil }
        guard before > 0 else { return now > 0 ? "new" : nil }
        let change = now / before - 1
        return (change >= 0 ? "+" : "") + Format.percent(change)
    }

    /// `3 more than the week before`.
    package static func count(_ now: Int, _ before: Int) -> String {
        if now == before { return "as many as the week before" }
        return "\(abs(now - before)) \(now > before ? "more" : "fewer") than the week before"
    }
}
