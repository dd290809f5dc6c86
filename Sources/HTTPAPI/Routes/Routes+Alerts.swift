import Basics
import IncidentStore
import OnCallModel
import WebServer

extension API {
    static let alerts: [Route] = [
        Route(
            method: .get, path: "/api/alerts", summary: "Alerts of other systems, the latest first",
            query: [.limit(50)], answer: .list(.outsideAlert),
            handler: .read { store, request in .array(try store.outsideAlerts(limit: request.limit(50)).map(\.json)) }),
        Route(
            method: .post, path: "/api/alerts",
            summary: "Take alerts of Alertmanager (webhook version 4) or PagerDuty (webhooks v3)",
            access: .tokenOrPagerDuty, body: .any("The webhook's body."),
            answer: .object(.of(["received": .integer, "ignored": .integer])),
            others: [400: "The body is neither of the two."],
            handler: .respond { api, request in try await api.take(request) }),
    ]

    /// More alerts in one request are ignored.
    static let maxAlerts = 100
    /// Alerts of one intent; the payload of an intent is limited.
    private static let portion = 8

    /// The agent stores them; a sender does not wait for it.
    private func take(_ request: APIRequest) async throws -> WebResponse {
        let (body, now) = (try request.body(), clock.now())
        let isPagerDuty = request.web.header(PagerDutyWebhook.header) != nil || body["event"] != nil
        let found =
            isPagerDuty
            ? try PagerDutyWebhook.alerts(in: body) : try AlertmanagerWebhook.alerts(in: body, at: now)
        let alerts = Array(found.alerts.prefix(Self.maxAlerts))
        let author = isPagerDuty ? "pagerduty (webhook)" : "alertmanager (webhook)"
        for start in stride(from: 0, to: alerts.count, by: Self.portion) {
            let part = Array(alerts[start..<min(start + Self.portion, alerts.count)])
            _ = try await inbox.append(.recordAlerts(part), author: author, at: now)
        }
        let ignored = found.ignored + found.alerts.count - alerts.count
        let answer: JSONValue = ["received": JSONValue(alerts.count), "ignored": JSONValue(ignored)]
        return .json(answer.serialized)
    }
}

/// The alerts of a webhook's body, and how many parts of it were none.
struct FoundAlerts: Hashable, Sendable {
    var alerts: [OutsideAlert] = []
    var ignored = 0
}
