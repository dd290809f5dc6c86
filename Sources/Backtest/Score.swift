package import Basics

/// Consecutive steps in which a detector reported one subject.
package struct Alert: Hashable, Sendable {
    package var subject: String
    package var from: Instant
    package var to: Instant
    package var sentence: String
}

/// A comparison of alerts with labelled events.
package struct Score: Hashable, Sendable {
    package var events = 0
    package var found = 0
    package var alerts = 0
    package var correctAlerts = 0
    package var weeks = 0.0
    /// The time from the start of each found event to its first alert.
    package var delays: [Span] = []

    /// An alert belongs to an event if they overlap, and have the same subject if the label has one. An alert may start up to
    /// `tolerance` after the event's end; one that starts more than `tolerance` before the event is about something else.
    package init(_ alerts: [Alert], against events: [LabelledEvent], over span: Span, tolerance: Span) {
        self.events = events.count
        self.alerts = alerts.count
        weeks = max(span.seconds / (7 * 86_400), 1e-9)
        var correct: Set<Int> = []
        for event in events {
            let hits = alerts.indices.filter { place in
                let alert = alerts[place]
                let isSame = event.subject.isEmpty || alert.subject == event.subject
                return isSame && alert.from <= event.to + tolerance && alert.to >= event.from
                    && alert.from >= event.from - tolerance
            }
            guard let first = hits.map({ alerts[$0].from }).min() else { continue }
            found += 1
            correct.formUnion(hits)
            delays.append(max(.milliseconds(0), first - event.from))
        }
        correctAlerts = correct.count
    }

    package var falseAlerts: Int { alerts - correctAlerts }
    package var falseAWeek: Double { Double(falseAlerts) / weeks }
    /// Nil without alerts; the other rates are nil without events.
    package var precision: Double? { alerts == 0 ? nil : Double(correctAlerts) / Double(alerts) }
    package var recall: Double? { events == 0 ? nil : Double(found) / Double(events) }
    package var precisionInterval: ClosedRange<Double>? { WilsonInterval.of(correctAlerts, of: alerts) }
    package var recallInterval: ClosedRange<Double>? { WilsonInterval.of(found, of: events) }

    /// The harmonic mean of precision and recall (F1); 0 if nothing was found.
    package var balance: Double {
        guard let precision, let recall, precision + recall > 0 else { return 0 }
        return 2 * precision * recall / (precision + recall)
    }

    package var medianDelay: Span? {
        delays.isEmpty ? nil : delays.sorted()[delays.count / 2]
    }
}
