import Basics
import SourceFetch
import SourceSpec
import Testing

@testable import SourceEngine

@Suite("Windows of a mirror")
struct WindowTests {
    private static let now = World.start

    private static func window(_ fromHours: Double, _ toHours: Double) -> Interval {
        Interval(from: now - .hours(fromHours), to: now - .hours(toHours))
    }

    private static var observations: MirrorSpec { World.langfuse.overlay.mirrors["observations"]! }

    @Test("begin with the newest two hours, then the rest of a day, then days")
    func ladder() {
        let plan = MirrorPlan(mirror: Self.observations, coverage: IntervalSet())
        let windows = plan.windows(from: Self.now - .days(8), to: Self.now)
        #expect(windows.prefix(3) == [Self.window(2, 0), Self.window(26, 2), Self.window(50, 26)])
        #expect(windows.last?.from == Self.now - .days(8))
        #expect(IntervalSet(windows).intervals == [Interval(from: Self.now - .days(8), to: Self.now)])
    }

    @Test("are one where few rows are expected, and start before the last sync, not before the last head")
    func continued() {
        var plan = MirrorPlan(
            mirror: Self.observations, coverage: IntervalSet([Self.window(192, 0.1)]),
            syncedAt: Self.now - .minutes(15), rowsPerHour: 300)
        #expect(plan.windows(from: Self.now - .hours(192), to: Self.now) == [Self.window(0.5, 0)])
        plan = MirrorPlan(
            mirror: Self.observations, coverage: IntervalSet([Self.window(192, 30)]), syncedAt: Self.now - .hours(30),
            rowsPerHour: 10)
        #expect(plan.windows(from: Self.now - .hours(192), to: Self.now) == [Self.window(30.25, 0)])
    }

    @Test("are read one at a time until one had rows, then several")
    func settling() {
        var queue = WindowQueue(
            [Self.window(2, 0), Self.window(26, 2), Self.window(50, 26), Self.window(74, 50)], width: 2)
        #expect(queue.next() == Self.window(2, 0))
        #expect(queue.next() == nil)
        queue.answered(Self.window(2, 0), settles: false)
        #expect(queue.next() == Self.window(26, 2))
        #expect(queue.next() == nil)
        queue.answered(Self.window(26, 2), settles: true)
        #expect(queue.next() == Self.window(50, 26))
        #expect(queue.next() == Self.window(74, 50))
        #expect(queue.next() == nil)
    }

    @Test("grow where nothing was found, so that an empty project costs three calls")
    func emptyProject() {
        var queue = WindowQueue(
            [Self.window(2, 0), Self.window(26, 2), Self.window(50, 26), Self.window(74, 50)], width: 4)
        for _ in 0..<2 { queue.answered(queue.next()!, settles: false) }
        #expect(queue.next() == Self.window(74, 26))
        #expect(queue.pending.isEmpty)
    }

    /// A server that answers no window longer than `limit`; the windows that were asked, and whether all was read.
    private func search(limit: Span, isUp: (Int) -> Bool = { _ in true }) -> (asked: [Span], isWhole: Bool) {
        let plan = MirrorPlan(mirror: Self.observations, coverage: IntervalSet())
        var queue = WindowQueue(plan.windows(from: Self.now - .days(8), to: Self.now), width: 4)
        var (asked, reading) = ([Span](), [Interval]())
        while true {
            while let window = queue.next() { reading.append(window) }
            guard !reading.isEmpty else { return (asked, true) }
            let window = reading.removeFirst()
            asked.append(window.length)
            if isUp(asked.count), window.length <= limit {
                queue.answered(window, settles: true)
            } else if !queue.failed(window, isSure: false) {
                return (asked, false)
            }
        }
    }

    @Test(
        "become shorter where a server fails on long ones, down to a minute, and few of them fail first",
        arguments: [1, 5, 45, 90, 360, 800])
    func shorter(minutes: Double) {
        let found = search(limit: .minutes(minutes))
        #expect(found.isWhole)
        #expect(found.asked.count { $0 > .minutes(minutes) } <= 9, "\(found.asked.filter { $0 > .minutes(minutes) })")
        // At most twice as many as the longest that work.
        #expect(Double(found.asked.count) < 2 * 8 * 24 * 60 / minutes + 20)
    }

    @Test("are not divided where the server is down: one short one shows it")
    func outage() {
        let down = search(limit: .days(30)) { _ in false }
        #expect(down.asked == [.hours(2), .minutes(1)])
        let later = search(limit: .days(30)) { $0 < 3 }
        #expect(!later.isWhole)
        #expect(later.asked.count <= 8)
    }
}

@Suite("A mirror that is read early")
struct EarlyReadingTests {
    @Test("answers a statement over the newest hours before its history is read, which goes on behind")
    func newestFirst() async throws {
        let world = World()
        world.pages.set(
            "langfuse", "observations", (0..<600).map { World.observation("o\($0)", minutesAgo: Double($0) * 19 + 1) })
        // No window before the newest two hours is answered for now.
        let isHeld = { @Sendable (scan: Scan) in
            scan.extraParameters.contains { $0.name == "toStartTime" && $0.value < World.start.iso8601 }
        }
        world.pages.change { $0.holds = isHeld }
        let statement = "SELECT count(*) FROM langfuse.observations"
        let early = try await world.engine.query(
            statement, freshness: .upTo(.minutes(1), since: World.start - .hours(2)))
        #expect(!early.isPartial)
        #expect(early.rows.rows == [[7]])
        let priorities = world.pages.state.withLock { $0.scans.map(\.priority) }
        #expect(priorities.first == .detection)
        #expect(priorities.dropFirst().allSatisfy { $0 == .history })
        world.pages.change { $0.holds = nil }
        let whole = try await world.engine.query(statement)
        #expect(whole.rows.rows == [[600]])
        #expect(!whole.isPartial)
    }

    @Test("reads its head beside a sync that is still busy with history")
    func head() async throws {
        let world = World()
        world.pages.set(
            "langfuse", "observations",
            [World.observation("o", minutesAgo: 1), World.observation("p", minutesAgo: 6000)])
        world.pages.change { state in
            state.holds = { scan in
                scan.extraParameters.contains { $0.name == "toStartTime" && $0.value < World.start.iso8601 }
            }
        }
        let need = Freshness.upTo(.seconds(10), since: World.start - .hours(1))
        _ = try await world.engine.query("SELECT 1 FROM langfuse.observations", freshness: need)
        _ = world.pages.takeScans()
        world.advance(.seconds(15))
        world.pages.append("langfuse", "observations", [World.observation("new", minutesAgo: -0.1)])
        let head = await world.engine.readHead(of: [.init("langfuse", "observations")])
        #expect(head.failure == nil)
        #expect(head.calls == 1)
        // The sync may only now have asked for its history.
        #expect(world.pages.takeScans().map(\.priority).filter { $0 != .history } == [.urgent])
        let count = try await world.engine.query(
            "SELECT count(*) FROM langfuse.observations WHERE id = 'new'", freshness: need)
        #expect(count.rows.rows == [[1]])
        #expect(count.calls == 0)
        world.pages.change { $0.holds = nil }
    }

    @Test("reads one trace from its last known step on, with its sums, and covers nothing by it")
    func trace() async throws {
        let world = World()
        world.pages.set(
            "langfuse", "observations",
            (0..<30).map {
                World.observation("o\($0)", trace: $0 % 2 == 0 ? "loop" : "other", minutesAgo: Double($0) + 1)
            })
        _ = try await world.engine.query("SELECT 1 FROM langfuse.observations")
        _ = world.pages.takeScans()
        world.advance(.seconds(30))
        world.pages.append(
            "langfuse", "observations",
            [
                World.observation("n", trace: "loop", minutesAgo: -0.2),
                World.observation("x", trace: "other", minutesAgo: -0.2),
            ])
        let outcome = await world.engine.refresh(trace: "loop")
        #expect(outcome.failure == nil)
        #expect(outcome.calls == 1)
        let scan = try #require(world.pages.takeScans().first)
        #expect(scan.filters["trace_id"] == "loop")
        #expect(scan.priority == .urgent)
        let sums = try await world.engine.query(
            "SELECT trace_id, steps FROM langfuse.observations_by_trace ORDER BY 1", freshness: .stored)
        #expect(sums.rows.rows == [["loop", 16], ["other", 15]])
        let all = try await world.engine.query(
            "SELECT count(*) FROM langfuse.observations", freshness: .upTo(.seconds(10)))
        #expect(all.rows.rows == [[32]])
    }
}

@Suite("What a mirror believes")
struct BeliefTests {
    @Test("is not an empty list while telemetry is missing: the rows of an outage are read when they come")
    func outage() async throws {
        let world = World()
        let rows = (0..<300).map { World.observation("o\($0)", minutesAgo: Double($0) * 5 + 1) }
        _ = try? await world.engine.query("SELECT 1 FROM langfuse.observations")
        #expect(await world.engine.reports().first { $0.source == "langfuse" }?.state == .noData)
        world.pages.set("langfuse", "observations", rows)
        world.advance(.minutes(2))
        let found = try await world.engine.query("SELECT count(*) FROM langfuse.observations")
        #expect(found.rows.rows == [[300]])
    }

    @Test("ends at the newest row while that is hours old: what comes late is read, in one call")
    func backlog() async throws {
        let world = World()
        let rows = (0..<300).map { World.observation("o\($0)", minutesAgo: Double($0) * 5 + 1) }
        world.pages.set("langfuse", "observations", Array(rows.dropFirst(36)))
        let before = try await world.engine.query("SELECT count(*) FROM langfuse.observations")
        #expect(before.rows.rows == [[264]])
        #expect(before.sources.first?.state == .noData)
        _ = world.pages.takeScans()
        let again = try await world.engine.query("SELECT count(*) FROM langfuse.observations")
        #expect(again.calls == 0)
        world.advance(.minutes(15))
        world.pages.set("langfuse", "observations", rows)
        let after = try await world.engine.query("SELECT count(*) FROM langfuse.observations")
        #expect(after.rows.rows == [[300]])
        #expect(world.pages.takeScans().count == 1)
    }

    @Test("is not that known rows are gone: an empty answer to their window covers nothing new")
    func emptyOverlap() async throws {
        let world = World()
        world.pages.set(
            "langfuse", "observations", (0..<50).map { World.observation("o\($0)", minutesAgo: Double($0) + 1) })
        _ = try await world.engine.query("SELECT 1 FROM langfuse.observations")
        let rows = world.pages.state.withLock { state in state.tables.values.first ?? [] }
        world.pages.set("langfuse", "observations", [])
        world.advance(.minutes(25))
        _ = try await world.engine.query("SELECT 1 FROM langfuse.observations")
        world.advance(.minutes(25))
        world.pages.set(
            "langfuse", "observations",
            rows + [World.observation("late", minutesAgo: -10), World.observation("new", minutesAgo: -49)])
        let found = try await world.engine.query("SELECT count(*) FROM langfuse.observations")
        #expect(found.rows.rows == [[52]])
    }

    @Test("can be overruled: a sync since a time reads again what was read")
    func since() async throws {
        let world = World()
        world.pages.set(
            "langfuse", "observations", (0..<50).map { World.observation("o\($0)", minutesAgo: Double($0) * 60 + 1) })
        _ = try await world.engine.query("SELECT 1 FROM langfuse.observations")
        world.pages.append("langfuse", "observations", [World.observation("late", minutesAgo: 700)])
        world.advance(.minutes(2))
        let without = try await world.engine.query("SELECT count(*) FROM langfuse.observations")
        #expect(without.rows.rows == [[50]])
        _ = await world.engine.sync([.init("langfuse", "observations")], since: World.start - .hours(24))
        let with = try await world.engine.query("SELECT count(*) FROM langfuse.observations", freshness: .stored)
        #expect(with.rows.rows == [[51]])
    }
}
