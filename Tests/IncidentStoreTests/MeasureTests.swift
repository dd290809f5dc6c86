import Basics
import IncidentStore
import OnCallModel
import SQLiteKit
import Testing

@Suite("What the store keeps of measurements and health")
struct MeasureTests {
    private static func hours(_ count: Int, cost: (Int) -> Double) -> [HourFact] {
        (0..<count).map { HourFact(hour: Fixture.start - .hours(Double(count - $0)), cost: cost($0), generations: $0) }
    }

    @Test("an hour has one row however often it is saved, and each day's cost is the sum of its 24 hours")
    func hoursOnce() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let facts = Self.hours(30) { Double($0) }
        for _ in 0..<3 { try await writer.transaction { try $0.saveHours(facts, source: "langfuse") } }
        var late = facts[10]
        late.cost = 110
        try await writer.transaction { [late] in try $0.saveHours([late], source: "langfuse") }
        let expected = facts.map { $0.hour == late.hour ? late : $0 }
        #expect(try await writer.read { try $0.hours(latest: 99) } == expected)
        let connection = try Connection(path: fixture.path, mode: .queryOnly)
        let daily = try connection.query("SELECT daily_cost FROM cost_baselines ORDER BY recorded_at").rows
            .compactMap { $0.first?.real }
        let sums = expected.indices.map { end in
            expected[max(0, end - 23)...end].map(\.cost).reduce(0, +)
        }
        #expect(daily == sums)
    }

    @Test("what is saved unchanged wakes nobody")
    func unchanged() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let facts = Self.hours(5) { _ in 1 }
        let health = [SourceHealth(name: "slack", state: .notConfigured, asOf: nil, calls: 0, message: "no key")]
        let settings = [SettingItem(key: "a", value: "1")]
        func save() async throws -> RowSet {
            try await writer.transaction { store in
                try store.saveHours(facts, source: "langfuse")
                try store.saveSources(health, at: .minute(0))
                try store.saveSettings(settings)
                try store.setActivity("idle")
                try store.setNextCycle(at: .minute(15))
            }
            return try Connection(path: fixture.path, mode: .queryOnly).query("SELECT * FROM topic_revision")
        }
        let first = try await save()
        #expect(try await save() == first)
    }

    @Test("the dashboard counts what is there")
    func dashboard() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let reader = StoreReader(fixture.path)
        let query = StoreQuery.dashboard(at: .fixed(Fixture.start))
        #expect(try await reader.read(query) == Dashboard())

        let stats = SamplingStats(
            recordedAt: .minute(0), total: 10, kept: 3, dropped: 7,
            reasons: [.init(name: "error", count: 2), .init(name: "uniform", count: 1)])
        let source = SourceHealth(name: "langfuse", state: .ok, asOf: .minute(0), calls: 2, message: "")
        let detector = DetectorHealth(type: .costSpike, state: .learning, message: "31 of 168 h", asOf: .minute(0))
        let facts = Self.hours(24 * 7 + 1) { $0 == 24 * 7 ? 9 : $0 % 24 == 0 ? 2 : 1 }
        try await writer.transaction { store in
            let open = try store.record(.sample("a"), scan: "s", at: .minute(0)).incident
            _ = try store.resolve(
                store.record(.sample("b"), scan: "s", at: .minute(0)).incident, by: "x", at: .minute(1))
            _ = try store.ask(incident: open)
            try store.upsertLoop(.sample(), incident: open, asOf: .minute(0))
            try store.saveHours(facts, source: "langfuse")
            try store.saveSampling(stats)
            try store.saveSources([source], at: .minute(0))
            try store.saveDetectors([detector])
        }
        let dashboard = try await reader.read(query)
        #expect(dashboard.openIncidents == 1 && dashboard.totalIncidents == 2)
        #expect(dashboard.pendingApprovals == 1 && dashboard.activeLoops == 1)
        #expect(dashboard.spendPerHour == 9 && dashboard.projectedSixHours == 27)
        #expect(dashboard.baselinePerHour == 2)
        #expect(dashboard.hours == facts.suffix(24))
        #expect(dashboard.sampling == stats)
        #expect(dashboard.sources == [source] && dashboard.detectors == [detector])
        #expect(dashboard.recent.map(\.subject) == ["a", "b"])
    }

    @Test("while seven days are not recorded there is no baseline")
    func learning() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        try await writer.transaction { try $0.saveHours(Self.hours(24 * 7) { _ in 1 }, source: "langfuse") }
        let dashboard = try await writer.read { try $0.dashboard(at: Fixture.start) }
        #expect(dashboard.spendPerHour == 1 && dashboard.baselinePerHour == nil)
    }

    @Test("a loop has one row, and older figures do not replace newer ones")
    func loopRow() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        try await writer.transaction { store in
            try store.upsertLoop(.sample(generations: 14, lastSeen: .minute(1)), incident: nil, asOf: .minute(1))
            try store.upsertLoop(.sample(generations: 22, lastSeen: .minute(3)), incident: nil, asOf: .minute(3))
            try store.upsertLoop(.sample(generations: 18, lastSeen: .minute(2)), incident: nil, asOf: .minute(2))
        }
        let loops = try await writer.read { try $0.loops(limit: 9) }
        #expect(loops.map(\.loop) == [.sample(generations: 22, lastSeen: .minute(3))])
        #expect(loops.map(\.asOf) == [.minute(3)])
    }

    @Test(
        "a trace that was thought dead burns again when it takes a step, and only then",
        arguments: [LoopItem.Status.killed, .finished])
    func burnsAgain(dead: LoopItem.Status) async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        func status(afterStepAt step: Instant, readAt moment: Instant) async throws -> LoopItem.Status? {
            try await writer.transaction {
                try $0.upsertLoop(.sample(lastSeen: step), incident: nil, asOf: moment)
                return try $0.snapshot.loop(trace: "trace-1")?.status
            }
        }
        #expect(try await status(afterStepAt: .minute(1), readAt: .minute(2)) == .active)
        try await writer.transaction { _ = try $0.setLoop("trace-1", to: dead, method: "kill flag", at: .minute(5)) }
        #expect(try await status(afterStepAt: .minute(4), readAt: .minute(9)) == dead)
        #expect(try await status(afterStepAt: .minute(7), readAt: .minute(10)) == .active)
    }

    @Test("loops that went quiet by themselves are finished; those being killed are not")
    func finishing() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let count = try await writer.transaction { store in
            for trace in ["quiet", "busy", "killing"] {
                let seen: Instant = trace == "busy" ? .minute(9) : .minute(1)
                try store.upsertLoop(.sample(trace, lastSeen: seen), incident: nil, asOf: .minute(9))
            }
            try store.setLoop("killing", to: .killing, method: nil, at: .minute(9))
            return try store.finishLoops(at: .minute(10))
        }
        #expect(count == 1)
        #expect(try await writer.read { try $0.loop(trace: "quiet") }?.status == .finished)
        #expect(Set(try await writer.read { try $0.activeLoops() }.map(\.loop.traceID)) == ["busy", "killing"])
    }

    @Test("jobs and cycles are remembered across agents")
    func jobs() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let job = JobRecord(name: "on_call", lastRunAt: .minute(0), nextRunAt: .minute(15))
        try await writer.transaction { store in
            try store.saveJob(JobRecord(name: "on_call", lastRunAt: nil, nextRunAt: .minute(0)))
            try store.saveJob(job)
            try store.recordCycle(at: .minute(1), partial: true)
            try store.setNextCycle(at: .minute(15))
            try store.setListening("127.0.0.1:8000")
        }
        #expect(try await StoreReader(fixture.path).read(.agentStatus).listening == "127.0.0.1:8000")
        await writer.release()
        let next = try await fixture.writer(at: .minute(3))
        #expect(try await next.read { try $0.jobs() } == [job])
        let status = try await next.read { try $0.agentStatus() }
        #expect(status.lastCycleAt == .minute(1) && status.lastCyclePartial && status.nextCycleAt == .minute(15))
        #expect(status.listening == nil)
    }

    @Test("pruning forgets answered intents and old counts, and nothing that waits")
    func pruning() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let inbox = IntentInbox(fixture.path)
        let old = try await inbox.append(.scanNow, author: "a", at: .minute(0))
        let waiting = try await inbox.append(.scanNow, author: "a", at: .minute(0))
        try await writer.transaction { store in
            _ = try store.handle(intent: old, answer: IntentAnswer("Done."), at: .minute(1))
            try store.prune(before: .minute(60))
        }
        #expect(try await inbox.outcome(of: old) == nil)
        #expect(try await writer.read { try $0.pendingIntents() }.map(\.id) == [waiting])
    }
}
