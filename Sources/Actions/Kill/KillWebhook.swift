import Basics
import Crypto
import HTTPClient
import OnCallModel

/// The signed webhook to an agent: `POST {"trace_id","agent","reason","approval_id"}` (contract).
///
/// Every retry has the same `Idempotency-Key`, so the receiver acts once.
struct KillWebhook: Sendable {
    let access: ProviderAccess.Agent
    let calls: ProviderCalls
    let sleep: @Sendable (Span) async throws -> Void

    static let attempts = 3

    var isConfigured: Bool { !access.killURL.isEmpty }

    /// What must be set, as a sentence; nil if it can be sent.
    var missing: String? {
        if !isConfigured { return "The kill webhook has no address: set url, or AGENT_KILL_URL." }
        return access.killSecret.isEmpty ? "Unsigned kills are not sent: set AGENT_KILL_SECRET." : nil
    }

    /// - Parameters:
    ///   - key: names this request.
    ///   - approval: names the act that it belongs to.
    func request(_ flag: KillFlags.Flag, key: String, approval: String) -> HTTPRequest {
        let document: JSONValue = [
            "trace_id": .string(flag.trace), "agent": .string(flag.agent), "reason": .string(flag.reason),
            "approval_id": .string(approval),
        ]
        let body = Array(document.serialized.utf8)
        let code = HMACSHA256.authenticationCode(for: body, key: Array(access.killSecret.utf8))
        return HTTPRequest(
            .post, access.killURL,
            headers: [
                .init("Content-Type", "application/json"),
                .init("Idempotency-Key", key),
                .init("X-Sentinel-Signature", "sha256=" + Hexadecimal.text(of: code)),
            ], body: body, timeout: .seconds(10), connectTimeout: .seconds(5), bodyLimit: 1 << 20)
    }

    /// Returns when the receiver accepted the kill.
    func send(_ flag: KillFlags.Flag, key: String, approval: String) async throws(ActFault) {
        guard !access.killSecret.isEmpty else {
            throw .failed("AGENT_KILL_URL is set without AGENT_KILL_SECRET: unsigned kills are not sent.")
        }
        let request = request(flag, key: key, approval: approval)
        var attempt = 1
        while true {
            do throws(ActFault) {
                return try accept(await calls.send(request, to: "The kill webhook", isRepeatable: true))
            } catch {
                guard case .retry(_, let retryAfter) = error.outcome, attempt < Self.attempts else { throw error }
                let pause = min(retryAfter ?? .milliseconds(250 << Int64(attempt - 1)), .seconds(10))
                do { try await sleep(pause) } catch {
                    throw .retry("Sentinel was stopped before the kill webhook answered.")
                }
                attempt += 1
            }
        }
    }

    private func accept(_ response: HTTPResponse) throws(ActFault) {
        switch response.status {
        case 200..<300: return
        case 408, 425, 429:
            throw .retry("The kill webhook answered \(response.status).", after: calls.retryAfter(response))
        case 401, 403:
            throw .failed(
                "The kill webhook refused the signature (\(response.status)): AGENT_KILL_SECRET must be the same on both sides."
            )
        case 300..<400:
            throw .failed("The kill webhook redirects (\(response.status)): set AGENT_KILL_URL to the final address.")
        default:
            throw .failed("The kill webhook answered \(response.status): check AGENT_KILL_URL and the agent's log.")
        }
    }
}
