import Basics
import OnCallModel

/// Digests that the pane draws.
enum DigestFixtures {
    static func digests(_ name: String) -> [DigestRecord] {
        [digest("2026-W48", name, isFinal: false), digest("2026-W47", "support-bot", isFinal: true)]
    }

    private static func digest(_ week: String, _ name: String, isFinal: Bool) -> DigestRecord {
        let document = DigestDocument.with {
            $0.title = "Week \(week) (Europe/Berlin)"
            $0.summary = "14 merged (+3), 3 incidents (-1), cost $812.40 (+14 %), compared with the week before."
            $0.sections = [
                section("What to watch", ["Incident 2 (open, 3 h): critical agent_loop of \(name), $41.20/h"]),
                section(
                    "What broke", ["3 incidents began, 1 fewer than the week before; 2 resolved, median 1 h 20 min."]),
                section(
                    "What shipped", ["14 pull requests merged, 3 more than the week before.", "PR 41 \(name) (alice)"]),
                section("Cost", ["Total $812.40, +14 % on $712.00 the week before."]),
            ]
            $0.gaps = isFinal ? [] : ["sentry refused its key (401): check SENTRY_TOKEN."]
        }
        let from = PaneFixtures.now - .days(isFinal ? 9 : 2)
        return DigestRecord(
            week: week, zone: "Europe/Berlin", from: from, until: from + .days(7), madeAt: PaneFixtures.now - .hours(3),
            isFinal: isFinal, document: document, markdown: "", facts: [:])
    }

    private static func section(_ heading: String, _ lines: [String]) -> DigestDocument.Section {
        .with { ($0.heading, $0.lines) = (heading, lines) }
    }
}
