import Basics
import Glibc
import HTTPClient
import Sandbox
import SourceEngine
import SourceFetch
import Testing

@Suite("Fault matrix: waiting")
struct FaultMatrixWaitingTests {
    @Test(
        "429 with Retry-After is waited out exactly while cached rows are served, and the report says how old they are (row 1)"
    )
    func retryAfter() async throws {
        let stage = try FaultStage(waits: .untilMoved)
        let before = try await stage.count("langfuse.observations")
        #expect(before.rows == FaultStage.observations && before.report.state == .ok)
        stage.clock.advance(by: .minutes(5))
        stage.world.change { $0.observations.append(FaultStage.observation("late", at: stage.clock.now - .minutes(1))) }
        stage.world.forgetCalls()
        stage.world.fail(.langfuse, .rateLimited(seconds: 600))
        // The silence outlasts the time of the statement, so it does not wait at all.
        let during = try await stage.count("langfuse.observations")
        #expect(during.rows == FaultStage.observations)
        #expect(during.report.state == .partial && during.report.asOf == FaultStage.start)
        let message = during.report.message ?? ""
        #expect(message.contains("requested a pause") && message.contains("2026-11-24T14:35:00Z"), "\(message)")
        #expect(message.contains("Rows up to 2026-11-24T14:20:00Z are stored"), "\(message)")
        #expect(stage.clock.spans == [.minutes(10)])
        stage.clock.advance(by: .seconds(599))
        _ = try await stage.count("langfuse.observations", limits: QueryLimits(time: .seconds(1)))
        #expect(stage.calls(to: .langfuse) == 1)
        #expect(await stage.report(of: "langfuse")?.state == .partial)
        stage.clock.advance(by: .seconds(1))
        let after = try await stage.count("langfuse.observations")
        #expect(after.rows == FaultStage.observations + 1 && after.report.state == .ok)
        #expect(after.report.asOf == stage.clock.now && after.report.message == nil)
        #expect((2...3).contains(stage.calls(to: .langfuse)), "the window of the first statement, and the newest rows")
    }

    @Test("429 with Retry-After before anything is stored is an error that says when, not zero rows (row 1)")
    func retryAfterAtFirst() async throws {
        let stage = try FaultStage(waits: .untilMoved)
        stage.world.fail(.langfuse, .rateLimited(seconds: 600))
        let error = await #expect(throws: QueryError.self) { try await stage.count("langfuse.observations") }
        #expect(error?.kind == .sourceFailed && error?.remedy.contains("in 600 s") == true, "\(error as Any)")
        #expect(await stage.report(of: "langfuse")?.message?.contains("requested a pause") == true)
        stage.clock.advance(by: .minutes(10))
        #expect(try await stage.count("langfuse.observations").rows == FaultStage.observations)
        #expect((10...11).contains(stage.calls(to: .langfuse)), "one that was refused, nine windows, the newest rows")
    }

    @Test(
        "429 without a header and 5xx back off with full jitter, then the source rests; the others go on (row 2)",
        arguments: [SandboxWorld.Fault.status(503), .rateLimitedSilently])
    func backOff(fault: SandboxWorld.Fault) async throws {
        let stage = try FaultStage(random: 0.5)
        _ = try await stage.count("sentry.issues")
        stage.world.fail(.sentry, fault, times: 1000)
        stage.clock.advance(by: .seconds(61))
        stage.world.forgetCalls()
        let failed = try await stage.count("sentry.issues")
        #expect(failed.rows == 3 && failed.report.state == .partial && failed.report.asOf == FaultStage.start)
        #expect(stage.clock.spans == [.milliseconds(250), .milliseconds(500), .seconds(1)])
        #expect(stage.calls(to: .sentry) == 4)
        for _ in 0..<40 {
            stage.clock.advance(by: .seconds(16))
            #expect(try await stage.count("sentry.issues").rows == 3)
        }
        // Twenty until it rests, then one each time that it is asked whether it is back: ever more seldom.
        #expect((21...25).contains(stage.calls(to: .sentry)), "\(stage.calls(to: .sentry))")
        let others = try await stage.count("github.commits")
        #expect(others.rows == 3 && others.report.state == .ok && stage.isCurrent(others.report))
        stage.world.heal()
        stage.clock.advance(by: .minutes(5))
        let healed = try await stage.count("sentry.issues")
        #expect(healed.rows == 3 && healed.report.state == .ok && stage.isCurrent(healed.report))
    }

    @Test("a page that times out is read again from its cursor, and no part of it is used (row 3)")
    func timeOutMidPage() async throws {
        let stage = try FaultStage(timeout: .seconds(5))
        #expect(try await stage.count("github.commits").rows == 3)
        stage.clock.advance(by: .hours(5))
        stage.world.change { state in
            let pushed = (0..<250).map { FaultStage.commit(1000 - $0, at: stage.clock.now - .minutes(Double($0 + 1))) }
            state.commits = pushed + state.commits
        }
        stage.world.forgetCalls()
        let onTime = SandboxWorld.Fault.slow(milliseconds: 0)
        for fault in [onTime] + Array(repeating: .status(504), count: 5) { stage.world.fail(.github, fault) }
        let during = try await stage.count("github.commits")
        #expect(during.rows == 3, "the first page came, and is not shown without the others")
        #expect(during.report.state == .partial && during.report.asOf == FaultStage.start)
        #expect(during.report.message?.contains("answered 504") == true)
        #expect(stage.calls(to: .github) == 6, "two pages, and one minute four times")
        stage.clock.advance(by: .minutes(1))
        stage.world.forgetCalls()
        for fault in [onTime, .slow(milliseconds: 60_000)] { stage.world.fail(.github, fault) }
        let after = try await stage.count("github.commits")
        #expect(after.rows == 253 && after.report.state == .ok && stage.isCurrent(after.report))
        #expect(stage.calls(to: .github) <= 14, "two pages, one minute, and longer windows while they are answered")
    }

    @Test(
        "a host that has no name or does not answer is a source that is down, after 10 s at most (row 14)",
        arguments: ["http://sentry.invalid", "http://127.99.0.1:9"])
    func unreachable(address: String) async throws {
        let stage = try FaultStage(inputs: { _ in ["SENTRY_BASE_URL": address] })
        let error = await #expect(throws: QueryError.self) { try await stage.count("sentry.issues") }
        #expect(error?.kind == .sourceFailed && error?.remedy.contains("SENTRY_BASE_URL") == true, "\(error as Any)")
        let report = await stage.report(of: "sentry")
        #expect(report?.state == .down && report?.asOf == nil)
        #expect(report?.message?.contains("is not reachable") == true)
        #expect(try await stage.count("github.commits").report.state == .ok)
    }

    @Test("a host that never answers a connection times out (row 14)")
    func blackHole() async throws {
        #expect(HTTPRequest(.get, "http://localhost").connectTimeout == .seconds(10))
        let hole = try BlackHole()
        let error = await #expect(throws: HTTPError.self) {
            try await HTTPClient().send(
                HTTPRequest(.get, "http://127.0.0.1:\(hole.port)", connectTimeout: .milliseconds(300)))
        }
        // The client's own measure, in one of its two wordings: "after 301 ms: Timeout was reached", "Connection timeout after
        // 300 ms". The test itself may be kept waiting by its neighbours.
        let words = error?.message.split { " :".contains($0) } ?? []
        let place = try #require(words.firstIndex(of: "ms"), "\(error as Any)")
        #expect((300..<10_000).contains(Int(words[place - 1]) ?? 0), "\(words)")
        #expect(error?.kind == .unreachable && error?.requestMayHaveArrived == false, "\(error as Any)")
    }

    @Test("if one of a host's addresses does not answer, the other is used (row 14)")
    func happyEyeballs() async throws {
        // `localhost` is ::1 and 127.0.0.1; the sandbox listens at the second alone.
        let stage = try FaultStage(inputs: { sandbox in
            [
                "SENTRY_BASE_URL": (sandbox.environment["SENTRY_BASE_URL"] ?? "").replacing(
                    "127.0.0.1", with: "localhost")
            ]
        })
        let answer = try await stage.count("sentry.issues")
        #expect(answer.rows == 3 && answer.report.state == .ok && answer.report.calls == 1)
    }
}

/// Listens and never takes a connection: its queue is full, so the kernel answers nobody.
private final class BlackHole {
    let port: UInt16
    private let sockets: [Int32]

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        var sockets = [listener]
        let isFull = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                guard bind(listener, generic, length) == 0, listen(listener, 0) == 0,
                    getsockname(listener, generic, &length) == 0
                else { return false }
                for _ in 0..<4 {
                    let waiting = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
                    sockets.append(waiting)
                    _ = connect(waiting, generic, length)
                }
                return true
            }
        }
        (port, self.sockets) = (UInt16(bigEndian: address.sin_port), sockets)
        try #require(isFull)
    }

    deinit { for socket in sockets { close(socket) } }
}
