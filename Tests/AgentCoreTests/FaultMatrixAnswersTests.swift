import Basics
import Glibc
import HTTPClient
import Sandbox
import SourceEngine
import SourceFetch
import Subprocess
import TestSupport
import Testing
import WebServer

@Suite("Fault matrix: broken answers")
struct FaultMatrixAnswersTests {
    @Test(
        "a truncated response is a typed error and is read again; its part is never used (row 4)",
        arguments: [SandboxWorld.Fault.connectionLost, .halfJSON])
    func halfAnswers(fault: SandboxWorld.Fault) async throws {
        let stage = try FaultStage()
        _ = try await stage.count("langfuse.observations")
        stage.clock.advance(by: .minutes(5))
        stage.world.change { $0.observations.append(FaultStage.observation("new", at: stage.clock.now - .minutes(1))) }
        stage.world.forgetCalls()
        stage.world.fail(.langfuse, fault, times: 4)
        let broken = try await stage.count("langfuse.observations")
        #expect(broken.rows == FaultStage.observations, "half an answer holds rows, and none of them is taken")
        #expect(broken.report.state == .partial && broken.report.asOf == FaultStage.start)
        let message = broken.report.message ?? ""
        #expect(message.contains("interrupted its response") || message.contains("could not be parsed"), "\(message)")
        #expect(stage.calls(to: .langfuse) == 4)
        stage.clock.advance(by: .minutes(1))
        stage.world.fail(.langfuse, fault)
        let whole = try await stage.count("langfuse.observations")
        #expect(whole.rows == FaultStage.observations + 1 && whole.report.state == .ok)
        #expect(stage.calls(to: .langfuse) == 6)
    }

    @Test("an unknown word, a new field, a null and a number as text leave the row as it is read (row 8)")
    func unknownShapes() async throws {
        let stage = try FaultStage()
        stage.world.fail(.sentry, .unknownShapes)
        let result = try await stage.engine.query("SELECT * FROM sentry.issues ORDER BY id")
        #expect(result.rows.count == 3 && !result.isPartial)
        let strange = try #require(result.rows.records.first { $0["level"].text == "unheard-of" })
        #expect(strange["title"].isNull || strange["culprit"].isNull)
        #expect(strange["id"].text == "4400" && strange["count"].integer == 1)
        #expect(result.sources.first?.schemaWarnings == 0)
    }

    @Test("a value of another type becomes NULL, its row stays, and it is counted as a schema warning (row 8)")
    func misfits() async throws {
        let stage = try FaultStage()
        stage.world.fail(.langfuse, .misfits)
        let result = try await stage.engine.query(
            "SELECT id, latency, total_cost, name FROM langfuse.observations ORDER BY start_time DESC")
        #expect(result.rows.count == FaultStage.observations)
        let first = try #require(result.rows.records.first)
        #expect(first["latency"].isNull && first["name"].text == "support-bot")
        #expect(result.rows.records.dropFirst().allSatisfy { $0["latency"].real == 1.2 })
        #expect((result.sources.first?.schemaWarnings ?? 0) > 0)
        #expect(await stage.report(of: "langfuse")?.schemaWarnings == result.sources.first?.schemaWarnings)
    }

    @Test("a login page with status 200 is missing authorisation, never zero rows (row 9)")
    func loginPage() async throws {
        let fresh = try FaultStage()
        fresh.world.fail(.langfuse, .loginPage, times: 100)
        let error = await #expect(throws: QueryError.self) { try await fresh.count("langfuse.observations") }
        #expect(error?.sentence.contains("login page") == true && error?.remedy.contains("LANGFUSE_SECRET_KEY") == true)
        let stage = try FaultStage()
        _ = try await stage.count("langfuse.observations")
        stage.world.fail(.langfuse, .loginPage, times: 100)
        stage.clock.advance(by: .minutes(2))
        stage.world.forgetCalls()
        let after = try await stage.count("langfuse.observations")
        #expect(after.rows == FaultStage.observations && after.report.state == .refused)
        #expect(after.report.asOf == FaultStage.start && stage.calls(to: .langfuse) == 2, "both APIs")
    }

    @Test("rows that stop coming where there were some before are no data, not health (row 9)")
    func silence() async throws {
        let stage = try FaultStage()
        #expect(try await stage.count("langfuse.observations").report.state == .ok)
        stage.clock.advance(by: .hours(2))
        let quiet = try await stage.count("langfuse.observations")
        #expect(quiet.rows == FaultStage.observations && quiet.report.state == .noData)
        #expect(quiet.report.message?.contains("no new row since 2026-11-24T14:15:00Z") == true)
        #expect(quiet.report.asOf == FaultStage.start, "rows may be on their way")
    }

    @Test(
        "paging that repeats or never ends is stopped after a few calls and reported; stored rows stay (row 11)",
        arguments: [SandboxWorld.Fault.cursorLoop, .endlessPages],
        [
            (SandboxWorld.Provider.langfuse, "langfuse.observations", FaultStage.observations),
            (.sentry, "sentry.issues", 3), (.github, "github.commits", 3), (.pagerduty, "pagerduty.incidents", 3),
            (.linear, "linear.issues", 3),
        ])
    func endlessPaging(
        fault: SandboxWorld.Fault, list: (provider: SandboxWorld.Provider, table: String, rows: Int)
    ) async throws {
        let stage = try FaultStage()
        #expect(try await stage.count(list.table).rows == list.rows)
        stage.clock.advance(by: .minutes(2))
        // Only issues that have changed are listed again: all of them have.
        stage.world.change { state in
            let changed = stage.clock.now - .minutes(1)
            for position in state.issues.indices { state.issues[position].lastSeen = changed }
            for position in state.linear.issues.indices { state.linear.issues[position].updated = changed }
        }
        stage.world.forgetCalls()
        stage.world.fail(list.provider, fault, times: 10_000)
        let looped = try await stage.count(list.table)
        #expect(looped.rows == list.rows)
        #expect(looped.report.state == .partial && looped.report.asOf == FaultStage.start)
        #expect(looped.report.message?.contains("circle") == true, "\(looped.report.message ?? "")")
        #expect(stage.calls(to: list.provider) <= 4, "\(stage.calls(to: list.provider))")
        stage.world.heal()
        stage.clock.advance(by: .minutes(1))
        let healed = try await stage.count(list.table)
        #expect(healed.rows == list.rows && healed.report.state == .ok)
    }

    @Test("endless empty pages are followed for a limited time (row 11)")
    func endlessEmptyPages() async throws {
        let stage = try FaultStage()
        _ = try await stage.count("linear.issues")
        stage.clock.advance(by: .hours(3))
        stage.world.forgetCalls()
        stage.world.fail(.linear, .endlessPages, times: 10_000)
        let looped = try await stage.count("linear.issues")
        #expect(
            looped.rows == 3 && looped.report.state == .partial && looped.report.asOf == FaultStage.start, "\(looped)")
        #expect(stage.calls(to: .linear) == 50)
    }

    @Test("endless new pages end at the row limit of the table, and the result is marked as truncated (row 11)")
    func rowCap() async throws {
        let server = try WebServer(port: 0) { request in
            let page = request.queryValue("page").flatMap { Int($0) } ?? 1
            let rows = (0..<100).map { #"{"id":"t-\#(page)-\#($0)","timestamp":"2026-11-24T14:00:00.000Z"}"# }
            return .json(
                #"{"data":[\#(rows.joined(separator: ","))],"meta":{"page":\#(page),"totalPages":1000000}}"#)
        }
        let stage = try FaultStage(inputs: { _ in ["LANGFUSE_BASE_URL": "http://127.0.0.1:\(server.port)"] })
        let result = try await stage.engine.query("SELECT count(*), count(DISTINCT id) FROM langfuse.traces")
        #expect(result.rows.rows == [[5000, 5000]])
        #expect(result.isTruncated && result.isPartial && result.calls <= 100)
        server.stop()
    }

    @Test("a response of a gigabyte is refused while it streams, and memory stays limited (row 12)")
    func bomb() async throws {
        let stage = try FaultStage()
        _ = try await stage.count("sentry.issues")
        stage.clock.advance(by: .minutes(2))
        stage.world.forgetCalls()
        stage.world.fail(.sentry, .deflateBomb(bytes: 1 << 30), times: 100)
        let after = try await stage.count("sentry.issues")
        #expect(after.rows == 3 && after.report.state == .partial && after.report.asOf == FaultStage.start)
        #expect(after.report.message?.contains("larger than 33554432 bytes") == true)
        #expect(stage.calls(to: .sentry) == 1, "asking again would bring the same")
        if !BuiltProgram.isSanitized { try await expectBoundedMemory(stage) }
    }

    /// The program itself does the same with less memory than the body would need: 768 MiB of data.
    private func expectBoundedMemory(_ stage: FaultStage) async throws {
        let folder = TemporaryFolder()
        let paths = ["HOME": folder.path, "SENTINEL_DB": "\(folder.path)/sentinel.db"]
        let program = ChildProcess(
            "/bin/sh",
            arguments: [
                "-c", #"ulimit -d 786432 && exec "$0" "$@""#, BuiltProgram.sentinel, "sql",
                "SELECT count(*) FROM sentry.issues",
            ],
            environment: stage.sandbox.environment.merging(paths) { $1 })
        let done = try await program.run()
        #expect(String(decoding: done.output + done.errors, as: UTF8.self).contains("larger than 33554432 bytes"))
    }

    @Test("a body of four megabytes is cut to what the mirror keeps, and its row stays (row 12)")
    func hugeField() async throws {
        let stage = try FaultStage(prepare: { world in
            world.change { $0.observations[0].input = String(repeating: "x", count: 4 << 20) }
        })
        let result = try await stage.engine.query(
            "SELECT length(input), output FROM langfuse.observations WHERE trace_id = 'trace-o-0'")
        #expect(result.rows.rows == [[.integer(1 << 20), "answer"]])
        #expect(!result.isPartial)
    }

    /// ClickHouse writes its exception behind the rows once the answer has begun; newer servers frame it.
    @Test(
        "an exception behind rows under status 200 rejects the whole answer (row 13)",
        arguments: [
            "Code: 241. DB::Exception: Memory limit (total) exceeded. (MEMORY_LIMIT_EXCEEDED)\n",
            "\r\n__exception__\r\nabcdefghijklmnop\r\nCode: 241. DB::Exception: Memory limit (total) exceeded. "
                + "(MEMORY_LIMIT_EXCEEDED)\n92 abcdefghijklmnop\r\n__exception__\r\n",
        ])
    func exceptionBehindRows(tail: String) async throws {
        let asked = Lock(0)
        let server = try WebServer(port: 0) { _ in
            asked.withLock { $0 += 1 }
            return WebResponse(
                status: 200, headers: [.init("Content-Type", "application/x-ndjson")],
                body: Array(("[\"n\"]\n[\"UInt64\"]\n[1]\n[2]\n" + tail).utf8))
        }
        let address = "http://127.0.0.1:\(server.port)"
        let store = ClickHouseStore(
            client: HTTPClient(), inputs: { $0 == "CLICKHOUSE_URL" ? address : nil }, sleep: { _ in })
        let error = await #expect(throws: SourceError.self) { try await store.run(ClickHouseStatement("SELECT 1")) }
        #expect(error?.kind == .tooMuch && error?.reason.contains("code 241") == true, "\(error as Any)")
        #expect(asked.withLock { $0 } == 1)
        server.stop()
    }

    @Test("an exception in a header, or an answer that ends in a row, rejects the rows as well (row 13)")
    func exceptionInHeader() async throws {
        let isCut = Lock(false)
        let server = try WebServer(port: 0) { _ in
            let rows = "[\"n\"]\n[\"UInt64\"]\n[1]\n[2"
            if isCut.withLock({ $0 }) { return WebResponse(status: 200, body: Array(rows.utf8)) }
            return WebResponse(
                status: 200, headers: [.init("X-ClickHouse-Exception-Code", "159")], body: Array((rows + "]\n").utf8))
        }
        let address = "http://127.0.0.1:\(server.port)"
        let store = ClickHouseStore(
            client: HTTPClient(), inputs: { $0 == "CLICKHOUSE_URL" ? address : nil }, sleep: { _ in })
        let late = await #expect(throws: SourceError.self) { try await store.run(ClickHouseStatement("SELECT 1")) }
        #expect(late?.kind == .timedOut)
        isCut.withLock { $0 = true }
        let cut = await #expect(throws: SourceError.self) { try await store.run(ClickHouseStatement("SELECT 1")) }
        #expect(cut?.kind == .malformed)
        server.stop()
    }
}
