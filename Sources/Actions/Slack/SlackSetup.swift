package import Basics
package import HTTPClient

/// Checks what Sentinel needs of Slack: the token, its scopes, the channel, and how clicks arrive.
package struct SlackSetup: Sendable {
    package struct Finding: Hashable, Sendable {
        package enum State: String, Hashable, Sendable { case ok, missing, warn, refused }

        /// `token`, `scopes`, `channel`, `socket`, `signature`.
        package var part: String
        package var state: State
        /// What was found, and what to do if it is not ok.
        package var note: String
    }

    private let api: SlackAPI
    private let addresses: SocketAddresses
    private let hasSecret: Bool
    private var access: ProviderAccess.Slack { api.access }

    package init(access: ProviderAccess, http: HTTPClient, clock: WallClock, hasSigningSecret: Bool) {
        let calls = ProviderCalls(http: http, clock: clock, text: OutgoingText(redaction: access.redaction))
        api = SlackAPI(access: access.slack, calls: calls)
        addresses = SocketAddresses(access: access.slack, calls: calls)
        hasSecret = hasSigningSecret
    }

    /// One finding for each part; what cannot be checked without the token is left out.
    package func check() async -> [Finding] {
        var findings: [Finding] = []
        do throws(ActFault) {
            let (identity, scopes) = try await api.identity()
            findings.append(Finding(part: "token", state: .ok, note: identity))
            let (channel, isPrivate) = await channel()
            findings += [Self.judge(scopes, isPrivate: isPrivate), channel]
        } catch {
            findings.append(Finding(part: "token", state: api.missing == nil ? .refused : .missing, note: error.reason))
        }
        return findings + [await socket(), signature]
    }

    /// What the acts, the workspace's people and the investigation need.
    private static func judge(_ scopes: Set<String>?, isPrivate: Bool) -> Finding {
        guard let scopes else {
            return Finding(part: "scopes", state: .warn, note: "Slack did not list the token's scopes.")
        }
        let reading = isPrivate ? ["groups:history", "groups:read"] : ["channels:history", "channels:read"]
        let lacking = (["chat:write", "users:read"] + reading).filter { !scopes.contains($0) }.sorted()
        if lacking.isEmpty { return Finding(part: "scopes", state: .ok, note: "The token has the scopes it needs.") }
        let names = lacking.joined(separator: ", ")
        return Finding(
            part: "scopes", state: .refused, note: "The token lacks \(names). Add them to the app and install it again."
        )
    }

    private func channel() async -> (Finding, isPrivate: Bool) {
        let name = access.channel
        func finding(_ state: Finding.State, _ note: String) -> Finding {
            Finding(part: "channel", state: state, note: note)
        }
        do throws(ActFault) {
            let answer = try await api.read("conversations.info", ["channel": try await api.channelID()])
            let channel = answer["channel"] ?? .null
            let isPrivate = channel["is_private"]?.bool == true
            if channel["is_archived"]?.bool == true {
                return (
                    finding(.refused, "\(name) is archived. Set SLACK_INCIDENTS_CHANNEL to another channel."), isPrivate
                )
            }
            if channel["is_member"]?.bool != true {
                return (finding(.refused, "The app is not a member of \(name). Invite it with /invite."), isPrivate)
            }
            return (finding(.ok, "The app is a member of \(name)."), isPrivate)
        } catch {
            return (finding(.refused, error.reason), false)
        }
    }

    /// Asks for an address and checks it; nothing is connected.
    private func socket() async -> Finding {
        guard !access.appToken.isEmpty else {
            let note =
                hasSecret
                ? "SLACK_APP_TOKEN is not set: Slack must reach /api/slack/actions." : "SLACK_APP_TOKEN is not set."
            return Finding(part: "socket", state: .missing, note: note)
        }
        do throws(ActFault) {
            let address = try await addresses.next()
            return Finding(part: "socket", state: .ok, note: "Slack offers a connection to \(address.host).")
        } catch {
            return Finding(
                part: "socket", state: .refused, note: error.reason + (error.reason.hasSuffix(".") ? "" : "."))
        }
    }

    private var signature: Finding {
        if hasSecret {
            return Finding(part: "signature", state: .ok, note: "Posted clicks are checked by SLACK_SIGNING_SECRET.")
        }
        if !access.appToken.isEmpty {
            let note = "SLACK_SIGNING_SECRET is not set, and not needed: clicks arrive through the socket."
            return Finding(part: "signature", state: .ok, note: note)
        }
        let note =
            "Messages have no buttons: set SLACK_APP_TOKEN, or SLACK_SIGNING_SECRET where Slack can reach this machine."
        return Finding(part: "signature", state: .missing, note: note)
    }
}

extension SlackAPI {
    /// Who the bot token belongs to, as a sentence, and its scopes, which Slack lists in a header.
    func identity() async throws(ActFault) -> (sentence: String, scopes: Set<String>?) {
        if let missing { throw .failed(missing) }
        let response = try await calls.send(request("auth.test", [:]), to: "Slack", isRepeatable: true)
        let document = try accept(response, isRepeatable: true)
        let (user, team) = (
            document["user"]?.string ?? "", document["team"]?.string ?? document["team_id"]?.string ?? ""
        )
        let scopes = response.header("x-oauth-scopes").map { header in
            Set(header.split { $0 == "," || $0 == " " }.map(String.init))
        }
        return ("Slack accepts the token of \(calls.text.line("\(user) in \(team)", limit: 100)).", scopes)
    }
}
