import Basics
import OnCallModel

/// Features and their drift as the Quality pane shows them.
enum QualityFixtures {
    private static let now = PaneFixtures.now

    private static func profile(_ documents: [JSONValue], times: Int) -> OutputProfile {
        var profile = OutputProfile()
        for _ in 0..<times { for document in documents { profile.add(.document(document)) } }
        return profile
    }

    static func features(_ name: String) -> [FeatureSnapshot] {
        let good: JSONValue = [
            "response": "Yes", "confidence": 0.9, "category": "general", "sources": [["id": 1, "title": "FAQ"]],
        ]
        let bad: JSONValue = ["answer": "Yes", "score": "0.9", "category": "general"]
        var texts = OutputProfile()
        for _ in 0..<40 { texts.add(.text("A summary")) }
        return [
            FeatureSnapshot(
                feature: "search-summaries", state: .learned, profile: texts, capturedAt: now - .days(3),
                lookedAt: now - .hours(2), checked: 20),
            FeatureSnapshot(
                feature: name, state: .drifted, profile: profile([good], times: 112),
                candidate: profile([bad], times: 17), version: 2, capturedAt: now - .days(9),
                lookedAt: now - .minutes(4),
                checked: 20, failed: 17, acceptedBy: "bob@host (console)"),
            FeatureSnapshot(
                feature: "new-feature", state: .learning, profile: profile([["ok": true]], times: 3),
                capturedAt: now - .hours(1)),
            FeatureSnapshot(
                feature: "invoice-parser", state: .learned,
                profile: profile(
                    [["total": 12.5, "lines": []], ["total": 3, "lines": [["vat": nil]], "note": "x"]], times: 30),
                capturedAt: now - .days(6), lookedAt: now - .hours(2), checked: 20, failed: 1),
        ]
    }

    static func drifts(_ name: String) -> [DriftEvent] {
        [
            DriftEvent(
                id: 3, feature: name, at: now - .minutes(50), facts: .schema(SchemaDriftFacts()), severity: .high,
                failRate: 0.85,
                blameSHA: "f1a8b3377665544332211009988776655443322f", blameMessage: "rewrite support-bot prompt",
                incident: 4),
            DriftEvent(
                id: 2, feature: "invoice-parser", at: now - .days(2), facts: .score(ScoreDriftFacts()),
                severity: .medium, failRate: nil),
        ]
    }
}
