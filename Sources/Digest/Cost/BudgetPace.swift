package import Basics
package import OnCallModel

/// How fast a budget is used.
package struct BudgetPace: Hashable, Sendable {
    package enum Level: String, Hashable, Sendable {
        case fine
        /// At this pace it will be exceeded.
        case ahead
        case exceeded
    }

    package var budget: Budget
    /// US dollars since ``from``.
    package var spent: Double
    package var from: Instant
    package var until: Instant
    package var now: Instant
    /// Where the costs are known from; nil where that is before the period.
    package var knownSince: Instant?

    package init(
        budget: Budget, spent: Double, from: Instant, until: Instant, now: Instant, knownSince: Instant? = nil
    ) {
        (self.budget, self.spent, self.from, self.until) = (budget, spent, from, until)
        (self.now, self.knownSince) = (now, knownSince)
    }

    /// Below this share no pace warns: one dear hour on the first of the month is no trend.
    private static let floor = 0.25
    /// A pace that ends this little over the budget is within the noise of a day.
    private static let tolerance = 1.1

    package var share: Double { spent / budget.amount }
    package var elapsed: Double {
        min(1, max(0, Double((now - from).milliseconds) / Double((until - from).milliseconds)))
    }
    /// Share used over share of time elapsed; nil at the very start.
    package var pace: Double? { elapsed > 0 ? share / elapsed : nil }
    /// The spend at the end of the period at this pace.
    package var projected: Double? { elapsed > 0 ? spent / elapsed : nil }

    package var level: Level {
        if share >= 1 { return .exceeded }
        guard let pace, share >= Self.floor else { return .fine }
        return pace >= Self.tolerance || share >= 0.9 && pace > 1 ? .ahead : .fine
    }

    /// When it is used up at this pace.
    package var end: Instant? {
        guard spent > 0, now > from else { return nil }
        let length = Double((now - from).milliseconds) / share
        return length < 1e15 ? from + .milliseconds(Int64(length)) : nil
    }

    /// Names the budget, its period and the level, so that each is notified once.
    package var key: String { "\(budget.id)/\(from.iso8601.prefix(10))/\(level.rawValue)" }

    /// The sentence of a notice.
    package var warning: String {
        level == .exceeded ? "Budget exceeded: \(sentence)." : "Budget will be exceeded: \(sentence)."
    }

    /// "user u-17 per month: $310.00 of $400.00 (78 %) with 40 % of the month elapsed; at this pace $775.00".
    package var sentence: String {
        let name = UntrustedText.forMarkdown(budget.title, limit: 120)
        var text =
            "\(name): \(Format.dollars(spent)) of \(Format.dollars(budget.amount)) (\(Format.percent(share))) "
            + "with \(Format.percent(elapsed)) of the \(budget.period.rawValue) elapsed"
        if level != .exceeded, let projected { text += "; at this pace \(Format.dollars(projected))" }
        if let knownSince { text += " (costs known since \(knownSince.iso8601Seconds))" }
        return text
    }

    package var json: JSONValue {
        [
            "scope": .string(budget.scope.rawValue), "name": .string(budget.name),
            "period": .string(budget.period.rawValue), "amount": .number(budget.amount), "spent": .number(spent),
            "share": .number(share), "elapsed": .number(elapsed), "pace": JSONValue(pace),
            "projected": JSONValue(projected), "level": .string(level.rawValue), "from": JSONValue(from),
            "until": JSONValue(until), "known_since": JSONValue(knownSince),
        ]
    }
}

extension Budget {
    /// The period that is running, in the zone of the calendar.
    package func period(at now: Instant, in calendar: LocalCalendar) -> (from: Instant, until: Instant) {
        let day = calendar.day(of: now)
        let days: Range<Int64>
        switch period {
        case .day: days = day..<day + 1
        case .week:
            let monday = day - Int64(LocalCalendar.weekday(ofDay: day))
            days = monday..<monday + 7
        case .month: days = calendar.month(ofDay: day)
        }
        return (calendar.start(ofDay: days.lowerBound), calendar.start(ofDay: days.upperBound))
    }
}
