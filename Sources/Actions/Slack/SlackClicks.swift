package import Basics
import Crypto
import JSON
package import OnCallModel
package import WebServer

/// Reads the clicks on buttons in Slack: `POST /api/slack/actions`, signed by Slack over the raw body.
///
/// It fails closed: without the signing secret, or with a signature that is wrong or older than five minutes, a click is
/// rejected. A click becomes an intent, which the gate checks like any other, so a replay decides nothing twice.
package struct SlackClicks: Sendable {
    package static let path = "/api/slack/actions"

    package enum Reading: Hashable, Sendable {
        /// The intent, and who clicked: `U01ABC (slack)`.
        case asked(Intent, author: String)
        case refused(status: Int, sentence: String)
    }

    private let secret: [UInt8]
    private let clock: WallClock
    private static let maxAge = Span.minutes(5)

    package init(signingSecret: String, clock: WallClock) {
        secret = Array(signingSecret.utf8)
        self.clock = clock
    }

    package func read(_ request: WebRequest) -> Reading {
        guard request.method == "POST" else { return .refused(status: 405, sentence: "Use POST.") }
        guard !secret.isEmpty else {
            return .refused(status: 403, sentence: "SLACK_SIGNING_SECRET is not set; Slack button clicks are rejected.")
        }
        guard isSigned(request) else {
            return .refused(status: 401, sentence: "The signature is wrong or older than 5 minutes.")
        }
        guard let text = Self.payload(request.body), let payload = try? JSONDocument.parse(text),
            let action = payload["actions"]?[0], let name = action["action_id"]?.string,
            let user = payload["user"]?["id"]?.string, !user.isEmpty,
            let intent = Self.intent(name, value: action["value"]?.string ?? "")
        else { return .refused(status: 400, sentence: "The request is not a click on a Sentinel button.") }
        return .asked(intent, author: "\(user.prefix(40)) (slack)")
    }

    /// `v0=` and the HMAC of `v0:{timestamp}:{raw body}`, compared in constant time.
    private func isSigned(_ request: WebRequest) -> Bool {
        guard let stamp = request.header("x-slack-request-timestamp"), let seconds = Int64(stamp),
            abs(seconds) < 1 << 40,
            let signature = request.header("x-slack-signature")
        else { return false }
        let age = clock.now() - Instant(milliseconds: seconds * 1000)
        guard abs(age.milliseconds) <= Self.maxAge.milliseconds else { return false }
        let code = HMACSHA256.authenticationCode(for: Array("v0:\(stamp):".utf8) + request.body, key: secret)
        return isEqualInConstantTime(Array("v0=\(Hexadecimal.text(of: code))".utf8), Array(signature.utf8))
    }

    private static func intent(_ name: String, value: String) -> Intent? {
        if name.hasPrefix("sentinel_approve_") { return Int64(value).map { .approve(request: $0) } }
        if name.hasPrefix("sentinel_reject_") { return Int64(value).map { .reject(request: $0) } }
        if name.hasPrefix("sentinel_kill_loop_"), !value.isEmpty { return .killLoop(trace: value) }
        return nil
    }

    /// The field `payload` of the form, decoded.
    private static func payload(_ body: [UInt8]) -> [UInt8]? {
        let fields = body.split(separator: UInt8(ascii: "&"))
        let prefix = Array("payload=".utf8)
        guard let field = fields.first(where: { $0.starts(with: prefix) }) else { return nil }
        let text = String(decoding: field.dropFirst(prefix.count), as: UTF8.self).replacing("+", with: " ")
        return PercentEncoding.decode(text).map { Array($0.utf8) }
    }
}
