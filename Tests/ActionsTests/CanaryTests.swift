import Actions
import Basics
import HTTPClient
import OnCallModel
import Testing

@Suite("Secrets are not sent")
struct CanaryTests {
    private static let canaries = [
        "ghp_CanaryCanaryCanary12", "xoxb-canary-canary-canary", "canary-kill-secret", "gsk_CanaryCanaryCanary",
        "canary-source-secret", "AKIACANARYCANARYCANA", "sk-lf-canary-canary-canary", "lin_api_canarycanary",
    ]

    @Test("Bodies, dry runs and outcomes contain no key and no text in the form of a key")
    func canaries() async throws {
        let provider = LoopbackProvider { request in
            request.path.hasSuffix("issues")
                ? .json(["number": 1, "html_url": "https://github.test/1"], status: 201)
                : .json(["ok": true, "channel": "C0INCIDENTS", "ts": "1.2"])
        }
        let environment = [
            "GITHUB_BASE_URL": provider.address, "GITHUB_TOKEN": Self.canaries[0], "GITHUB_OWNER": "acme",
            "GITHUB_TARGET_REPO": "acme/app", "SLACK_BASE_URL": provider.address, "SLACK_BOT_TOKEN": Self.canaries[1],
            "AGENT_KILL_URL": provider.address + "/kill", "AGENT_KILL_SECRET": Self.canaries[2],
            "GROQ_API_KEY": Self.canaries[3],
        ]
        let runner = ActionRunner(
            access: ProviderAccess(environment: environment, otherSecrets: [Self.canaries[4]]), http: HTTPClient(),
            clock: .fixed(Scene.now), killing: Scene.noKilling)
        // A zero-width space inside hides a secret from the eye and must not hide it from the net.
        let leak = Self.canaries.joined(separator: " ") + " xo\u{200B}xb-canary-canary-canary"
        let suspect = Suspect(sha: leak, title: leak, author: leak, score: 1, why: [leak])
        var loop = Scene.loop
        loop.repeatedStep = leak
        loop.agent = leak
        let incident = Scene.incident(
            headline: leak, subject: leak, report: leak, suspects: [suspect], gaps: [leak], sql: leak)
        let context = ActContext(
            incident: incident, loops: [loop], request: Scene.request(.killLoop(trace: Self.canaries[5], agent: leak)),
            message: MessageAddress(channel: "C0INCIDENTS", timestamp: "1.2"), attemptedAt: Scene.now)
        let actions: [Action] = [
            .postIncident(incident: 7), .updatePost(incident: 7, text: leak), .openIssue(incident: 7),
            .requestReview(incident: 7, commit: leak, author: leak),
        ]
        var texts: [String] = []
        for action in actions {
            let outcome = await runner.perform(try Scene.permission(action), context: context)
            #expect(outcome.reason.hasPrefix("done: "))
            texts.append(outcome.reason)
            texts += runner.dryRun(action, context: context)
        }
        texts += provider.requests.map(\.text)
        #expect(provider.requests.count == 4)
        for text in texts {
            for canary in Self.canaries { #expect(!text.contains(canary), "\(canary) leaked") }
        }
    }
}
