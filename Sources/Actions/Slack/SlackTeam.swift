package import Basics
package import HTTPClient
import JSON

/// The workspace that the bot token belongs to, asked of Slack once. A click waits for it, and Slack waits three seconds for a click.
package final class SlackTeam: Sendable {
    let api: SlackAPI
    let clock: WallClock
    /// What Slack said of people, and when.
    let members = Lock<[String: (SlackMembership, Instant)]>([:])
    private let known = Lock<String?>(nil)

    package init(access: ProviderAccess, http: HTTPClient, clock: WallClock) {
        self.clock = clock
        let text = OutgoingText(redaction: access.redaction)
        api = SlackAPI(access: access.slack, calls: ProviderCalls(http: http, clock: clock, text: text))
    }

    /// Its id; nil without a token, or while Slack does not answer.
    package func id() async -> String? {
        if let id = known.withLock({ $0 }) { return id }
        guard api.missing == nil else { return nil }
        var request = api.request("auth.test", [:])
        request.timeout = .seconds(2)
        guard let response = try? await api.calls.http.send(request) else { return nil }
        let id = api.calls.document(response)?["team_id"]?.string
        known.withLock { $0 = id }
        return id
    }

    /// Why messages cannot be posted with the bot's token, with what to do; nil if Slack accepts it.
    package func fault() async -> String? {
        do throws(ActFault) {
            _ = try await api.write("auth.test", [:], isRepeatable: true)
            return nil
        } catch {
            return error.reason
        }
    }
}
