package import Basics
import Crypto
import JSON
package import OnCallModel
package import WebServer

/// Reads the clicks on buttons in Slack. They come signed over the raw body (`POST /api/slack/actions`) or through Slack's socket.
///
/// It fails closed: without the signing secret, or with a signature that is invalid or older than five minutes, a posted click is
/// rejected. A click counts once, whatever way it comes: what has the same signature or envelope, or is the same click sent
/// again, becomes no second intent.
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
        package var place: ClickPlace?
        fileprivate var marks: [String]
    }

    private let secret: [UInt8]
    private let clock: WallClock
    private let team: @Sendable () async -> String?
    /// The signatures, envelopes and clicks of the last minutes, with the time until which they are remembered.
    private let seen = Lock<[String: Instant]>([:])
    private static let maxAge = Span.minutes(5)

    /// `team` is the id of the workspace that the bot token belongs to; nil while it is unknown.
    package init(signingSecret: String, clock: WallClock, team: @escaping @Sendable () async -> String? = { nil }) {
        secret = Array(signingSecret.utf8)
        self.clock = clock
        self.team = team
    }

    /// Reads a posted click.
    package func read(_ request: WebRequest) async -> Reading {
        guard request.method == "POST" else { return .refused(status: 405, sentence: "Use POST.") }
        guard !secret.isEmpty else {
            return .refused(status: 403, sentence: "SLACK_SIGNING_SECRET is not set; Slack button clicks are rejected.")
        }
        guard let signature = validSignature(request) else {
            return .refused(status: 401, sentence: "The signature is invalid or older than 5 minutes.")
        }
        guard let text = Self.payload(request.body), let payload = try? JSONDocument.parse(text) else {
            return Self.noClick
        }
        let (reading, known) = await read(payload, mark: signature)
        if known == signature, request.header("x-slack-retry-num") == nil {
            return .refused(status: 401, sentence: "The request was received before.")
        }
        return reading
    }

    /// Reads a click of the socket. The connection, which only Slack has the address of, proves where it is from.
    func read(_ envelope: SocketEnvelope) async -> Reading {
        await read(envelope.payload, mark: "envelope \(envelope.id)").0
    }

    private static let noClick = Reading.refused(
        status: 400, sentence: "The request is not a click on a Sentinel button.")

    /// `mark` is the name of the message that brought the payload. Returns also which of its marks was known.
    private func read(_ payload: JSONValue, mark: String) async -> (Reading, known: String?) {
        guard let pressed = PressedButton(payload) else { return (Self.noClick, nil) }
        if !pressed.teams.isEmpty, let own = await team(), pressed.teams.contains(where: { $0 != own }) {
            return (.refused(status: 403, sentence: "The click comes from another Slack workspace."), nil)
        }
        let marks = [mark] + [pressed.mark].compactMap { $0 }
        if let known = firstSeen(marks) { return (.repeated, known) }
        let author = "\(pressed.user.prefix(40)) (slack)"
        return (.accepted(Click(intent: pressed.intent, author: author, place: pressed.place, marks: marks)), nil)
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

    /// The field `payload` of the form, decoded.
    private static func payload(_ body: [UInt8]) -> [UInt8]? {
        let fields = body.split(separator: UInt8(ascii: "&"))
        let prefix = Array("payload=".utf8)
        guard let field = fields.first(where: { $0.starts(with: prefix) }) else { return nil }
        let text = String(decoding: field.dropFirst(prefix.count), as: UTF8.self).replacing("+", with: " ")
        return PercentEncoding.decode(text).map { Array($0.utf8) }
    }
}
