import Basics
import Digest
import FoundationEssentials
import Governance
import IncidentStore
import OnCallModel
import Sandbox
import SourceEngine
import TestSupport
import Testing

@testable import AgentCore

@Suite("Weekly digest")
struct DigestLineTests {
    /// A store with its lease and a desk on it, as one agent has them.
    private struct Office {
        let store: StoreGuard
        let writer: StoreWriter
        let desk: DigestDesk

        init(_ stage: Stage) async throws {
            let configuration = stage.agent.configuration
            store = StoreGuard(configuration, patience: .seconds(30)) { _ in true }
            writer = try await store.open()
            let settings = try SettingsHandler(file: configuration.settingsFile, writer: writer)
            desk = DigestDesk(
                configuration, writer: writer, store: store, settings: settings,
                gate: { configuration.gate(await settings.settings) })
        }

        func close() async {
            await store.stop()
            await writer.release()
        }

        func digests() async throws -> [DigestRecord] { try await writer.read { try $0.digests(limit: 100) } }
        func posts() async throws -> [ActRecord] {
            try await writer.read { try $0.acts(of: .postDigest, since: Instant(milliseconds: 0)) }
        }
    }

    private static func monday(_ text: String = "2026-11-30T09:00:00Z") throws -> Instant {
        try #require(Instant(iso8601: text))
    }

    @Test(
        "A new store waits for its first Monday at 09:00; then the week is made and posted once, also by a second agent"
    )
    func once() async throws {
        let stage = try Stage()
        _ = try await stage.scan()
        let before = stage.posts.count
        var office = try await Office(stage)
        #expect(try await office.desk.dueAt() == Self.monday())
        try await office.desk.run()
        #expect(try await office.digests().isEmpty)
        stage.moment.withLock { $0 = $0 + .days(5) + .hours(19) }
        #expect(try await office.desk.dueAt() == Self.monday())
        try await office.desk.run()
        try await office.desk.run()
        await office.close()
        office = try await Office(stage)
        #expect(try await office.desk.dueAt() == Self.monday("2026-12-07T09:00:00Z"))
        try await office.desk.run()
        #expect(try await office.digests().map(\.week) == ["2026-W48"])
        #expect(try await office.posts().map(\.state) == [.waiting])
        await office.close()
        try await stage.agent.answerOnce()
        try await stage.agent.answerOnce()
        #expect(stage.posts.count == before + 1)
    }

    @Test("An agent that was off for weeks makes the digest of the last week, once")
    func missed() async throws {
        let stage = try Stage()
        let office = try await Office(stage)
        _ = try await office.desk.dueAt()
        stage.moment.withLock { $0 = $0 + .days(24) }
        #expect(try await office.desk.dueAt() == Self.monday())
        try await office.desk.run()
        #expect(try await office.digests().map(\.week) == ["2026-W50"])
        #expect(try await office.desk.dueAt() == Self.monday("2026-12-21T09:00:00Z"))
        #expect(try await office.posts().count == 1)
        await office.close()
    }

    @Test("A post whose answer was lost is found in Slack and not repeated")
    func lostAnswer() async throws {
        let stage = try Stage()
        let office = try await Office(stage)
        _ = try await office.desk.dueAt()
        stage.moment.withLock { $0 = $0 + .days(6) }
        try await office.desk.run()
        await office.close()
        stage.world.failWrites(.slack, .lostAnswer)
        try await stage.agent.answerOnce()
        #expect(stage.posts.count == 1)
        let reader = StoreReader(stage.store)
        let acts = try await reader.read(
            StoreQuery { try $0.acts(of: .postDigest, since: Instant(milliseconds: 0)) })
        #expect(acts.map(\.state) == [.done])
    }

    @Test("Sources that cannot be read are gaps of the digest, and nothing else is missing")
    func gaps() async throws {
        let stage = try Stage(without: ["SENTRY_TOKEN", "GITHUB_TOKEN", "GITHUB_OWNER"])
        _ = try await stage.scan(carryingOutActs: false)
        _ = try await stage.agent.makeDigestOnce(nil)
        let digest = try #require(try await StoreReader(stage.store).read(.digests(limit: 1)).first)
        #expect(digest.week == "2026-W48" && !digest.isFinal)
        #expect(digest.document.gaps.count == 2, "\(digest.document.gaps)")
        #expect(digest.markdown.contains("Unknown: pull requests could not be read."))
        #expect(digest.markdown.contains("Errors are unknown: Sentry could not be read."))
        #expect(digest.facts["merged"]?.isNull == true && digest.facts["cost"]?["total"]?.double ?? 0 > 0)
        #expect(stage.posts.isEmpty)
    }

    @Test("A week that does not exist or has not begun is refused")
    func refused() async throws {
        let stage = try Stage()
        let future = try await stage.agent.makeDigestOnce("2026-W49")
        let wrong = try await stage.agent.makeDigestOnce("2026-48")
        #expect(future == .refused("The week 2026-W49 has not begun."))
        #expect(wrong == .refused("\"2026-48\" is not a week such as 2026-W48."))
    }

    @Test("A budget that will be exceeded is posted once for its period, and again when it is exceeded")
    func budgets() async throws {
        let stage = try Stage()
        var settings = Settings()
        settings.budgets = [.with { ($0.scope, $0.period, $0.amount) = (.project, .month, 1) }]
        try settings.document.serialized.write(
            toFile: "\(stage.folder.path)/settings.json", atomically: true, encoding: .utf8)
        _ = try await stage.scan()
        stage.advance(by: .minutes(15))
        _ = try await stage.scan()
        let warnings = try await StoreReader(stage.store).read(
            StoreQuery { try $0.acts(of: .warnBudget, since: Instant(milliseconds: 0)) })
        #expect(warnings.map(\.state) == [.done])
        #expect(warnings.first?.action.sentence == "Post a budget warning to Slack (project/month/2026-11-01/exceeded)")
    }

    @Test("Costs by feature, model and user add up to the same total")
    func costs() async throws {
        let stage = try Stage()
        _ = try await stage.scan(carryingOutActs: false)
        let reader = CostReader(engine: stage.engine, limits: .unattended)
        let until = stage.clock.now().startOfHour
        var totals: [Double] = []
        for dimension in CostTable.Dimension.allCases {
            let table = try #require(
                await reader.table(dimension, from: until - .days(3), until: until, buckets: 12).value)
            totals.append(table.total)
            #expect(!table.rows.isEmpty && table.rows.allSatisfy { $0.series.count == 12 && $0.before != nil })
        }
        #expect(totals[0] > 0 && totals.allSatisfy { abs($0 - totals[0]) < 1e-6 }, "\(totals)")
    }
}

@Suite("Scheduler machine: the digest")
struct DigestScheduleTests {
    private let start = Stage.start

    @Test("A run that is asked for stays due when the job is scheduled again, and runs once more after the current run")
    func requested() {
        var machine = SchedulerMachine()
        machine.schedule(.digest, at: start + .days(6))
        #expect(machine.next(now: start) == .sleep(until: start + .days(6)))
        machine.runNow(.digest, now: start)
        machine.schedule(.digest, at: start + .days(6))
        #expect(machine.next(now: start) == .run(.digest))
        machine.runNow(.digest, now: start)
        machine.finished(.digest)
        machine.schedule(.digest, at: start + .days(6))
        #expect(machine.next(now: start) == .run(.digest))
        machine.finished(.digest)
        machine.schedule(.digest, at: start + .days(6))
        #expect(machine.next(now: start) == .sleep(until: start + .days(6)))
    }
}
