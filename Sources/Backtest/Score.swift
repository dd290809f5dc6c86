package import Basics

/// A run of steps at which a detector spoke of one subject.
package struct Alert: Hashable, Sendable {
    package var subject: String
    package var from: Instant
    package var to: Instant
    package var sentence: String
}

/// How well alerts meet the labelled events.
package struct Score: Hashable, Sendable {
    package var events = 0
    package var found = 0
    package var alerts = 0
    package var rightAlerts = 0
    package var weeks = 0.0
    /// From the beginning of each found event to its first alert.
    package var delays: [Span] = []

    /// An alert belongs to an event when they overlap, and name the same subject where the label names one. `tolerance` is
    /// how long after its end an event may still be told; one that began longer before it was about something else.
    package init(_ alerts: [Alert], against events: [LabelledEvent], over span: Span, tolerance: Span) {
        self.events = events.count
        self.alerts = alerts.count
        weeks = max(span.seconds / (7 * 86_400), 1e-9)
        var right: Set<Int> = []
        for event in events {
            let hits = alerts.indices.filter { place in
                let alert = alerts[place]
                let isSame = event.subject.isEmpty || alert.subject == event.subject
                return isSame && alert.from <= event.to + tolerance && alert.to >= event.from
                    && alert.from >= event.from - tolerance
            }
            guard let first = hits.map({ alerts[$0].from }).min() else { continue }
            found += 1
            right.formUnion(hits)
            delays.append(max(.milliseconds(0), first - event.from))
        }
        rightAlerts = right.count
    }

    package var falseAlerts: Int { alerts - rightAlerts }
    package var falseAWeek: Double { Double(falseAlerts) / weeks }
    /// Nil where there is nothing to divide by.
    package var precision: Double? { alerts == 0 ? nil : Double(rightAlerts) / Double(alerts) }
    package var recall: Double? { events == 0 ? nil : Double(found) / Double(events) }
    package var precisionInterval: ClosedRange<Double>? { WilsonInterval.of(rightAlerts, of: alerts) }
    package var recallInterval: ClosedRange<Double>? { WilsonInterval.of(found, of: events) }

    /// The harmonic mean of precision and recall; 0 where nothing was found.
    package var balance: Double {
        guard let precision, let recall, precision + recall > 0 else { return 0 }
        return 2 * precision * recall / (precision + recall)
    }

    package var medianDelay: Span? {
        delays.isEmpty ? nil : delays.sorted()[delays.count / 2]
    }
}
