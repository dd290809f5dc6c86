import Basics
import IncidentStore
import OnCallModel
import SQLiteKit
import Testing

@Suite("What the store keeps of the sampler")
struct SamplerStoreTests {
    private func outcome(_ change: (inout SamplerOutcome) -> Void) -> SamplerOutcome {
        var outcome = SamplerOutcome()
        (outcome.total, outcome.rules, outcome.readUntil) = (10, "r", .minute(1))
        change(&outcome)
        return outcome
    }

    private static let kept = [
        SampledTrace(id: "a", lastAt: .minute(0), reasons: [.error, .manySteps]),
        SampledTrace(id: "b", lastAt: .minute(0), reasons: [.schemaFailed, .uniform]),
        SampledTrace(id: "old", lastAt: .minute(-60 * 23), reasons: [.uniform]),
    ]

    @Test("a cycle's outcome is the next one's memory, and its count that of the day")
    func memory() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        #expect(try await writer.read { try $0.samplerMemory(at: .minute(0)) } == SamplerMemory())
        let sighting = PatternSighting(firstSeen: .minute(-9), lastSeen: .minute(0), opener: "a")
        let first = outcome {
            $0.kept = Self.kept
            $0.patterns = ["f00d": StepPattern(steps: ["answer", "plan"], sighting: sighting)]
        }
        let stats = try await writer.transaction { try $0.saveSample(first, at: .minute(1)) }
        #expect((stats.total, stats.kept, stats.dropped) == (10, 3, 7))
        #expect(
            Dictionary(uniqueKeysWithValues: stats.reasons.map { ($0.name, $0.count) }) == [
                "error": 1, "many_steps": 1, "schema_failed": 1, "uniform": 2,
            ])
        #expect(try await writer.read { try $0.sampling() } == stats)
        let memory = try await writer.read { try $0.samplerMemory(at: .minute(1)) }
        #expect(
            memory
                == SamplerMemory(
                    readUntil: .minute(1), rules: "r", patterns: ["f00d": sighting], kept: ["a", "b", "old"],
                    keptAsFailed: ["b"]))
        // Two hours later the old one is of another day, and a was dropped.
        let second = outcome { $0.dropped = ["a"] }
        let later = try await writer.transaction { try $0.saveSample(second, at: .minute(120)) }
        #expect((later.kept, later.dropped) == (1, 9))
        #expect(try await writer.read { try $0.keptTraces(at: .minute(120)) } == ["b"])
        let anew = try await writer.transaction { store in
            try store.saveSample(outcome { $0.startsAnew = true }, at: .minute(121))
        }
        #expect(anew.kept == 0)
    }

    @Test("a trace whose output failed is known for a day, from findings and from the findings of incidents")
    func failing() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        var drift = Finding.sample("support-bot", type: .promptDrift)
        drift.links.traces = ["d1", "d2", ""]
        var loop = Finding.sample("t9")
        loop.links.traces = ["t9"]
        let findings = [drift, loop]
        try await writer.transaction { store in
            try store.noteFailedTraces(findings, at: .minute(0))
            try store.noteFailedTraces(findings, at: .minute(15))
            _ = try store.record(.sample("tool"), scan: "s", at: .minute(0))
        }
        let connection = try Connection(path: fixture.path, mode: .readWriteCreate)
        try connection.execute(
            """
            INSERT INTO incident_finding (incident_id, fingerprint, detection_type, severity, subject, headline, joined_at,
                first_seen, last_seen, seen_at, last_scan, links)
            SELECT incident_id, 'x', 'tool_failure', 'high', 's', 'h', joined_at, first_seen, last_seen, seen_at,
                last_scan, '{"traces": ["i1", 7], "features": ["f"]}' FROM incident_finding
            """)
        #expect(try await writer.read { try $0.samplerMemory(at: .minute(20)) }.failing == ["d1", "d2", "i1"])
        #expect(try await writer.read { try $0.samplerMemory(at: .minute(60 * 24 + 16)) }.failing.isEmpty)
    }

    @Test("patterns are forgotten after a week, and where every run makes new ones the latest stay")
    func patterns() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let many = outcome { outcome in
            for number in 0..<20_500 {
                let at = Instant.minute(Double(number) / 60)
                outcome.patterns["p\(number)"] = StepPattern(
                    steps: ["\(number)"], sighting: .init(firstSeen: at, lastSeen: at, opener: nil))
            }
        }
        _ = try await writer.transaction { try $0.saveSample(many, at: .minute(400)) }
        let known = try await writer.read { try $0.samplerMemory(at: .minute(400)) }.patterns
        #expect(known.count >= 20_000 && known.count < 20_100 && known["p20499"] != nil && known["p0"] == nil)
        _ = try await writer.transaction { try $0.saveSample(outcome { _ in }, at: .minute(60 * 24 * 9)) }
        #expect(try await writer.read { try $0.samplerMemory(at: .minute(0)) }.patterns.isEmpty)
    }

    @Test("a loop that is known to be slow is not finished by a pause of an hour")
    func slowLoop() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        var slow = LoopEvidence.sample("slow")
        slow.isSlow = true
        let loops = [slow, LoopEvidence.sample("fast")]
        try await writer.transaction { store in
            for loop in loops { try store.upsertLoop(loop, incident: nil, asOf: .minute(0)) }
        }
        func finish(_ minute: Double) async throws -> Int {
            try await writer.transaction {
                try $0.finishLoops(at: .minute(minute))
            }
        }
        #expect(try await finish(121) == 1)
        #expect(try await writer.read { try $0.activeLoops() }.map(\.loop) == [slow])
        #expect(try await finish(60 * 6 + 1) == 1)
    }
}
