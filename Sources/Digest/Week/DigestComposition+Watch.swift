import Basics
import OnCallModel

/// What to watch: computed from the figures, the most urgent first.
extension DigestComposition {
    var watch: (String, [String]) {
        let lines = outages + openIncidents + budgets + risingDrift + risingErrors + risingCosts + endingSilences
        return ("What to watch", lines.isEmpty ? ["Nothing."] : Self.first(lines))
    }

    private var outages: [String] {
        facts.records.outages.map { outage in
            "\(outage.source) is down since \(Self.time(outage.since)): \(Self.safe(outage.reason, limit: 160))"
        }
    }

    private var openIncidents: [String] {
        let open = facts.records.incidents.filter { $0.life.stage != .resolved }
            .sorted { ($1.severity, $1.costPerHour, $0.id) < ($0.severity, $0.costPerHour, $1.id) }
        return open.prefix(4).map { incident in
            "Incident \(incident.id) (\(incident.state.rawValue), \(Format.age(facts.asOf - incident.firstSeen))): "
                + "\(incident.severity.rawValue) \(incident.type.rawValue) of \(Self.safe(incident.subject, limit: 60)), "
                + "\(Format.dollars(incident.costPerHour))/h"
        } + (open.count > 4 ? ["\(open.count - 4) more incidents are open"] : [])
    }

    private var budgets: [String] {
        (facts.budgets.value ?? []).filter { $0.level != .fine }
            .sorted { ($1.share, $0.key) < ($0.share, $1.key) }
            .map { "Budget of \($0.sentence)" + ($0.level == .exceeded ? "; exceeded" : "") }
    }

    /// Features with more drift events than the week before.
    private var risingDrift: [String] {
        let (now, before) = facts.split(facts.records.drifts) { $0.at }
        guard facts.knowsBefore else { return [] }
        let counts = Dictionary(grouping: now, by: \.feature).mapValues(\.count)
        return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.compactMap { feature, count in
            let earlier = before.count { $0.feature == feature }
            return count > earlier
                ? "Drift of \(Self.safe(feature, limit: 60)): \(count) events, \(earlier) before" : nil
        }
    }

    private var risingErrors: [String] {
        (facts.errors.value ?? []).filter {
            facts.isNow($0.lastSeen) && ["escalating", "regressed"].contains($0.trend)
        }
        .sorted { ($1.events, $0.name) < ($0.events, $1.name) }.prefix(3)
        .map { "Sentry issue \(Self.safe($0.name, limit: 40)) is \($0.trend): \(Self.safe($0.title))" }
    }

    /// A rise of less than a tenth, or of less than a dollar, is not worth a line.
    private var risingCosts: [String] {
        let rows = facts.cost.value?.features.rows ?? []
        let rises = rows.compactMap { row -> (row: CostTable.Row, before: Double, rise: Double)? in
            guard let before = row.before, row.cost - before >= max(1, before / 10) else { return nil }
            return (row, before, row.cost - before)
        }
        return rises.sorted { ($1.rise, $0.row.name) < ($0.rise, $1.row.name) }.prefix(3).map { row, before, rise in
            "Cost of \(Self.name(row)): \(Format.dollars(row.cost)), +\(Format.dollars(rise)) "
                + "(\(Change.percent(row.cost, before) ?? "new")) on the week before"
        }
    }

    private var endingSilences: [String] {
        facts.records.silences.filter { $0.expiresAt > facts.asOf && $0.expiresAt <= facts.asOf + .days(7) }
            .sorted { ($0.expiresAt, $0.id) < ($1.expiresAt, $1.id) }
            .map { "Silence \($0.id) ends \(Self.time($0.expiresAt)): \(Self.safe($0.reason))" }
    }

    /// `2026-11-24 03:12 UTC`.
    private static func time(_ moment: Instant) -> String {
        let text = moment.iso8601Seconds
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC"
    }
}
