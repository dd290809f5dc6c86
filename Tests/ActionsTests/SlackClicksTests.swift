import Basics
import Crypto
import HTTPClient
import JSON
import OnCallModel
import Testing

@testable import Actions
@testable import WebServer

@Suite("Slack clicks")
struct SlackClicksTests {
    private static let now = Instant(iso8601: "2026-11-24T03:00:00Z") ?? Instant(milliseconds: 0)
    private static let secret = "8f742231b10e8888abcd99yyyzzz85a5"
    private let clicks = SlackClicks(signingSecret: secret, clock: .fixed(now))

    private func request(
        _ action: String, value: String, at moment: Instant = now, secret: String = secret, clicked: String = "1.1",
        team: String = "T1", home: String = "T1"
    ) -> WebRequest {
        let payload = """
            {"type":"block_actions","team":{"id":"\(team)"},"user":{"id":"U01ABC","team_id":"\(home)"},
            "actions":[{"action_id":"\(action)","value":"\(value)","action_ts":"\(clicked)"}]}
            """
        let encoded = payload.utf8.map { "%" + Hexadecimal.text(of: [$0]) }.joined()
        let body = Array("payload=\(encoded)".utf8)
        let stamp = String(moment.milliseconds / 1000)
        let code = HMACSHA256.authenticationCode(for: Array("v0:\(stamp):".utf8) + body, key: Array(secret.utf8))
        return WebRequest(
            method: "POST", path: SlackClicks.path,
            headers: [
                .init("x-slack-request-timestamp", stamp),
                .init("x-slack-signature", "v0=" + Hexadecimal.text(of: code)),
            ], body: body)
    }

    private func status(_ clicks: SlackClicks, _ request: WebRequest) async -> Int? {
        if case .refused(let status, _) = await clicks.read(request) { status } else { nil }
    }

    private func intent(_ clicks: SlackClicks, _ request: WebRequest) async -> Intent? {
        guard case .accepted(let click) = await clicks.read(request) else { return nil }
        #expect(click.author == "U01ABC (slack)")
        return click.intent
    }

    @Test("each button becomes its intent, in the name of the person who pressed it")
    func buttons() async {
        #expect(await intent(clicks, request("sentinel_approve_12", value: "12")) == .approve(request: 12))
        let seen = Intent.approve(request: 13, seen: Fingerprint(stored: "0123456789abcdef"))
        #expect(await intent(clicks, request("sentinel_approve_13", value: "13 0123456789abcdef")) == seen)
        #expect(await intent(clicks, request("sentinel_reject_12", value: "12")) == .reject(request: 12))
        #expect(await intent(clicks, request("sentinel_kill_loop_t-1", value: "t-1")) == .killLoop(trace: "t-1"))
        let right = Intent.markCause(incident: 7, isRight: true)
        #expect(await intent(clicks, request("sentinel_cause_right_7", value: "7")) == right)
        let wrong = Intent.markCause(incident: 7, isRight: false)
        #expect(await intent(clicks, request("sentinel_cause_wrong_7", value: "7")) == wrong)
    }

    @Test("a wrong, old, missing or changed signature is refused, and so is every click without a secret")
    func refusals() async {
        #expect(await status(clicks, request("sentinel_approve_1", value: "1", secret: "another")) == 401)
        #expect(await status(clicks, request("sentinel_approve_1", value: "1", at: Self.now - .seconds(301))) == 401)
        var altered = request("sentinel_approve_1", value: "1")
        altered.body.append(UInt8(ascii: "x"))
        #expect(await status(clicks, altered) == 401)
        var unsigned = request("sentinel_approve_1", value: "1")
        unsigned.headers = []
        #expect(await status(clicks, unsigned) == 401)
        let closed = SlackClicks(signingSecret: "", clock: .fixed(Self.now))
        #expect(await status(closed, request("sentinel_approve_1", value: "1", secret: "")) == 403)
        #expect(await status(clicks, request("something_else", value: "1")) == 400)
        #expect(await status(clicks, request("sentinel_approve_x", value: "x")) == 400)
        let huge = String(repeating: "a", count: 300_000)
        #expect(await status(clicks, request("sentinel_kill_loop_a", value: huge)) == 400)
    }

    @Test(
        "a replayed click is refused, also later in its window; the same request sent again by Slack is answered (row 31)"
    )
    func replay() async {
        let clock = Lock(Self.now)
        let clicks = SlackClicks(signingSecret: Self.secret, clock: WallClock { clock.withLock { $0 } })
        let first = request("sentinel_kill_loop_t-1", value: "t-1", at: Self.now + .minutes(5))
        #expect(await intent(clicks, first) == .killLoop(trace: "t-1"))
        #expect(await status(clicks, first) == 401)
        clock.withLock { $0 = Self.now + .minutes(10) }
        #expect(await status(clicks, first) == 401)
        var again = first
        again.headers.append(.init("x-slack-retry-num", "1"))
        #expect(await clicks.read(again) == .repeated)
        // Slack may sign the retry anew: it is still the same click.
        let resigned = request("sentinel_kill_loop_t-1", value: "t-1", at: Self.now + .minutes(6))
        #expect(await clicks.read(resigned) == .repeated)
        let second = request("sentinel_kill_loop_t-1", value: "t-1", at: Self.now + .minutes(6), clicked: "2.2")
        #expect(await intent(clicks, second) == .killLoop(trace: "t-1"))
    }

    @Test("the example of Slack's documentation: its signature is right, and one letter more in the body is wrong")
    func vector() async {
        let clicks = SlackClicks(
            signingSecret: Self.secret, clock: .fixed(Instant(milliseconds: 1_531_420_618_000)))
        let body =
            "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
            + "&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
            + "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
            + "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
        func request(_ body: String) -> WebRequest {
            WebRequest(
                method: "POST", path: SlackClicks.path,
                headers: [
                    .init("x-slack-request-timestamp", "1531420618"),
                    .init(
                        "x-slack-signature", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"),
                ], body: Array(body.utf8))
        }
        // It is a slash command, and not a click.
        #expect(await status(clicks, request(body)) == 400)
        #expect(await status(clicks, request(body + "x")) == 401)
    }

    @Test("the place of a click is kept if it is a channel")
    func place() throws {
        func place(_ container: String) throws -> ClickPlace? {
            let payload = try JSONDocument.parse(
                Array(
                    """
                    {"type":"block_actions","user":{"id":"U1"},"container":\(container),
                    "actions":[{"action_id":"sentinel_reject_1","value":"1"}]}
                    """.utf8))
            return try #require(PressedButton(payload)).place
        }
        #expect(try place(#"{"channel_id":"C0INCIDENTS"}"#) == ClickPlace(channel: "C0INCIDENTS"))
        #expect(
            try place(#"{"channel_id":"C0INCIDENTS","thread_ts":"1.2"}"#)
                == ClickPlace(channel: "C0INCIDENTS", thread: "1.2"))
        #expect(try place(#"{"channel_id":"C0INCIDENTS","thread_ts":"1\n2"}"#)?.thread == nil)
        #expect(try place(##"{"channel_id":"#general"}"##) == nil)
        #expect(try place("{}") == nil)
    }

    @Test("a click that could not be stored may be sent again")
    func forgotten() async {
        let request = request("sentinel_approve_12", value: "12")
        guard case .accepted(let click) = await clicks.read(request) else { return #expect(Bool(false)) }
        clicks.forget(click)
        #expect(await intent(clicks, request) == .approve(request: 12))
    }

    @Test("one of a hundred equal clicks at once becomes an intent")
    func race() async {
        let request = request("sentinel_kill_loop_t-1", value: "t-1")
        let accepted = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<100 {
                group.addTask { [clicks] in if case .accepted = await clicks.read(request) { true } else { false } }
            }
            return await group.reduce(0) { $1 ? $0 + 1 : $0 }
        }
        #expect(accepted == 1)
    }

    @Test("a click in another workspace, or by a guest from one, is refused (row 30)")
    func workspace() async {
        let clicks = SlackClicks(signingSecret: Self.secret, clock: .fixed(Self.now)) { "T1" }
        #expect(await status(clicks, request("sentinel_approve_1", value: "1", team: "T0EVIL", home: "T0EVIL")) == 403)
        #expect(await status(clicks, request("sentinel_approve_1", value: "1", home: "T0EVIL")) == 403)
        #expect(await intent(clicks, request("sentinel_approve_1", value: "1")) == .approve(request: 1))
    }

    @Test("the bot token's workspace is asked of Slack once it answers, and then kept")
    func team() async throws {
        let slack = SlackWorkspace()
        slack.plan("auth.test", .json(["ok": false, "error": "ratelimited"], status: 429))
        slack.plan("auth.test", .json(["ok": true, "team_id": "T1"]))
        let access = ProviderAccess(environment: [
            "SLACK_BASE_URL": slack.provider.address, "SLACK_BOT_TOKEN": "xoxb-1",
        ])
        let team = SlackTeam(access: access, http: HTTPClient(), clock: .fixed(Self.now))
        #expect(await team.id() == nil)
        #expect(await team.id() == "T1")
        #expect(await team.id() == "T1")
        #expect(slack.provider.requests.map(\.path) == ["/api/auth.test", "/api/auth.test"])
        #expect(slack.provider.requests.first?.headers["authorization"] == "Bearer xoxb-1")
        let unknown = ProviderAccess(environment: ["SLACK_BASE_URL": slack.provider.address])
        #expect(await SlackTeam(access: unknown, http: HTTPClient(), clock: .fixed(Self.now)).id() == nil)
    }
}
