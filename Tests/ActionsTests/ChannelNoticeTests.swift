import Basics
import Crypto
import Governance
import HTTPClient
import OnCallModel
import Testing

@testable import Actions

@Suite("Notices in channels")
struct ChannelNoticeTests {
    private let provider: LoopbackProvider
    private let status: Lock<Int>
    private let ran: Lock<[[String: String]]>

    init() {
        let status = Lock(202)
        provider = LoopbackProvider { _ in .answer(status.withLock { $0 }, "{}") }
        self.status = status
        ran = Lock([])
    }

    private func runner(_ variables: [String: String] = ["NIGHT_KEY": "canary-key"]) -> ActionRunner {
        ActionRunner(
            access: ProviderAccess(
                environment: ["PAGERDUTY_EVENTS_BASE_URL": provider.address], otherSecrets: Array(variables.values)),
            http: HTTPClient(), clock: .fixed(Scene.now), killing: Scene.noKilling, variable: { variables[$0] },
            run: { [ran] _, variables in
                ran.withLock { $0.append(variables) }
                return nil
            })
    }

    private func context(_ kind: NoticeChannel.Kind) -> ActContext {
        let row = NoticeChannel.with {
            ($0.name, $0.kind, $0.secret) = ("night", kind, "NIGHT_KEY")
            ($0.address, $0.command) = (provider.address + "/hook", ["/usr/bin/page"])
        }
        return ActContext(incident: Scene.incident(), attemptedAt: Scene.now, channels: [row])
    }

    private func notice(_ event: NoticeEvent) -> Action {
        .notify(incident: 7, channel: "night", event: event, text: "It burns \u{1B}[2J")
    }

    @Test("a webhook gets the notice with its key, signed over the body")
    func webhook() async throws {
        let permission = try Scene.permission(notice(.opened))
        let outcome = await runner().perform(permission, context: context(.webhook))
        #expect(outcome.reason == "done: Notified night.")
        let request = try #require(provider.requests.first)
        let code = HMACSHA256.authenticationCode(for: request.body, key: Array("canary-key".utf8))
        #expect(request.headers["x-sentinel-signature"] == "sha256=" + Hexadecimal.text(of: code))
        #expect(request.headers["idempotency-key"] == permission.key.text && request.path == "/hook")
        #expect(request.json["event"]?.string == "opened" && request.json["incident"]?.string == "7")
        #expect(!request.text.contains("\\u001b") && request.json["sentinel"]?.string?.isEmpty == false)
        // A lost outcome is sent again under the same key.
        _ = await runner().reconcile(permission, context: context(.webhook))
        #expect(provider.requests.count == 2 && provider.requests[1].headers == request.headers)
    }

    @Test(
        "PagerDuty gets one alert for an incident, whatever happens to it",
        arguments: [
            (NoticeEvent.opened, "trigger"), (.news, "trigger"), (.acknowledged, "acknowledge"), (.resolved, "resolve"),
        ])
    func pagerDuty(event: NoticeEvent, action: String) async throws {
        _ = await runner().perform(try Scene.permission(notice(event)), context: context(.pagerDuty))
        let document = try #require(provider.requests.first).json
        #expect(document["event_action"]?.string == action && document["dedup_key"]?.string == "sentinel-incident-7")
        #expect(document["routing_key"]?.string == "canary-key")
        #expect((document["payload"]?["severity"]?.string != nil) == (action == "trigger"))
    }

    @Test("a program gets the notice in its variables, and is not run again after a crash")
    func command() async throws {
        let permission = try Scene.permission(notice(.opened))
        #expect(await runner().perform(permission, context: context(.command)).reason.hasPrefix("done: "))
        #expect(ran.withLock { $0.first?["SENTINEL_TEXT"]?.hasPrefix("It burns") } == true)
        #expect(await runner().reconcile(permission, context: context(.command)).reason.hasPrefix("unknown: "))
        #expect(ran.withLock(\.count) == 1)
    }

    @Test("a dry run shows no key, and what is missing is a sentence")
    func dryRun() {
        let lines = runner().dryRun(notice(.opened), context: context(.pagerDuty))
        #expect(lines.count == 1 && lines[0].contains("/v2/enqueue") && !lines[0].contains("canary"))
        #expect(
            runner([:]).dryRun(notice(.opened), context: context(.webhook)) == [
                "The channel night is not configured: set NIGHT_KEY."
            ])
        #expect(
            runner().dryRun(notice(.opened), context: ActContext(attemptedAt: Scene.now)) == [
                "The setting channels has no channel night."
            ])
    }

    @Test(
        "what a channel refuses is a sentence that says what to do",
        arguments: [(401, "refused: ", "NIGHT_KEY"), (404, "refused: ", "settings"), (429, "retry: ", "wait")])
    func refused(answer: Int, state: String, hint: String) async throws {
        status.withLock { $0 = answer }
        let outcome = await runner().perform(try Scene.permission(notice(.opened)), context: context(.webhook))
        #expect(outcome.reason.hasPrefix(state) && outcome.reason.contains(hint))
    }
}
