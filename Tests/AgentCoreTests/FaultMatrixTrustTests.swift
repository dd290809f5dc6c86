import Actions
import AgentCore
import Basics
import HTTPClient
import IncidentStore
import OnCallModel
import Sandbox
import SourceEngine
import Testing
import WebServer

@Suite("Fault matrix: trust")
struct FaultMatrixTrustTests {
    @Test(
        "a token that is revoked marks its source down, leaves its rows, and is not tried again and again (row 10)",
        arguments: [SandboxWorld.Fault.status(401), .status(403)])
    func revoked(fault: SandboxWorld.Fault) async throws {
        let stage = try FaultStage()
        _ = try await (stage.count("langfuse.observations"), stage.count("github.commits"))
        stage.world.fail(.langfuse, fault, times: 10_000)
        stage.world.forgetCalls()
        // Every 16 seconds for more than a quarter of an hour.
        for _ in 0..<60 {
            stage.clock.advance(by: .seconds(16))
            #expect(try await stage.count("langfuse.observations").rows == FaultStage.observations)
        }
        #expect((3...6).contains(stage.calls(to: .langfuse)), "\(stage.calls(to: .langfuse))")
        let report = try await stage.count("langfuse.observations").report
        #expect(report.state == .refused && report.asOf == FaultStage.start)
        #expect(report.message?.contains("LANGFUSE_SECRET_KEY") == true)
        #expect(report.message?.contains("Rows up to 2026-11-24T14:20:00Z are stored") == true)
        #expect(try await stage.count("github.commits").report.state == .ok)
        stage.world.heal()
        stage.clock.advance(by: .minutes(5))
        #expect(try await stage.count("langfuse.observations").report.state == .ok)
    }

    @Test("a scan with a revoked token says so, judges nothing by old rows, and resolves no incident (row 10)")
    func scanWithRevokedToken() async throws {
        let stage = try Stage()
        let before = try await stage.scan(carryingOutActs: false)
        stage.world.fail(.langfuse, .status(401), times: 10_000)
        stage.advance(by: .hours(2))
        let after = try await stage.scan(carryingOutActs: false)
        let source = try #require(after.sources.first { $0.name == "langfuse" })
        #expect(
            source.state == .refused && source.asOf == Stage.start && source.message.contains("LANGFUSE_SECRET_KEY"))
        #expect(after.sources.first { $0.name == "github" }?.state == .ok)
        #expect(after.isPartial && after.detectors.allSatisfy { $0.state != .ok })
        let incidents = try await stage.read(.incidents(limit: 10))
        #expect(incidents.count == before.incidents.count && incidents.allSatisfy { $0.state != .resolved })
    }

    @Test(
        "a trace whose source cannot be read does not count as stopped (rows 1, 2 and 10)",
        arguments: [SandboxWorld.Fault.rateLimited(seconds: 3000), .status(503), .status(401)])
    func unreadableTrace(fault: SandboxWorld.Fault) async throws {
        let stage = try FaultStage(waits: fault == .rateLimited(seconds: 3000) ? .untilMoved : .movesTheClock)
        let probe = TraceProbe(engine: stage.engine, clock: stage.clock.clock)
        #expect(try await probe.progress(of: ["trace-o-3"])["trace-o-3"]?.generations == 1)
        stage.clock.advance(by: .minutes(1))
        stage.world.fail(.langfuse, fault, times: 100)
        await #expect(throws: (any Error).self) {
            _ = try await probe.progress(of: ["trace-o-3"])
        }
        stage.world.heal()
        stage.clock.advance(by: .hours(1))
    }

    // MARK: TLS

    @Test(
        "a certificate of an unknown authority is refused, and nothing is sent (row 15)",
        .enabled(if: TLSServer.program != nil))
    func selfSigned() async throws {
        let server = try await TLSServer(days: 2)
        let address = "https://localhost:\(server.port)"
        let refused = await Self.refusal(address, trusting: nil)
        #expect(refused?.kind == .tls && refused?.requestMayHaveArrived == false, "\(refused as Any)")
        let stage = try FaultStage(inputs: { _ in ["SENTRY_BASE_URL": address] })
        let error = await #expect(throws: QueryError.self) { try await stage.count("sentry.issues") }
        #expect(error?.sentence.contains("has no trusted certificate") == true)
        #expect(error?.remedy.contains("SENTRY_BASE_URL") == true)
        let report = await stage.report(of: "sentry")
        #expect(report?.state == .down && report?.calls == 1, "asking again would not change the certificate")
    }

    @Test(
        "an authority is trusted by the path of its certificate, only for its own host and time (row 15)",
        .enabled(if: TLSServer.program != nil))
    func authorities() async throws {
        let server = try await TLSServer(days: 2)
        let trusting = HTTPClient(certificateFile: server.certificate)
        let answer = try await trusting.send(HTTPRequest(.get, "https://localhost:\(server.port)/"))
        #expect(answer.status == 200)
        let otherHost = await Self.refusal("https://127.0.0.1:\(server.port)", trusting: server.certificate)
        #expect(otherHost?.kind == .tls, "the certificate is for localhost")
        let missing = await Self.refusal("https://localhost:\(server.port)", trusting: "/nonexistent.pem")
        #expect(missing?.kind == .tls, "a file that is not there trusts nobody")
        let expired = try await TLSServer(days: -1)
        let late = await Self.refusal("https://localhost:\(expired.port)", trusting: expired.certificate)
        #expect(late?.kind == .tls && late?.message.contains("expired") == true, "\(late as Any)")
    }

    private static func refusal(_ address: String, trusting certificate: String?) async -> HTTPError? {
        await #expect(throws: HTTPError.self) {
            try await HTTPClient(certificateFile: certificate).send(HTTPRequest(.get, address))
        }
    }

    // MARK: addresses

    /// `PORT` is another server on this machine.
    @Test(
        "a redirect to another origin is refused, and nothing is sent there (row 16)",
        arguments: [
            "http://127.0.0.1:PORT/steal", "//127.0.0.1:PORT/steal", "http://localhost:PORT/steal",
            "http://api.example.com@127.0.0.1:PORT/", "https://127.0.0.1:PORT/",
            "http://169.254.169.254/latest/meta-data",
            "file:///etc/passwd", "gopher://127.0.0.1:PORT/",
        ])
    func redirect(target: String) async throws {
        let other = try Ear()
        let stage = try FaultStage()
        _ = try await (stage.count("sentry.issues"), stage.count("linear.issues"))
        stage.clock.advance(by: .minutes(2))
        stage.world.forgetCalls()
        let address = target.replacing("PORT", with: String(other.port))
        for provider in [SandboxWorld.Provider.sentry, .linear] {
            stage.world.fail(provider, .redirect(address), times: 10)
            let (rows, report) = try await stage.count("\(provider.rawValue).issues")
            #expect(rows == 3 && report.state == .partial)
            let message = report.message ?? ""
            #expect(message.contains("would receive the key") || message.contains("not an http(s) URL"), "\(message)")
            #expect(stage.calls(to: provider) == 1)
        }
        #expect(other.heard.isEmpty)
    }

    @Test("a next link to another origin is refused, and nothing is sent there (row 16)")
    func nextLink() async throws {
        let other = try Ear()
        let provider = try WebServer(port: 0) { _ in
            .json(
                "[]",
                headers: [
                    .init(
                        "Link",
                        "<http://127.0.0.1:\(other.port)/api/0/?cursor=1>; rel=\"next\"; results=\"true\"; cursor=\"1\""
                    )
                ])
        }
        let stage = try FaultStage(inputs: { _ in ["SENTRY_BASE_URL": "http://127.0.0.1:\(provider.port)"] })
        let error = await #expect(throws: QueryError.self) { try await stage.count("sentry.issues") }
        #expect(error?.sentence.contains("would receive the key") == true)
        #expect(other.heard.isEmpty)
        provider.stop()
    }

    @Test(
        "a base address is http or https, and never where a cloud machine keeps its credentials (row 16)",
        arguments: [
            ("file:///etc/passwd", "not an http(s) URL"), ("gopher://127.0.0.1:70", "not an http(s) URL"),
            ("http://169.254.169.254", "link-local"), ("http://2852039166", "link-local"),
            ("http://[::ffff:169.254.169.254]", "link-local"), ("http://[fd00:ec2::254]", "link-local"),
        ])
    func baseAddress(address: String, words: String) async throws {
        let stage = try FaultStage(inputs: { _ in ["SENTRY_BASE_URL": address] })
        let error = await #expect(throws: QueryError.self) { try await stage.count("sentry.issues") }
        #expect(error?.kind == .notConfigured && error?.sentence.contains(words) == true, "\(error as Any)")
        #expect(error?.description.contains("SENTRY_BASE_URL") == true)
        #expect(stage.calls(to: .sentry) == 0)
        #expect(try await stage.count("github.commits").report.state == .ok)
    }
}

/// A server that is never to be spoken to.
private final class Ear: Sendable {
    private let requests: Lock<[String]>
    private let server: WebServer

    var port: UInt16 { server.port }
    var heard: [String] { requests.withLock { $0 } }

    init() throws {
        let requests = Lock<[String]>([])
        self.requests = requests
        server = try WebServer(port: 0) { request in
            requests.withLock { $0.append(request.path) }
            return .json("[]")
        }
    }

    deinit { server.stop() }
}
