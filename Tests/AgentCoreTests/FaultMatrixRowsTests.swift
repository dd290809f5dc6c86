import Basics
import Sandbox
import SourceEngine
import Testing

@Suite("Fault matrix: rows")
struct FaultMatrixRowsTests {
    @Test("rows that come twice are counted once, in every sum (row 5)")
    func duplicates() async throws {
        let stage = try FaultStage()
        stage.world.fail(.langfuse, .duplicateRows, times: 100)
        for _ in 0..<2 {
            let sums = try await stage.engine.query("SELECT count(*), sum(total_cost) FROM langfuse.observations")
            #expect(sums.rows.rows == [[36, 9.0]] && !sums.isPartial)
            let hours = try await stage.engine.query(
                "SELECT sum(observations), sum(cost) FROM langfuse.observations_hourly")
            #expect(hours.rows.rows == [[36, 9.0]])
            stage.clock.advance(by: .minutes(2))
        }
    }

    @Test(
        "rows that move between pages while they are read are counted once, and none is missed (row 5)",
        arguments: [("langfuse.observations", 2500), ("github.commits", 250)])
    func shifting(table: String, rows: Int) async throws {
        let stage = try FaultStage()
        stage.world.change { state in
            state.observations = (0..<2500).map { number in
                FaultStage.observation("o-\(number)", at: FaultStage.start - .seconds(Double(2500 - number) * 20))
            }
            state.commits = (0..<250).map {
                FaultStage.commit(1000 - $0, at: FaultStage.start - .minutes(Double($0 + 5)))
            }
        }
        let shifts = Lock(0)
        let parts = table.split(separator: ".").map(String.init)
        _ = await stage.engine.sync([QualifiedName(parts[0], parts[1])]) { progress in
            // After each of the first two pages somebody writes a row that stands before all that is still to come.
            guard progress.rows > 0,
                shifts.withLock({
                    $0 += 1; return $0
                }) <= 2
            else { return }
            stage.world.change { state in
                let number = shifts.withLock { $0 }
                let moment = FaultStage.start - .seconds(Double(10 * (3 - number)))
                state.observations.append(FaultStage.observation("shift-\(number)", at: moment))
                state.commits.insert(FaultStage.commit(5000 + number, at: moment), at: 0)
            }
        }
        #expect(shifts.withLock { $0 } >= 2)
        stage.clock.advance(by: .minutes(2))
        let after = try await stage.count(table)
        #expect(after.rows == rows + 2 && after.report.state == .ok)
        let distinct = try await stage.engine.query(
            "SELECT count(DISTINCT \(parts[0] == "github" ? "sha" : "id")) FROM \(table)")
        #expect(distinct.rows.rows == [[.integer(Int64(rows + 2))]])
    }

    @Test("rows that arrive late, and costs that are filled in later, are in the next sums (row 6)")
    func lateRows() async throws {
        let stage = try FaultStage()
        stage.world.change { $0.observations[35].cost = 0 }
        #expect(try await Self.cost(stage) == 35 * 0.25)
        stage.clock.advance(by: .minutes(2))
        stage.world.change { state in
            state.observations[35].cost = 0.5
            state.observations.insert(FaultStage.observation("late", at: FaultStage.start - .minutes(8)), at: 35)
        }
        #expect(try await Self.cost(stage) == 36 * 0.25 + 0.5)
        let hours = try await stage.engine.query(
            "SELECT sum(observations), sum(cost) FROM langfuse.observations_hourly")
        #expect(hours.rows.rows == [[37, .real(36 * 0.25 + 0.5)]])
    }

    @Test("an observation that was open when it was read is read again when it may have ended (row 6)")
    func openObservations() async throws {
        let stage = try FaultStage()
        stage.world.change { state in
            state.observations[34].isOpen = true
            state.observations[34].cost = 0
        }
        #expect(try await Self.cost(stage) == 35 * 0.25)
        // Its start is long out of the window that is read again each time.
        for _ in 0..<5 {
            stage.clock.advance(by: .minutes(10))
            _ = try await stage.count("langfuse.observations")
        }
        stage.world.change { state in
            state.observations[34].isOpen = false
            state.observations[34].cost = 2
        }
        stage.clock.advance(by: .minutes(10))
        stage.world.forgetCalls()
        #expect(try await Self.cost(stage) == 35 * 0.25 + 2)
        #expect(stage.calls(to: .langfuse) == 2, "the newest rows, and the one that was open")
        let ended = try await stage.engine.query("SELECT count(*) FROM langfuse.observations WHERE end_time IS NULL")
        #expect(ended.rows.rows == [[0]])
        stage.clock.advance(by: .minutes(2))
        stage.world.forgetCalls()
        _ = try await stage.count("langfuse.observations")
        #expect(stage.calls(to: .langfuse) == 1)
    }

    @Test("if no observation ever gets an end, none is waited for (row 6)")
    func endlessObservations() async throws {
        let stage = try FaultStage()
        stage.world.change { state in
            for position in state.observations.indices { state.observations[position].isOpen = true }
        }
        _ = try await stage.count("langfuse.observations")
        stage.clock.advance(by: .minutes(15))
        stage.world.forgetCalls()
        #expect(try await stage.count("langfuse.observations").rows == FaultStage.observations)
        #expect(stage.calls(to: .langfuse) == 1)
    }

    private static func cost(_ stage: FaultStage) async throws -> Double? {
        try await stage.engine.query("SELECT sum(total_cost) FROM langfuse.observations").rows.rows.first?.first?.real
    }

    @Test("clocks that are ten minutes off are measured and shown, and neither loses a row nor dates one ahead (row 7)")
    func skewedClocks() async throws {
        let stage = try FaultStage()
        stage.world.fail(.langfuse, .clockSkew(seconds: 600), times: 100)
        stage.world.fail(.sentry, .clockSkew(seconds: -600), times: 100)
        _ = try await (stage.count("langfuse.observations"), stage.count("sentry.issues"))
        #expect(await stage.report(of: "langfuse")?.clockSkew == .minutes(10))
        #expect(await stage.report(of: "sentry")?.clockSkew == .minutes(-10))
        stage.clock.advance(by: .minutes(2))
        let now = stage.clock.now
        stage.world.change { state in
            // Written now, each by the clock of its provider.
            state.observations.append(FaultStage.observation("ahead", at: now + .minutes(9)))
            state.issues.append(
                .init(id: "9", title: "behind", count: 1, firstSeen: now - .minutes(11), lastSeen: now - .minutes(11)))
        }
        let ahead = try await stage.count("langfuse.observations")
        #expect(ahead.rows == FaultStage.observations + 1 && ahead.report.state == .ok)
        #expect(ahead.report.asOf == now, "nothing is as of a moment that has not come")
        let behind = try await stage.count("sentry.issues")
        #expect(behind.rows == 4 && behind.report.asOf == now - .minutes(10))
        let both = try await stage.engine.query(
            "SELECT min(latency) >= 0, min(end_time >= start_time) FROM langfuse.observations, sentry.issues")
        #expect(both.rows.rows == [[1, 1]] && both.asOf == now - .minutes(10))
        stage.world.heal()
        stage.clock.advance(by: .minutes(2))
        #expect(try await stage.count("langfuse.observations").rows == FaultStage.observations + 1)
        #expect(await stage.report(of: "langfuse")?.clockSkew == .milliseconds(0))
    }
}
