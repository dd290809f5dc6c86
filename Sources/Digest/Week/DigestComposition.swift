package import Basics
package import OnCallModel

/// Writes the digest of a week from its facts, worst first. The same facts give the same text.
///
/// Foreign text enters a line through ``UntrustedText/forMarkdown(_:limit:)``, so lines contain no markup.
package struct DigestComposition: Sendable {
    let facts: WeekFacts

    package init(_ facts: WeekFacts) { self.facts = facts }

    /// The figures that a narrator may use, and the text without one.
    package var result: (facts: JSONValue, document: DigestDocument, markdown: String) {
        let document = document
        return (facts.json, document, document.markdown)
    }

    package var document: DigestDocument {
        .with {
            $0.title = title
            $0.summary = summary
            $0.sections = [watch, broke, shipped, cost].map { heading, lines in
                .with { ($0.heading, $0.lines) = (heading, lines) }
            }
            $0.gaps = facts.gaps.map { Self.safe($0, limit: 300) }
            $0.notes = facts.notes.map { Self.safe($0, limit: 300) }
        }
    }

    private var title: String {
        let soFar = facts.isFinal ? "" : ", so far"
        return "Week \(facts.week.name): \(facts.week.span) (\(facts.zoneName))\(soFar)"
    }

    private var summary: String {
        var parts: [String] = []
        if let pulls = facts.pulls.value {
            let (now, before) = facts.split(pulls) { $0.mergedAt }
            parts.append("\(now.count) merged (\(Self.signed(now.count - before.count)))")
        }
        let (now, before) = facts.split(facts.records.incidents) { $0.firstSeen }
        let change = facts.knowsBefore ? " (\(Self.signed(now.count - before.count)))" : ""
        if facts.knowsWeek { parts.append(Self.count(now.count, "incident") + change) }
        if let table = facts.cost.value?.features {
            let change = Change.percent(table.total, table.before).map { " (\($0))" } ?? ""
            parts.append("cost \(Format.dollars(table.total))\(change)")
        }
        return parts.joined(separator: ", ")
            + (parts.contains { $0.hasSuffix(")") } ? ", compared with the week before." : ".")
    }

    // MARK: shipped

    private static let maxLines = 8

    private var shipped: (String, [String]) {
        ("What shipped", facts.pulls.value.map(merged) ?? ["Unknown: pull requests could not be read."])
    }

    private func merged(_ pulls: [MergedPull]) -> [String] {
        let (now, before) = facts.split(pulls) { $0.mergedAt }
        let head = "\(Self.count(now.count, "pull request")) merged, \(Change.count(now.count, before.count))."
        let lines = now.sorted { ($1.mergedAt, $0.number) < ($0.mergedAt, $1.number) }.map { pull in
            let day = facts.week.calendar.name(ofDay: facts.week.calendar.day(of: pull.mergedAt))
            return "PR \(pull.number) \(Self.safe(pull.title)) (\(Self.safe(pull.author, limit: 40)), \(day))"
        }
        return [head] + Self.first(lines)
    }

    // MARK: broke

    private var broke: (String, [String]) { ("What broke", incidents + approvals + drifts + errors) }

    private var incidents: [String] {
        guard facts.knowsWeek else { return ["Incidents are unknown: no scan ran in the week."] }
        let (now, before) = facts.split(facts.records.incidents) { $0.firstSeen }
        let resolved = now.filter { $0.life.stage == .resolved }
        var head =
            "\(Self.count(now.count, "incident")) began\(compared(now.count, before.count)); "
            + "\(resolved.count) resolved"
        let times = resolved.compactMap { incident in incident.life.resolvedAt.map { $0 - incident.firstSeen } }
        if let median = times.sorted().dropFirst(times.count / 2).first {
            head += ", median \(Format.duration(median))"
        }
        return [head + "."] + Self.first(Self.worst(now).map(line))
    }

    /// `, 3 more than the week before`, of what the store counts; empty where it does not know the week before.
    private func compared(_ now: Int, _ before: Int) -> String {
        facts.knowsBefore ? ", " + Change.count(now, before) : ""
    }

    private static func worst(_ incidents: [IncidentSummary]) -> [IncidentSummary] {
        incidents.sorted { ($1.severity, $1.life.cost, $0.id) < ($0.severity, $0.life.cost, $1.id) }
    }

    private func line(_ incident: IncidentSummary) -> String {
        let cost = incident.life.cost >= 0.005 ? ", cost \(Format.dollars(incident.life.cost))" : ""
        return "\(incident.severity.rawValue) \(incident.type.rawValue) \(incident.id): "
            + "\(Self.safe(incident.headline, limit: 200)) (\(incident.state.rawValue)\(cost))"
    }

    private var approvals: [String] {
        let (now, before) = facts.split(facts.records.approvals) { $0.createdAt }
        guard !now.isEmpty || !before.isEmpty else { return [] }
        let counts = ApprovalStatus.allCases.compactMap { status -> String? in
            let count = now.count { $0.status == status }
            return count == 0 ? nil : "\(count) \(status.rawValue)"
        }
        let rest = counts.isEmpty ? "" : ": " + counts.joined(separator: ", ")
        return ["\(Self.count(now.count, "approval")) requested\(compared(now.count, before.count))\(rest)."]
    }

    private var drifts: [String] {
        let (now, before) = facts.split(facts.records.drifts) { $0.at }
        guard !now.isEmpty || !before.isEmpty else { return [] }
        let features = Set(now.map(\.feature)).sorted().prefix(5).map { Self.safe($0, limit: 60) }
        let names = features.isEmpty ? "" : ": " + features.joined(separator: ", ")
        return ["\(Self.count(now.count, "drift event"))\(compared(now.count, before.count))\(names)."]
    }

    private var errors: [String] {
        guard let groups = facts.errors.value else { return ["Errors are unknown: Sentry could not be read."] }
        let (now, before) = facts.split(groups) { $0.firstSeen }
        let head = "\(Self.count(now.count, "new Sentry issue"))\(compared(now.count, before.count))."
        let lines = now.sorted { ($1.events, $0.name) < ($0.events, $1.name) }.prefix(3).map(Self.line)
        return [head] + lines
    }

    private static func line(_ group: ErrorGroup) -> String {
        let trend = group.trend.isEmpty || group.trend == "new" ? "" : ", \(safe(group.trend, limit: 30))"
        return "\(safe(group.name, limit: 40)) \(safe(group.title)) (\(count(group.events, "event"))\(trend))"
    }

    // MARK: cost

    private var cost: (String, [String]) {
        guard let table = facts.cost.value?.features else { return ("Cost", ["Unknown: costs could not be read."]) }
        var head = "Total \(Format.dollars(table.total))"
        if let before = table.before {
            head +=
                ", \(Change.percent(table.total, before) ?? "unchanged") on \(Format.dollars(before)) the week before"
        }
        let lines = table.rows.prefix(5).filter { $0.cost > 0 }.map { row in
            let share = Format.percent(row.cost / max(table.total, 1e-9))
            let change = Change.percent(row.cost, row.before).map { ", \($0)" } ?? ""
            return "\(Self.name(row)): \(Format.dollars(row.cost)) (\(share) of the total\(change))"
        }
        return ("Cost", [head + "."] + lines + month)
    }

    private var month: [String] {
        switch facts.month {
        case nil: []
        case .learning(let spent, let days):
            ["Month: \(Format.dollars(spent)) so far; the forecast is learning (\(days) of 7 complete days)."]
        case .projected(let spent, let estimate, _):
            [
                "Month: \(Format.dollars(spent)) so far, \(Format.dollars(estimate.expected)) projected "
                    + "(\(Format.dollars(estimate.low)) to \(Format.dollars(estimate.high)))."
            ]
        }
    }

    // MARK: text

    static func name(_ row: CostTable.Row) -> String { row.name.isEmpty ? "(no name)" : safe(row.name, limit: 60) }

    static func safe(_ text: String, limit: Int = 120) -> String {
        UntrustedText.forMarkdown(UntrustedText.line(text), limit: limit)
    }

    static func count(_ count: Int, _ noun: String) -> String {
        "\(Format.grouped(count)) \(noun)\(count == 1 ? "" : "s")"
    }

    static func signed(_ number: Int) -> String { number > 0 ? "+\(number)" : "\(number)" }

    /// The first lines, and how many more there are.
    static func first(_ lines: [String]) -> [String] {
        lines.count <= maxLines + 1 ? lines : lines.prefix(maxLines) + ["\(lines.count - maxLines) more"]
    }
}
