import Basics
import HTTPClient
import OnCallModel

/// Asks Slack for the addresses of Socket Mode (`apps.connections.open`). Each holds a ticket for one connection.
struct SocketAddresses: Sendable {
    let access: ProviderAccess.Slack
    let calls: ProviderCalls

    /// - Throws: a fault whose reason is a clause: "Slack refused (invalid_auth): set SLACK_APP_TOKEN …".
    func next() async throws(ActFault) -> WebSocketAddress {
        let request = HTTPRequest(
            .post, "\(access.baseURL)/apps.connections.open",
            headers: [
                .init("Authorization", "Bearer \(access.appToken)"),
                .init("Content-Type", "application/x-www-form-urlencoded"),
            ], body: [], timeout: .seconds(10), bodyLimit: 1 << 20)
        let response = try await calls.send(request, to: "Slack", isRepeatable: true)
        guard let document = calls.document(response), let isOK = document["ok"]?.bool else {
            let pause = response.status == 429 ? calls.retryAfter(response) ?? .seconds(30) : nil
            throw .retry("Slack returned \(response.status) and no address", after: pause)
        }
        guard isOK else {
            let code = calls.text.line(document["error"]?.string ?? "no reason given", limit: 80)
            throw .retry("Slack refused (\(code)): \(Self.remedy(code))", after: calls.retryAfter(response))
        }
        guard let address = document["url"]?.string.flatMap(WebSocketAddress.init), isAllowed(address) else {
            throw .failed("Slack returned an address that is not under slack.com")
        }
        return address
    }

    /// Any host under slack.com by TLS; with `SLACK_BASE_URL`, also its own host, and without TLS where that is this machine.
    func isAllowed(_ address: WebSocketAddress) -> Bool {
        if address.isSecure, address.host == "slack.com" || address.host.hasSuffix(".slack.com") { return true }
        guard access.baseURL.hasPrefix("http"), let own = WebSocketAddress("ws" + access.baseURL.dropFirst(4)) else {
            return false
        }
        return address.host == own.host && (address.isSecure || address.isLoopback)
    }

    private static func remedy(_ code: String) -> String {
        switch code {
        case "not_authed", "invalid_auth", "token_revoked", "token_expired", "account_inactive":
            "set SLACK_APP_TOKEN to a valid app-level token (xapp-…)"
        case "not_allowed_token_type": "SLACK_APP_TOKEN must be an app-level token (xapp-…)"
        case "missing_scope": "give the app-level token the scope connections:write"
        case "ratelimited", "rate_limited": "it asks to wait"
        default: "check that Socket Mode is turned on for the app"
        }
    }
}
