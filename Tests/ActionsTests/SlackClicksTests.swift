import Basics
import Crypto
import OnCallModel
import Testing

@testable import Actions
@testable import WebServer

@Suite("Slack's clicks")
struct SlackClicksTests {
    private static let now = Instant(iso8601: "2026-11-24T03:00:00Z") ?? Instant(milliseconds: 0)
    private static let secret = "8f742231b10e8888abcd99yyyzzz85a5"
    private let clicks = SlackClicks(signingSecret: secret, clock: .fixed(now))

    private func request(
        _ action: String, value: String, at moment: Instant = now, secret: String = secret
    ) -> WebRequest {
        let payload =
            #"{"type":"block_actions","user":{"id":"U01ABC"},"actions":[{"action_id":"\#(action)","value":"\#(value)"}]}"#
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

    @Test("each button asks for what it says, in the name of who pressed it")
    func buttons() {
        let author = "U01ABC (slack)"
        #expect(
            clicks.read(request("sentinel_approve_12", value: "12")) == .asked(.approve(request: 12), author: author))
        #expect(clicks.read(request("sentinel_reject_12", value: "12")) == .asked(.reject(request: 12), author: author))
        #expect(
            clicks.read(request("sentinel_kill_loop_t-1", value: "t-1"))
                == .asked(.killLoop(trace: "t-1"), author: author))
    }

    @Test("a wrong, old, absent or altered signature is refused, and so is every click without a secret")
    func refusals() {
        func status(_ clicks: SlackClicks, _ request: WebRequest) -> Int? {
            if case .refused(let status, _) = clicks.read(request) { status } else { nil }
        }
        #expect(status(clicks, request("sentinel_approve_1", value: "1", secret: "another")) == 401)
        #expect(status(clicks, request("sentinel_approve_1", value: "1", at: Self.now - .seconds(301))) == 401)
        var altered = request("sentinel_approve_1", value: "1")
        altered.body.append(UInt8(ascii: "x"))
        #expect(status(clicks, altered) == 401)
        var unsigned = request("sentinel_approve_1", value: "1")
        unsigned.headers = []
        #expect(status(clicks, unsigned) == 401)
        let closed = SlackClicks(signingSecret: "", clock: .fixed(Self.now))
        #expect(status(closed, request("sentinel_approve_1", value: "1", secret: "")) == 403)
        #expect(status(clicks, request("something_else", value: "1")) == 400)
        #expect(status(clicks, request("sentinel_approve_x", value: "x")) == 400)
    }
}
