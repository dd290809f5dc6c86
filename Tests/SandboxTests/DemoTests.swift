import Basics
import HTTPClient
import JSON
import TestSupport
import Testing

@testable import Sandbox

@Suite("The demo at each provider")
struct DemoTests {
    private let sandbox: Sandbox
    private let truth: DemoScenario.Truth
    private let http = HTTPClient()

    init() throws {
        (sandbox, truth) = try Sandbox.demo(clock: .fixed(SandboxClient.now))
    }

    private func ask(
        _ base: String, _ path: String, _ headers: [HTTPRequest.Header], body: JSONValue? = nil
    ) async throws -> JSONValue {
        let response = try await http.send(
            HTTPRequest(
                body == nil ? .get : .post, variable(base) + path, headers: headers,
                body: body.map { Array($0.serialized.utf8) }))
        #expect(response.status == 200, "\(path): \(response.text)")
        return try JSONDocument.parse(response.body)
    }

    private func variable(_ name: String) -> String { sandbox.environment[name] ?? "" }

    private func datadog(_ path: String) async throws -> JSONValue {
        try await ask(
            "DD_BASE_URL", path,
            [
                .init("DD-API-KEY", variable("DD_API_KEY")),
                .init("DD-APPLICATION-KEY", variable("DD_APPLICATION_KEY")),
            ])
    }

    @Test("the monitor alerts, the page names the monitor, and the issue names the page")
    func chain() async throws {
        defer { sandbox.stop() }
        let monitors = try await datadog("/api/v1/monitor").array ?? []
        let alerting = try #require(monitors.first { $0["overall_state"]?.string == "Alert" })
        let token = HTTPRequest.Header("Authorization", "Token token=\(variable("PAGERDUTY_TOKEN"))")
        let open = try await ask("PAGERDUTY_BASE_URL", "/incidents?statuses[]=triggered", [token])
        let page = try #require(open["incidents"]?[0])
        #expect(open["incidents"]?.array?.count == 1)
        let alerts = try await ask("PAGERDUTY_BASE_URL", "/incidents/\(page["id"]?.string ?? "")/alerts", [token])
        #expect(alerts["alerts"]?[0]?["body"]?["details"]?["monitor_id"] == alerting["id"])
        let issues = try await ask(
            "LINEAR_BASE_URL", "", [.init("Authorization", variable("LINEAR_API_KEY"))],
            body: ["query": "{ issues(orderBy: updatedAt) { nodes { id } } }"])
        let address = try #require(page["html_url"]?.string)
        #expect(issues["data"]?["issues"]?["nodes"]?[0]?["description"]?.string?.contains(address) == true)
    }

    @Test("Datadog's cost of the spike is what Langfuse's observations add up to, and is over the threshold")
    func cost() async throws {
        defer { sandbox.stop() }
        let from = SandboxClient.now - .hours(1)
        let body = try await datadog(
            "/api/v1/query?from=\(from.milliseconds / 1000)&to=\(SandboxClient.now.milliseconds / 1000)"
                + "&query=sum:llm.cost.usd%7Bservice:\(truth.spikeFeature)%7D")
        let points = body["series"]?[0]?["pointlist"]?.array?.compactMap { $0[1]?.double } ?? []
        let planted = sandbox.world.read { state in
            state.observations.filter { $0.traceName == truth.spikeFeature && $0.start >= from }
        }
        #expect(abs(points.reduce(0, +) - planted.reduce(0) { $0 + $1.cost }) < 1e-6)
        #expect(points.reduce(0, +) > 2)
    }

    @Test("the culprit has a pull request and was deployed before the spike began")
    func delivery() async throws {
        defer { sandbox.stop() }
        let headers: [HTTPRequest.Header] = [
            .init("Authorization", "Bearer \(variable("GITHUB_TOKEN"))"), .init("User-Agent", "test"),
        ]
        let root = "/repos/acme/assistant"
        let pulls = try await ask("GITHUB_BASE_URL", "\(root)/commits/\(truth.culprit)/pulls", headers)
        #expect(pulls.array?.compactMap { $0["number"]?.int } == [412])
        let deployments = try await ask("GITHUB_BASE_URL", "\(root)/deployments?sha=\(truth.culprit)", headers)
        let deployed = try #require(deployments[0]?["updated_at"]?.string.flatMap { Instant(iso8601: $0) })
        let spike = try #require(
            sandbox.world.read { state in
                state.observations.first { $0.name == truth.spikeFeature && $0.outputTokens > 3000 }?.start
            })
        #expect(deployed < spike)
    }
}
