package import Basics
package import OnCallModel

/// What was read of a source.
package enum Reading<Value: Hashable & Sendable>: Hashable, Sendable {
    /// With one sentence for what is missing.
    case read(Value, gaps: [String] = [])
    /// Why it could not be read, as a sentence.
    case unread(String)

    package var value: Value? { if case .read(let value, _) = self { value } else { nil } }

    package var gaps: [String] {
        switch self {
        case .read(_, let gaps): gaps
        case .unread(let sentence): [sentence]
        }
    }
}

/// A pull request that was merged.
package struct MergedPull: Hashable, Sendable {
    package var number: Int
    package var title: String
    package var author: String
    package var mergedAt: Instant

    package init(number: Int, title: String, author: String, mergedAt: Instant) {
        (self.number, self.title, self.author, self.mergedAt) = (number, title, author, mergedAt)
    }
}

/// A Sentry issue with an event in the two weeks.
package struct ErrorGroup: Hashable, Sendable {
    package var name: String
    package var title: String
    /// All that there ever were.
    package var events: Int
    package var firstSeen: Instant
    package var lastSeen: Instant
    /// `escalating`, `regressed`, …; empty where Sentry sends none.
    package var trend: String

    package init(name: String, title: String, events: Int, firstSeen: Instant, lastSeen: Instant, trend: String) {
        (self.name, self.title, self.events) = (name, title, events)
        (self.firstSeen, self.lastSeen, self.trend) = (firstSeen, lastSeen, trend)
    }
}

/// What the week cost, by feature.
package struct WeekCost: Hashable, Sendable {
    package var features: CostTable

    package init(features: CostTable) { self.features = features }
}

/// What the store knows of two weeks.
package struct WeekRecords: Hashable, Sendable {
    /// Those that began in the two weeks, and those that are not resolved.
    package var incidents: [IncidentSummary] = []
    /// The requests of the two weeks.
    package var approvals: [ApprovalItem] = []
    /// Of the two weeks.
    package var drifts: [DriftEvent] = []
    /// Those in force.
    package var silences: [Silence] = []
    package var outages: [SourceOutage] = []
    /// The cost of complete hours, as far back as forecasts look.
    package var hours: [HourFact] = []
    /// The first scan; nil before it.
    package var watchedSince: Instant?

    package init() {}
}

/// Everything that a digest is written from: one week, and the week before for comparison.
package struct WeekFacts: Hashable, Sendable {
    package var week: DigestWeek
    package var zoneName: String
    /// The end of the week, or earlier while it goes on. Of the week before, the same part is compared.
    package var asOf: Instant
    /// Of both weeks.
    package var pulls: Reading<[MergedPull]>
    package var errors: Reading<[ErrorGroup]>
    package var cost: Reading<WeekCost>
    package var budgets: Reading<[BudgetPace]>
    package var records: WeekRecords

    package init(
        week: DigestWeek, zoneName: String, asOf: Instant, pulls: Reading<[MergedPull]>,
        errors: Reading<[ErrorGroup]>, cost: Reading<WeekCost>, budgets: Reading<[BudgetPace]>, records: WeekRecords
    ) {
        (self.week, self.zoneName, self.asOf) = (week, zoneName, asOf)
        (self.pulls, self.errors, self.cost) = (pulls, errors, cost)
        (self.budgets, self.records) = (budgets, records)
    }

    package var isFinal: Bool { asOf >= week.until }
    var gaps: [String] {
        var seen: Set<String> = []
        return (pulls.gaps + errors.gaps + cost.gaps + budgets.gaps).filter { seen.insert($0).inserted }
    }

    /// Sentinel was there in the week before, so what the store does not have did not happen.
    var knowsBefore: Bool { records.watchedSince.map { $0 <= week.previous.from + .days(1) } ?? false }

    /// A scan ran in the week.
    var knowsWeek: Bool { records.watchedSince.map { $0 < week.until && $0 <= asOf } ?? false }

    /// What is older than what was read.
    var notes: [String] {
        let since = records.watchedSince.map { "No scan ran before \($0.iso8601Seconds)" } ?? "No scan has ended"
        let watched = knowsBefore ? nil : "\(since): earlier incidents, approvals and drift are unknown."
        return [watched, cost.value?.features.absence].compactMap { $0 }.filter { !gaps.contains($0) }
    }

    // MARK: this week and the week before

    /// Whether a moment is in the week, up to ``asOf``.
    func isNow(_ moment: Instant) -> Bool { week.contains(moment) && moment <= asOf }
    /// Whether it is in the same part of the week before.
    func isBefore(_ moment: Instant) -> Bool {
        let part = min(asOf, week.until) - week.from
        let end = isFinal ? week.from : min(week.previous.from + part, week.from)
        return week.previous.from <= moment && moment < end
    }

    func split<Element>(_ elements: [Element], by time: (Element) -> Instant) -> (now: [Element], before: [Element]) {
        (elements.filter { isNow(time($0)) }, elements.filter { isBefore(time($0)) })
    }

    var month: CostForecast.Month? {
        CostForecast(records.hours)?.month(at: asOf, in: week.calendar)
    }
}
