package import Basics
import HTTPClient
import WebServer

/// The simulated providers, each a server on loopback, and the agents that misbehave.
package final class Sandbox: Sendable {
    package let world: SandboxWorld
    /// Addresses and keys under the names that Sentinel reads.
    package let environment: [String: String]
    package let agent: SandboxAgent
    package let slackSocket: SlackSocket
    private let servers: [SandboxWorld.Provider: WebServer]
    /// The server of the looping agent's signed webhook.
    private let webhook: WebServer
    private let running = Lock<Task<Void, Never>?>(nil)

    /// Serves a world. `habits` are those of the looping agent; without any, it does not loop.
    package init(world: SandboxWorld, agent habits: SandboxAgent.Habits = .idle) throws {
        self.world = world
        let agent = SandboxAgent(habits, world: world, http: HTTPClient())
        self.agent = agent
        var servers: [SandboxWorld.Provider: WebServer] = [:]
        slackSocket = try SlackSocket()
        for (provider, answer) in Self.answers(world, slackSocket) {
            servers[provider] = try WebServer(port: 0) { request in await world.serve(provider, request, answer) }
        }
        self.servers = servers
        webhook = try WebServer(port: 0) { request in agent.respond(request) }
        environment = Self.environment { "http://127.0.0.1:\(servers[$0]?.port ?? 0)" }
    }

    /// The sources that have a simulated provider. The others must not be read against the sandbox: they would call their
    /// real provider.
    package static let sources = Set(
        SandboxWorld.Provider.allCases.filter { $0 != .model && $0 != .gateway }.map(\.rawValue))

    private static func answers(
        _ world: SandboxWorld, _ socket: SlackSocket
    ) -> [SandboxWorld.Provider: @Sendable (WebRequest) -> WebResponse] {
        [
            .langfuse: LangfuseProvider(world: world).respond, .sentry: SentryProvider(world: world).respond,
            .github: GitHubProvider(world: world).respond, .slack: SlackProvider(world: world, socket: socket).respond,
            .model: ModelProvider().respond, .pagerduty: PagerDutyProvider(world: world).respond,
            .datadog: DatadogProvider(world: world).respond, .linear: LinearProvider(world: world).respond,
            .gateway: GatewayProvider(world: world).respond,
        ]
    }

    /// The providers with the demo's data. A stubborn agent ignores its kill flag; only its blocked key stops it.
    package static func demo(
        clock: WallClock, isStubborn: Bool = false
    ) throws -> (sandbox: Sandbox, truth: DemoScenario.Truth) {
        var scenario = DemoScenario(now: clock.now())
        scenario.agent.isStubborn = isStubborn
        let world = SandboxWorld(clock: clock)
        scenario.populate(world)
        return (try Sandbox(world: world, agent: scenario.agent), scenario.truth)
    }

    private static func environment(_ address: (SandboxWorld.Provider) -> String) -> [String: String] {
        [
            "LANGFUSE_BASE_URL": address(.langfuse), "LANGFUSE_PUBLIC_KEY": LangfuseProvider.publicKey,
            "LANGFUSE_SECRET_KEY": LangfuseProvider.secretKey, "SENTRY_BASE_URL": address(.sentry),
            "SENTRY_TOKEN": SentryProvider.token, "SENTRY_ORG": SentryProvider.organisation,
            "GITHUB_BASE_URL": address(.github), "GITHUB_TOKEN": GitHubProvider.token,
            "GITHUB_OWNER": GitHubProvider.owner, "GITHUB_REPO": GitHubProvider.repository,
            "SLACK_BASE_URL": address(.slack), "SLACK_TOKEN": SlackProvider.token,
            "SLACK_BOT_TOKEN": SlackProvider.token, "SLACK_INCIDENTS_CHANNEL": SlackProvider.channel,
            "PAGERDUTY_BASE_URL": address(.pagerduty), "PAGERDUTY_TOKEN": PagerDutyProvider.token,
            "DD_BASE_URL": address(.datadog), "DD_API_KEY": DatadogProvider.apiKey,
            "DD_APPLICATION_KEY": DatadogProvider.applicationKey,
            "LINEAR_BASE_URL": address(.linear) + LinearProvider.path, "LINEAR_API_KEY": LinearProvider.key,
            "LITELLM_BASE_URL": address(.gateway), "LITELLM_ADMIN_KEY": GatewayProvider.adminKey,
            "LAUNCHDARKLY_BASE_URL": address(.gateway), "LAUNCHDARKLY_API_KEY": GatewayProvider.launchDarklyKey,
            "PAGERDUTY_EVENTS_BASE_URL": address(.pagerduty), "PAGERDUTY_ROUTING_KEY": PagerDutyProvider.routingKey,
        ]
    }

    /// The language model that repeats the facts, for trials of the narrator; without it Sentinel writes by itself.
    package var languageModel: [String: String] {
        [
            "GROQ_BASE_URL": "http://127.0.0.1:\(servers[.model]?.port ?? 0)/v1", "GROQ_API_KEY": ModelProvider.key,
            "GROQ_MODEL": ModelProvider.name,
        ]
    }

    /// The token of Slack's socket, through which clicks arrive.
    package var slackApp: [String: String] { ["SLACK_APP_TOKEN": SlackSocket.appToken] }

    /// The address and secret of the signed webhook, for trials of that executor.
    package var killWebhook: [String: String] {
        ["AGENT_KILL_URL": "http://127.0.0.1:\(webhook.port)/kill", "AGENT_KILL_SECRET": SandboxAgent.killSecret]
    }

    /// Lets the looping agent go. It asks `killURL`, Sentinel's kill flag, before each step.
    package func startAgent(killURL: String) {
        let agent = agent
        running.withLock { running in
            guard running == nil else { return }
            running = Task { await agent.run(killURL: killURL) }
        }
    }

    package func stop() {
        running.withLock { $0?.cancel() }
        for server in servers.values { server.stop() }
        webhook.stop()
        slackSocket.stop()
    }
}
