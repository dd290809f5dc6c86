import Basics
import Crypto
import HTTPClient
import JSON
import TestSupport
import Testing

@testable import Sandbox

@Suite("The sandbox behaves as the providers do")
struct SandboxTests {
    private static let now = Instant(iso8601: "2026-11-24T14:20:00Z") ?? Instant(milliseconds: 0)
    private let http = HTTPClient()

    private func ask(_ url: String, _ headers: [HTTPRequest.Header]) async throws -> (HTTPResponse, JSONValue) {
        let response = try await http.send(HTTPRequest(.get, url, headers: headers))
        return (response, try JSONDocument.parse(response.body))
    }

    private func basic(_ sandbox: Sandbox) -> [HTTPRequest.Header] {
        // pk-lf-sandbox-0001:sk-lf-sandbox-0001
        [.init("Authorization", "Basic cGstbGYtc2FuZGJveC0wMDAxOnNrLWxmLXNhbmRib3gtMDAwMQ==")]
    }

    @Test("Langfuse's cursor gives each row of a window once, over short and empty pages")
    func langfusePages() async throws {
        let (sandbox, _) = try Sandbox.demo(clock: .fixed(Self.now))
        defer { sandbox.stop() }
        let root = "\(sandbox.environment["LANGFUSE_BASE_URL"] ?? "")/api/public/v2/observations"
        let (from, to) = (Self.now - .hours(6), Self.now - .hours(1))
        var ids: [String] = []
        var cursor: String?
        repeat {
            let tail = cursor.map { "&cursor=\($0)" } ?? ""
            let (_, page) = try await ask(
                "\(root)?limit=50&fromStartTime=\(from.iso8601)&toStartTime=\(to.iso8601)\(tail)", basic(sandbox))
            ids += page["data"]?.array?.compactMap { $0["id"]?.string } ?? []
            #expect(page["data"]?[0]?["costDetails"] == nil, "a group that was not asked for is absent")
            cursor = page["meta"]?["cursor"]?.string
        } while cursor != nil
        let expected = sandbox.world.read { $0.observations.filter { $0.start >= from && $0.start < to }.map(\.id) }
        #expect(ids.count == expected.count)
        #expect(Set(ids) == Set(expected))
    }

    @Test("a request without a key is rejected")
    func authorisation() async throws {
        let (sandbox, _) = try Sandbox.demo(clock: .fixed(Self.now))
        defer { sandbox.stop() }
        let environment = sandbox.environment
        let agent = HTTPRequest.Header("User-Agent", "test")
        let wrong = HTTPRequest.Header("Authorization", "Bearer nobody")
        for (name, path) in [
            ("LANGFUSE_BASE_URL", "/api/public/v2/observations"),
            ("SENTRY_BASE_URL", "/api/0/organizations/acme/issues/"),
            ("GITHUB_BASE_URL", "/repos/acme/assistant/commits"),
        ] {
            let (response, _) = try await ask((environment[name] ?? "") + path, [agent, wrong])
            #expect(response.status == 401, "\(name)")
        }
        let (slack, answer) = try await ask("\(environment["SLACK_BASE_URL"] ?? "")/api/auth.test", [wrong])
        #expect(slack.status == 200)
        #expect(answer["error"]?.string == "invalid_auth")
    }

    @Test("Sentry writes counts as text and always links to a next page")
    func sentry() async throws {
        let (sandbox, _) = try Sandbox.demo(clock: .fixed(Self.now))
        defer { sandbox.stop() }
        let url = "\(sandbox.environment["SENTRY_BASE_URL"] ?? "")/api/0/organizations/acme/issues/?query=&limit=1"
        let token = HTTPRequest.Header("Authorization", "Bearer \(sandbox.environment["SENTRY_TOKEN"] ?? "")")
        let (response, page) = try await ask(url, [token])
        #expect(page[0]?["count"]?.string == "148")
        #expect(response.header("link")?.contains("rel=\"next\"; results=\"true\"") == true)
        let (last, _) = try await ask(url + "&cursor=0:1:0", [token])
        #expect(last.header("link")?.contains("rel=\"next\"; results=\"false\"") == true)
    }

    @Test("only a signed call stops an agent")
    func webhook() async throws {
        let (sandbox, truth) = try Sandbox.demo(clock: .fixed(Self.now))
        defer { sandbox.stop() }
        let url = sandbox.killWebhook["AGENT_KILL_URL"] ?? ""
        let body = Array(
            #"{"trace_id":"\#(truth.loopTrace)","agent":"research-agent","reason":"r","approval_id":"1"}"#.utf8)
        let unsigned = try await http.send(HTTPRequest(.post, url, body: body))
        #expect(unsigned.status == 401)
        #expect(!sandbox.agent.wasTold)
        let code = HMACSHA256.authenticationCode(for: body, key: Array(SandboxAgent.killSecret.utf8))
        let header = HTTPRequest.Header("X-Sentinel-Signature", "sha256=" + Hexadecimal.text(of: code))
        let signed = try await http.send(HTTPRequest(.post, url, headers: [header], body: body))
        #expect(signed.status == 202)
        #expect(sandbox.agent.wasTold)
    }

    @Test("the same seed gives the same rows")
    func deterministic() {
        func story() -> [SandboxObservation] {
            let world = SandboxWorld(clock: .fixed(Self.now))
            DemoScenario(now: Self.now).populate(world)
            return world.read(\.observations)
        }
        #expect(story() == story())
        #expect(story().count > 5000)
    }
}
