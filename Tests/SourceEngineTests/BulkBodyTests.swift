import Basics
import SourceFetch
import Testing

@testable import SourceEngine
@testable import SourceSpec

@Suite("Bodies that are read together")
struct BulkBodyTests {
    private static let sql = "SELECT id, output FROM langfuse.observations ORDER BY start_time DESC"

    /// `names` names take turns, a row a minute; of each there are `each` rows. Their bodies are not sent with the rows.
    private func world(names: Int, each: Int, more: [[Value]] = []) async throws -> World {
        let world = World { specs in
            let place = specs.firstIndex { $0.name == "langfuse" }!
            specs[place].overlay.mirrors["observations"]?.bodies?.nameColumns = ["type", "name"]
            specs[place].tables[0].filters.append(FilterSpec(name: "name"))
            specs[place].tables[0].pagination = PaginationSpec(
                mode: .page(parameter: "page", start: 1, step: 1),
                pageSize: .init(defaultSize: 100, maximum: 1000, queryParameter: "limit"))
        }
        world.pages.change { ($0.pageRows, $0.keepsBodies) = (100, true) }
        let rows = (0..<names * each).map { Self.row("n\($0 % names)", $0) }
        world.pages.set("langfuse", "observations", rows + more)
        _ = try await world.engine.query("SELECT count(*) FROM langfuse.observations")
        _ = world.pages.takeScans()
        return world
    }

    private static func row(_ name: String, _ place: Int) -> [Value] {
        World.observation(
            "o\(place)", trace: "t\(place)", minutesAgo: Double(place) + 1, name: name, output: .text("out\(place)"))
    }

    private func limits(calls: Int) -> QueryLimits {
        var limits = QueryLimits()
        limits.bodyCalls = calls
        return limits
    }

    private func latest(_ names: Int, _ each: Int) -> String {
        let list = (0..<names).map { "'n\($0)'" }.joined(separator: ", ")
        return """
            SELECT o.id, o.output FROM (SELECT trace_id, id, ROW_NUMBER() OVER (PARTITION BY name ORDER BY start_time DESC) AS recency
            FROM langfuse.observations WHERE name IN (\(list))) k
            JOIN langfuse.observations o ON o.trace_id = k.trace_id AND o.id = k.id WHERE k.recency <= \(each)
            """
    }

    @Test("windows serve all names, with far fewer calls than names, and nothing is read twice")
    func windows() async throws {
        let world = try await world(names: 70, each: 10)
        let result = try await world.engine.query(latest(70, 5), limits: limits(calls: 30))
        #expect(result.rows.count == 350)
        #expect(result.rows.rows.allSatisfy { $0[1].text == $0[0].text?.replacing("o", with: "out") })
        let scans = world.pages.takeScans()
        #expect(result.calls <= 5, "\(result.calls)")
        #expect(scans.allSatisfy { $0.filters.isEmpty && $0.priority == .history })
        let again = try await world.engine.query(latest(70, 5), limits: limits(calls: 30))
        #expect(again.rows.count == 350 && again.calls == 0)
        #expect(world.pages.takeScans().isEmpty)
    }

    @Test("a name whose rows lie far back is read by its name")
    func farName() async throws {
        let far = (0..<3).map { Self.row("seldom", 5000 + $0 * 1400) }
        let others = (0..<3000).map { Self.row("other", 4901 + $0) }.filter { row in !far.contains { $0[0] == row[0] } }
        let world = try await world(names: 2, each: 150, more: far + others)
        let sql = "SELECT id, output FROM langfuse.observations WHERE name IN ('n0', 'n1', 'seldom')"
        let result = try await world.engine.query(sql, limits: limits(calls: 30))
        #expect(result.rows.count == 303 && result.rows.rows.contains(["o7800", "out7800"]))
        let scans = world.pages.takeScans()
        #expect(
            scans.contains { $0.filters["name"] == "seldom" && $0.filters["type"] == "GENERATION" },
            "\(scans.map(\.filters))")
        #expect(scans.contains { $0.filters.isEmpty })
    }

    @Test("where windows are refused names are asked for, and where names are refused traces are")
    func refusals() async throws {
        let world = try await world(names: 3, each: 4)
        @Sendable func refusal(_ status: Int) -> SourceError {
            var error = SourceError(
                kind: .refusedByProvider, source: "langfuse", reason: "It answers \(status).", remedy: "Ask otherwise.",
                calls: 1)
            error.status = status
            return error
        }
        world.pages.change { $0.refuses = { $0.filters.isEmpty ? refusal(400) : nil } }
        let byName = try await world.engine.query(
            "SELECT id, output FROM langfuse.observations WHERE name IN ('n0', 'n1', 'n2')", limits: limits(calls: 30))
        #expect(byName.rows.count == 12 && !byName.isPartial)
        #expect(Set(world.pages.takeScans().map { $0.filters["name"] ?? .null }) == [.null, "n0", "n1", "n2"])
        let other = try await self.world(names: 3, each: 4)
        other.pages.change { $0.refuses = { $0.filters["trace_id"] == nil ? refusal(400) : nil } }
        let byTrace = try await other.engine.query(
            "SELECT id, output FROM langfuse.observations WHERE name = 'n1'", limits: limits(calls: 30))
        #expect(byTrace.rows.count == 4 && !byTrace.isPartial)
        other.pages.change { $0.refuses = { _ in refusal(400) } }
        let rest = try await other.engine.query(Self.sql, limits: limits(calls: 30))
        #expect(rest.rows.count == 4 && rest.isPartial)
        #expect(rest.sources.first?.message?.contains("It answers 400") == true, "\(rest.sources)")
    }

    @Test("pages that are too large are asked for with fewer rows, and what was read is kept")
    func tooLarge() async throws {
        let world = try await world(names: 2, each: 100)
        world.pages.change { state in
            state.refuses = { scan in
                let limit = scan.extraParameters.first { $0.name == "limit" }.flatMap { Int($0.value) } ?? 0
                guard limit > 30 else { return nil }
                return SourceError(kind: .tooMuch, source: "langfuse", reason: "413.", remedy: "Less.", calls: 1)
            }
        }
        let result = try await world.engine.query(Self.sql, limits: limits(calls: 40))
        #expect(result.rows.count == 200 && !result.isPartial)
    }

    @Test("the bodies that were read of a trace are not read again with those of its name")
    func keptTrace() async throws {
        let world = try await world(names: 2, each: 3)
        _ = try await world.engine.query(
            "SELECT output FROM langfuse.observations WHERE trace_id IN ('t0', 't2', 't4')")
        #expect(world.pages.takeScans().compactMap { $0.filters["trace_id"] } == ["t0", "t2", "t4"])
        let sql = "SELECT id, output FROM langfuse.observations WHERE name = 'n0'"
        let stored = try await world.engine.query(sql, limits: limits(calls: 10))
        #expect(stored.rows.count == 3 && stored.calls == 0)
    }

    @Test("rows without a call left are left out, and come with the next statement")
    func budget() async throws {
        let world = try await world(names: 1, each: 300)
        let first = try await world.engine.query(Self.sql, limits: limits(calls: 1))
        #expect(first.rows.count == 100 && !first.isPartial)
        #expect(first.rows.rows.first == ["o0", "out0"], "the newest come first")
        let none = try await world.engine.query(Self.sql, limits: limits(calls: 0))
        #expect(none.rows.count == 100 && none.calls == 0)
        let rest = try await world.engine.query(Self.sql, limits: limits(calls: 10))
        #expect(rest.rows.count == 300)
    }

    @Test("an outage is reported, and two statements at once read the same bodies once")
    func outageAndTwins() async throws {
        let world = try await world(names: 2, each: 100)
        world.pages.change {
            $0.failures["langfuse"] = SourceError(
                kind: .unavailable, source: "langfuse", reason: "503.", remedy: "Wait.", calls: 1)
        }
        let down = try await world.engine.query(Self.sql, freshness: .upTo(.hours(1)), limits: limits(calls: 10))
        #expect(down.rows.isEmpty && down.isPartial)
        world.pages.change { $0.failures = [:] }
        _ = world.pages.takeScans()
        let (limits, engine) = (limits(calls: 10), world.engine)
        async let left = engine.query(Self.sql, freshness: .upTo(.hours(1)), limits: limits)
        async let right = engine.query(Self.sql, freshness: .upTo(.hours(1)), limits: limits)
        let both = try await (left, right)
        #expect(both.0.rows.count == 200 && both.1.rows.count == 200)
        #expect(both.0.calls + both.1.calls <= 3, "\(both.0.calls) and \(both.1.calls)")
    }
}

@Suite("The plan of bodies")
struct BodyPlanTests {
    private static let start = Instant(milliseconds: 1_800_000_000_000)

    private func wanted(_ name: String, _ count: Int, every: Span, ago: Span = .minutes(1)) -> [BodyPlan.Wanted] {
        (0..<count).map { place in
            BodyPlan.Wanted(
                time: Self.start - ago - .milliseconds(every.milliseconds * Int64(place)),
                group: .text("\(name)-\(place)"), name: ["TOOL", .text(name)])
        }
    }

    @Test("names that lie together are one window, and one that lies apart is read by name")
    func together() {
        let dense = (0..<20).flatMap { wanted("n\($0)", 40, every: .minutes(5)) }
        let sparse = wanted("seldom", 20, every: .hours(8), ago: .hours(10))
        let plan = BodyPlan(dense + sparse, pageRows: 1000)
        // Ten rows of other names for each that is wanted.
        let rows = plan.cells.map { cell in
            (dense + sparse).count { $0.time >= cell.from && $0.time < cell.to } * 2 + Int(cell.length.seconds / 60)
        }
        let reads = plan.reads(rows: rows)
        let windows = reads.filter { if case .window = $0 { true } else { false } }
        #expect(windows.count == 1 && reads.count <= 3, "\(reads)")
        #expect(reads.contains { if case .name(["TOOL", "seldom"], _) = $0 { true } else { false } })
    }

    @Test("few rows are read by their trace where the API has no filter for names, and nothing is planned for nothing")
    func groups() {
        let rows = wanted("a", 3, every: .hours(30)).map { BodyPlan.Wanted(time: $0.time, group: $0.group, name: []) }
        let plan = BodyPlan(rows, pageRows: 100)
        #expect(plan.reads(rows: plan.cells.map { _ in 50_000 }) == [.group("a-0"), .group("a-1"), .group("a-2")])
        #expect(BodyPlan([BodyPlan.Wanted](), pageRows: 100).reads(rows: []).isEmpty)
        let refused = BodyPlan(
            wanted("a", 3, every: .minutes(1)), pageRows: 100, ways: .init(windows: false, names: false))
        #expect(refused.reads(rows: refused.cells.map { _ in 1 }).count == 3)
    }

    @Test("a window that costs no more than the names is taken: it serves others too")
    func cheapWindow() {
        let rows = wanted("a", 5, every: .minutes(1)) + wanted("b", 5, every: .minutes(1))
        let plan = BodyPlan(rows, pageRows: 100)
        #expect(plan.reads(rows: plan.cells.map { _ in 4 }).count == 1)
    }
}
