import Basics
import Glibc
import SQLiteKit
import SourceEngine
import SourceFetch
import Testing

@testable import SourceSpec

@Suite("A mirrored table")
struct MirrorTests {
    @Test("is read once, then needs one call, and reads the overlap again")
    func steadyState() async throws {
        let world = World()
        world.pages.set(
            "langfuse", "observations",
            (0..<500).map { World.observation("o\($0)", trace: "t\($0 % 7)", minutesAgo: Double($0) * 20 + 1) })
        let first = try await world.engine.query("SELECT count(*) FROM langfuse.observations")
        #expect(first.rows.rows == [[500]])
        #expect(first.calls > 1)
        #expect(!first.isPartial)
        _ = world.pages.takeScans()
        world.advance(.minutes(15))
        world.pages.append(
            "langfuse", "observations",
            [World.observation("late", minutesAgo: 5), World.observation("new", minutesAgo: -10)])
        let second = try await world.engine.query("SELECT count(*) FROM langfuse.observations")
        #expect(second.rows.rows == [[502]])
        #expect(second.calls == 1)
        let scans = world.pages.takeScans()
        #expect(scans.count == 1)
        #expect(
            scans[0].extraParameters.contains(.init(name: "fromStartTime", value: (World.start - .minutes(15)).iso8601))
        )
        let third = try await world.engine.query("SELECT count(*) FROM langfuse.observations")
        #expect(third.calls == 0)
    }

    @Test("makes no call if the stored rows are new enough")
    func stored() async throws {
        let world = World()
        world.pages.set("langfuse", "observations", [World.observation("o", minutesAgo: 1)])
        let result = try await world.engine.query("SELECT count(*) FROM langfuse.observations", freshness: .stored)
        #expect(result.rows.rows == [[0]])
        #expect(result.isPartial)
        #expect(world.pages.takeScans().isEmpty)
    }

    @Test("records no coverage of an interrupted chain, keeps complete windows, and continues from there")
    func brokenChain() async throws {
        let world = World()
        world.pages.set(
            "langfuse", "observations", (0..<400).map { World.observation("o\($0)", minutesAgo: Double($0) * 3 + 1) })
        world.pages.change { $0.breaksAfterPages["langfuse"] = 2 }
        let broken = try await world.engine.query("SELECT count(*) FROM langfuse.observations")
        #expect(broken.rows.rows == [[40]])
        #expect(broken.isPartial)
        world.pages.change { $0.breaksAfterPages = [:] }
        world.advance(.seconds(20))
        let result = try await world.engine.query("SELECT count(*), count(DISTINCT id) FROM langfuse.observations")
        #expect(result.rows.rows == [[400, 400]])
        #expect(!result.isPartial)
        _ = world.pages.takeScans()
        world.advance(.minutes(2))
        _ = try await world.engine.query("SELECT 1 FROM langfuse.observations")
        #expect(world.pages.takeScans().count == 1)
    }

    @Test("returns the stored rows, and reports it, if its source fails later")
    func outage() async throws {
        let world = World()
        world.pages.set("langfuse", "observations", [World.observation("o", minutesAgo: 1)])
        _ = try await world.engine.query("SELECT 1 FROM langfuse.observations")
        world.advance(.minutes(5))
        world.pages.change {
            $0.failures["langfuse"] = SourceError(
                kind: .unavailable, source: "langfuse", reason: "It answers 503.", remedy: "Wait.", calls: 3)
        }
        let result = try await world.engine.query("SELECT count(*) FROM langfuse.observations")
        #expect(result.rows.rows == [[1]])
        #expect(result.isPartial)
        #expect(result.sources[0].state == .partial)
        #expect(result.sources[0].message?.contains("503") == true)
        #expect(result.asOf == World.start)
        #expect(result.calls == 3)
    }

    @Test("counts rows once even if they shift between pages, and applies corrections")
    func shiftingPages() async throws {
        let world = World()
        let rows = (0..<230).map { World.observation("o\($0)", minutesAgo: Double($0) + 1) }
        world.pages.set("langfuse", "observations", rows)
        world.pages.change {
            $0.afterPage = { state in
                let name = RecordedPages.QualifiedTable(source: "langfuse", table: "observations")
                let count = state.tables[name]?.count ?? 0
                state.tables[name]?.append(World.observation("n\(count)", minutesAgo: 0.5))
            }
        }
        _ = try await world.engine.query("SELECT 1 FROM langfuse.observations")
        world.pages.change { $0.afterPage = nil }
        var corrected = rows
        corrected[3] = World.observation("o3", minutesAgo: 4, cost: 9.5)
        world.pages.set("langfuse", "observations", corrected)
        world.advance(.minutes(2))
        let result = try await world.engine.query(
            "SELECT count(DISTINCT id), count(*) FILTER (WHERE id LIKE 'o%'), max(total_cost) FROM langfuse.observations"
        )
        #expect(result.rows.rows[0][1] == 230)
        #expect(result.rows.rows[0][2] == 9.5)
        try await expectRollupsEqualRows(world)
    }

    @Test("keeps rollups equal to a recomputation from its rows; invalid costs are excluded and counted")
    func rollups() async throws {
        let world = World()
        var rows: [[Value]] = (0..<300).map { (place: Int) -> [Value] in
            let type = place % 4 == 0 ? "TOOL" : place % 9 == 0 ? "EVENT" : "GENERATION"
            let level = place % 10 == 0 ? "ERROR" : place % 10 == 1 ? "WARNING" : "DEFAULT"
            let cost = Value.real(Double(place) / 100)
            return World.observation(
                "o\(place)", trace: "t\(place % 11)", minutesAgo: Double(place) * 7 + 1,
                cost: cost,
                name: "n\(place % 3)", type: type, level: level)
        }
        rows[5] = World.observation("o5", minutesAgo: 36, cost: -4)
        rows[6] = World.observation("o6", minutesAgo: 43, cost: 1e9)
        world.pages.set("langfuse", "observations", rows)
        _ = try await world.engine.query("SELECT 1 FROM langfuse.observations")
        try await expectRollupsEqualRows(world)
        // A row that moves to another hour and trace leaves its old ones right too.
        rows[0] = World.observation("o0", trace: "t5", minutesAgo: 2, cost: 3)
        world.pages.set("langfuse", "observations", rows)
        world.advance(.minutes(2))
        let result = try await world.engine.query("SELECT sum(rejected_costs) FROM langfuse.observations_hourly")
        #expect(result.rows.rows == [[2]])
        try await expectRollupsEqualRows(world)
    }

    private func expectRollupsEqualRows(_ world: World) async throws {
        let sound = "CASE WHEN total_cost >= 0 AND total_cost < 100000 THEN total_cost ELSE 0 END"
        let hourly = try await world.engine.query(
            "SELECT hour, name, sum(observations), round(sum(cost), 6), sum(errors) FROM langfuse.observations_hourly GROUP BY 1, 2 ORDER BY 1, 2",
            freshness: .stored)
        let fromRows = try await world.engine.query(
            "SELECT date_trunc('hour', start_time), name, count(*), round(total(\(sound)), 6), count(*) FILTER (WHERE level = 'ERROR') FROM langfuse.observations GROUP BY 1, 2 ORDER BY 1, 2",
            freshness: .stored)
        #expect(hourly.rows.rows == fromRows.rows.rows)
        #expect(!hourly.rows.isEmpty)
        let traces = try await world.engine.query(
            "SELECT trace_id, first_at, last_at, observations, generations, round(cost, 6) FROM langfuse.observations_by_trace ORDER BY 1",
            freshness: .stored)
        let tracesFromRows = try await world.engine.query(
            "SELECT trace_id, min(start_time), max(start_time), count(*), count(*) FILTER (WHERE type = 'GENERATION'), round(total(\(sound)), 6) FROM langfuse.observations GROUP BY 1 ORDER BY 1",
            freshness: .stored)
        #expect(traces.rows.rows == tracesFromRows.rows.rows)
        let scored = try await world.engine.query(
            "SELECT trace_id, steps, errors, warnings FROM langfuse.observations_by_trace ORDER BY 1",
            freshness: .stored)
        let scoredFromRows = try await world.engine.query(
            "SELECT trace_id, count(*) FILTER (WHERE type <> 'EVENT'), count(*) FILTER (WHERE level = 'ERROR'), count(*) FILTER (WHERE level = 'WARNING') FROM langfuse.observations GROUP BY 1 ORDER BY 1",
            freshness: .stored)
        #expect(scored.rows.rows == scoredFromRows.rows.rows)
        let names = try await world.engine.query(
            "SELECT DISTINCT t.trace_id, j.value FROM langfuse.observations_by_trace t, json_each(t.step_names) j ORDER BY 1, 2",
            freshness: .stored)
        let namesFromRows = try await world.engine.query(
            "SELECT DISTINCT trace_id, name FROM langfuse.observations WHERE type <> 'EVENT' ORDER BY 1, 2",
            freshness: .stored)
        #expect(names.rows.rows == namesFromRows.rows.rows)
    }

    @Test("uses the older API after a 404, stores that, and tries the newer one again after a day")
    func fallback() async throws {
        let world = World()
        world.pages.set("langfuse", "observations", [World.observation("o", minutesAgo: 1, output: "\"hello\"")])
        world.pages.change { $0.needsFallback = [.init(source: "langfuse", table: "observations")] }
        let first = try await world.engine.query("SELECT id, output FROM langfuse.observations")
        #expect(first.rows.rows == [["o", "\"hello\""]])
        _ = world.pages.takeScans()
        world.advance(.minutes(10))
        _ = try await world.engine.query("SELECT 1 FROM langfuse.observations")
        #expect(world.pages.takeScans().allSatisfy { $0.fallback != nil })
        world.advance(.days(1))
        world.pages.change { $0.needsFallback = [] }
        _ = try await world.engine.query("SELECT 1 FROM langfuse.observations")
        #expect(world.pages.takeScans().allSatisfy { $0.fallback == nil })
    }

    @Test("reports a 404 of its only API as an error, never as no rows")
    func notFound() async throws {
        let world = World()
        world.pages.change {
            $0.failures["sentry"] = SourceError(
                kind: .notFound, source: "sentry", reason: "404.", remedy: "Check SENTRY_ORG.")
        }
        let error = await #expect(throws: QueryError.self) {
            try await world.engine.query("SELECT * FROM sentry.issues")
        }
        #expect(error?.kind == .sourceFailed)
        #expect(error?.remedy == "Check SENTRY_ORG.")
    }

    @Test("fetches bodies only if a statement reads them, one trace at a time, and stores them")
    func bodies() async throws {
        let world = World()
        world.pages.set(
            "langfuse", "observations",
            (0..<6).map { World.observation("o\($0)", trace: "t\($0 / 3)", minutesAgo: Double($0) + 1) })
        _ = try await world.engine.query("SELECT count(*), sum(total_cost) FROM langfuse.observations")
        _ = world.pages.takeScans()
        world.pages.set(
            "langfuse", "observations",
            (0..<6).map {
                World.observation("o\($0)", trace: "t\($0 / 3)", minutesAgo: Double($0) + 1, output: .text("out\($0)"))
            })
        let read = try await world.engine.query(
            "SELECT id, output FROM langfuse.observations WHERE trace_id = 't0' ORDER BY id")
        #expect(read.rows.rows == [["o0", "out0"], ["o1", "out1"], ["o2", "out2"]])
        #expect(read.calls == 1)
        #expect(world.pages.takeScans().map(\.filters) == [["trace_id": "t0"]])
        let again = try await world.engine.query("SELECT output FROM langfuse.observations WHERE id = 'o1'")
        #expect(again.rows.rows == [["out1"]])
        #expect(again.calls == 0)
        let error = await #expect(throws: QueryError.self) {
            try await world.engine.query(
                "SELECT output FROM langfuse.observations", limits: QueryLimits(bodyFetches: 0))
        }
        #expect(error?.kind == .tooLarge)
    }

    @Test("halves a window that the provider truncates until it is read completely")
    func truncation() async throws {
        let world = World()
        world.pages.set(
            "langfuse", "observations", (0..<300).map { World.observation("o\($0)", minutesAgo: Double($0) * 2 + 1) })
        world.pages.change { $0.truncatesAbove = 100 }
        let result = try await world.engine.query("SELECT count(*) FROM langfuse.observations")
        #expect(result.rows.rows == [[300]])
        #expect(!result.isPartial)
    }

    @Test("stops if even the shortest windows are truncated one after another, and reports it")
    func endlessTruncation() async throws {
        let world = World()
        world.pages.set(
            "langfuse", "observations", (0..<3600).map { World.observation("o\($0)", minutesAgo: Double($0) / 60) })
        world.pages.change { $0.truncatesAbove = 20 }
        let result = try await world.engine.query("SELECT count(*) FROM langfuse.observations")
        #expect(result.isPartial)
        #expect(result.sources.first?.message?.contains("truncates results even for a one-minute window") == true)
        #expect(world.pages.takeScans().count < 30)
    }

    @Test("is deleted and rebuilt if its file is corrupt, and is readable only by its owner")
    func damagedFile() async throws {
        let world = World()
        world.pages.set("sentry", "issues", [World.issue("1", firstMinutesAgo: 60, lastMinutesAgo: 5)])
        try #require(mkdir(world.directory, 0o700) == 0)
        let file = fopen(world.directory + "/mirror-sentry.db", "w")
        fputs(String(repeating: "this is no database. ", count: 400), file)
        fclose(file)
        let result = try await world.engine.query("SELECT count(*) FROM sentry.issues")
        #expect(result.rows.rows == [[1]])
        var facts = stat()
        #expect(stat(world.directory + "/mirror-sentry.db", &facts) == 0)
        #expect(facts.st_mode & 0o077 == 0)
    }

    @Test("stops at the first older page if the provider supports no time bound")
    func newestFirst() async throws {
        let world = World()
        world.pages.set(
            "sentry", "issues",
            (0..<400).map {
                World.issue("\($0)", firstMinutesAgo: Double($0) * 30 + 20, lastMinutesAgo: Double($0) * 30 + 1)
            })
        _ = try await world.engine.query("SELECT count(*) FROM sentry.issues")
        world.advance(.minutes(10))
        let result = try await world.engine.query("SELECT count(*) FROM sentry.issues")
        #expect(result.rows.rows == [[400]])
        #expect(result.calls == 1)
    }

    @Test("reports the missing variables if its source is not configured")
    func notConfigured() async throws {
        let world = World(inputs: ["GITHUB_OWNER": "acme", "GITHUB_REPO": "app"])
        let error = await #expect(throws: QueryError.self) {
            try await world.engine.query("SELECT * FROM sentry.issues")
        }
        #expect(error?.kind == .notConfigured)
        #expect(error?.sentence.contains("SENTRY_TOKEN") == true)
        world.pages.set("github", "commits", [World.commit("a", minutesAgo: 5)])
        let mixed = try await world.engine.query("SELECT sha, (SELECT count(*) FROM sentry.issues) FROM github.commits")
        #expect(mixed.rows.rows == [["a", 0]])
        #expect(mixed.isPartial)
        #expect(await world.engine.reports().first { $0.source == "sentry" }?.state == .notConfigured)
    }
}
