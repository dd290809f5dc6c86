package import Basics
import HTTPClient
import WebServer

/// The simulated providers, each a server on loopback, and the agents that misbehave.
package final class Sandbox: Sendable {
    package let world: SandboxWorld
    /// Addresses and keys under the names that Sentinel reads.
    package let environment: [String: String]
    package let agent: SandboxAgent
    private let servers: [WebServer]
    private let running = Lock<Task<Void, Never>?>(nil)

    /// Serves a world. `habits` are those of the looping agent.
    package init(world: SandboxWorld, agent habits: SandboxAgent.Habits) throws {
        self.world = world
        let agent = SandboxAgent(habits, world: world, http: HTTPClient())
        self.agent = agent
        let langfuse = LangfuseProvider(world: world)
        let sentry = SentryProvider(world: world)
        let gitHub = GitHubProvider(world: world)
        let slack = SlackProvider(world: world)
        let model = ModelProvider()
        func serve(
            _ provider: SandboxWorld.Provider, _ answer: @escaping @Sendable (WebRequest) -> WebResponse
        ) throws -> WebServer {
            try WebServer(port: 0) { request in world.serve(provider, request, answer) }
        }
        let servers = [
            try serve(.langfuse, langfuse.respond), try serve(.sentry, sentry.respond),
            try serve(.github, gitHub.respond), try serve(.slack, slack.respond), try serve(.model, model.respond),
            try WebServer(port: 0) { request in agent.respond(request) },
        ]
        self.servers = servers
        environment = Self.environment(ports: servers.map(\.port))
    }

    /// The demo's providers with its story.
    package static func demo(clock: WallClock) throws -> (sandbox: Sandbox, truth: DemoScenario.Truth) {
        let scenario = DemoScenario(now: clock.now())
        let world = SandboxWorld(clock: clock)
        scenario.populate(world)
        return (try Sandbox(world: world, agent: scenario.agent), scenario.truth)
    }

    private static func environment(ports: [UInt16]) -> [String: String] {
        func address(_ index: Int) -> String { "http://127.0.0.1:\(ports[index])" }
        return [
            "LANGFUSE_BASE_URL": address(0), "LANGFUSE_PUBLIC_KEY": LangfuseProvider.publicKey,
            "LANGFUSE_SECRET_KEY": LangfuseProvider.secretKey, "SENTRY_BASE_URL": address(1),
            "SENTRY_TOKEN": SentryProvider.token, "SENTRY_ORG": SentryProvider.organisation,
            "GITHUB_BASE_URL": address(2), "GITHUB_TOKEN": GitHubProvider.token, "GITHUB_OWNER": GitHubProvider.owner,
            "GITHUB_REPO": GitHubProvider.repository, "SLACK_BASE_URL": address(3), "SLACK_TOKEN": SlackProvider.token,
            "SLACK_BOT_TOKEN": SlackProvider.token, "SLACK_INCIDENTS_CHANNEL": SlackProvider.channel,
        ]
    }

    /// The language model that repeats the facts, for trials of the narrator; without it Sentinel writes by itself.
    package var languageModel: [String: String] {
        [
            "GROQ_BASE_URL": "http://127.0.0.1:\(servers[4].port)/v1", "GROQ_API_KEY": ModelProvider.key,
            "GROQ_MODEL": ModelProvider.name,
        ]
    }

    /// The address and secret of the signed webhook, for trials of that executor.
    package var killWebhook: [String: String] {
        ["AGENT_KILL_URL": "http://127.0.0.1:\(servers[5].port)/kill", "AGENT_KILL_SECRET": SandboxAgent.killSecret]
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
        for server in servers { server.stop() }
    }
}
