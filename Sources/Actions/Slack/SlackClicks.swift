package import Basics
import Crypto
import JSON
package import OnCallModel
package import WebServer

/// Reads the clicks on buttons in Slack: `POST /api/slack/actions`, signed by Slack over the raw body.
///
/// It fails closed: without the signing secret, or with a signature that is invalid or older than five minutes, a click is
/// rejected. A click counts once: what has the same signature, or is the same click sent again, becomes no second intent.
package final class SlackClicks: Sendable {
    package static let path = "/api/slack/actions"

    package enum Reading: Hashable, Sendable {
        case accepted(Click)
        /// Slack sends a click again that it had no answer for. There is nothing more to do.
        case repeated
        case refused(status: Int, sentence: String)
    }

    package struct Click: Hashable, Sendable {
        package var intent: Intent
        /// Who clicked: `U01ABC (slack)`.
        package var author: String
        fileprivate var marks: [String]
    }

    private let secret: [UInt8]
    private let clock: WallClock
    private let team: @Sendable () async -> String?
    /// The signatures and clicks of the last minutes, with the time until which they are remembered.
    private let seen = Lock<[String: Instant]>([:])
    private static let maxAge = Span.minutes(5)
    /// Slack's limit for the value of a button.
    private static let maxValue = 2000

    /// `team` is the id of the workspace that the bot token belongs to; nil while it is unknown.
    package init(signingSecret: String, clock: WallClock, team: @escaping @Sendable () async -> String? = { nil }) {
        secret = Array(signingSecret.utf8)
        self.clock = clock
        self.team = team
    }

    package func read(_ request: WebRequest) async -> Reading {
        guard request.method == "POST" else { return .refused(status: 405, sentence: "Use POST.") }
        guard !secret.isEmpty else {
            return .refused(status: 403, sentence: "SLACK_SIGNING_SECRET is not set; Slack button clicks are rejected.")
        }
        guard let signature = validSignature(request) else {
            return .refused(status: 401, sentence: "The signature is invalid or older than 5 minutes.")
        }
        guard let text = Self.payload(request.body), let payload = try? JSONDocument.parse(text),
            let action = payload["actions"]?[0], let name = action["action_id"]?.string,
            let user = payload["user"]?["id"]?.string, !user.isEmpty, let value = action["value"]?.string,
            value.utf8.count <= Self.maxValue, let intent = Self.intent(name, value: value)
        else { return .refused(status: 400, sentence: "The request is not a click on a Sentinel button.") }
        let teams = Self.teams(payload)
        if !teams.isEmpty, let own = await team(), teams.contains(where: { $0 != own }) {
            return .refused(status: 403, sentence: "The click comes from another Slack workspace.")
        }
        // A second click on the same button has a time of its own.
        let click = action["action_ts"]?.string.map { ["\(user) \($0) \(name)"] } ?? []
        let marks = [signature] + click
        switch firstSeen(marks) {
        case nil: return .accepted(Click(intent: intent, author: "\(user.prefix(40)) (slack)", marks: marks))
        case signature where request.header("x-slack-retry-num") == nil:
            return .refused(status: 401, sentence: "The request was received before.")
        default: return .repeated
        }
    }

    /// Forgets a click that could not be stored, so that it may be sent again.
    package func forget(_ click: Click) {
        seen.withLock { seen in for mark in click.marks { seen[mark] = nil } }
    }

    /// The first of the marks that is known. If none is, they are from now on.
    private func firstSeen(_ marks: [String]) -> String? {
        let now = clock.now()
        return seen.withLock { seen in
            seen = seen.filter { $0.value >= now }
            if let known = marks.first(where: { seen[$0] != nil }) { return known }
            // A signature may be dated up to five minutes ahead, and is valid for five more.
            for mark in marks { seen[mark] = now + Self.maxAge + Self.maxAge }
            return nil
        }
    }

    /// `v0=` and the HMAC of `v0:{timestamp}:{raw body}`, compared in constant time.
    private func validSignature(_ request: WebRequest) -> String? {
        guard let stamp = request.header("x-slack-request-timestamp"), let seconds = Int64(stamp),
            abs(seconds) < 1 << 40, let signature = request.header("x-slack-signature")
        else { return nil }
        let age = clock.now() - Instant(milliseconds: seconds * 1000)
        guard abs(age.milliseconds) <= Self.maxAge.milliseconds else { return nil }
        let code = HMACSHA256.authenticationCode(for: Array("v0:\(stamp):".utf8) + request.body, key: secret)
        let valid = "v0=\(Hexadecimal.text(of: code))"
        return isEqualInConstantTime(Array(valid.utf8), Array(signature.utf8)) ? valid : nil
    }

    /// The workspace of the app and that of the person, who may be a guest from another one.
    private static func teams(_ payload: JSONValue) -> [String] {
        [payload["team"]?["id"]?.string, payload["user"]?["team_id"]?.string].compactMap { $0 }
    }

    private static func intent(_ name: String, value: String) -> Intent? {
        if name.hasPrefix("sentinel_approve_") || name.hasPrefix("sentinel_kill_loops_") { return approval(value) }
        if name.hasPrefix("sentinel_reject_") { return Int64(value).map { .reject(request: $0) } }
        if name.hasPrefix("sentinel_kill_loop_"), !value.isEmpty { return .killLoop(trace: value) }
        return nil
    }

    /// The request's number, and the fingerprint of what the button showed: `12 0123456789abcdef`.
    private static func approval(_ value: String) -> Intent? {
        let parts = value.split(separator: " ")
        guard let id = parts.first.flatMap({ Int64($0) }), parts.count <= 2 else { return nil }
        return .approve(request: id, seen: parts.dropFirst().first.map { Fingerprint(stored: String($0)) })
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
