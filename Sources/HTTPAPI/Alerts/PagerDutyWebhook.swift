import Basics
import Crypto
import OnCallModel
import WebServer

/// PagerDuty's webhooks v3: https://developer.pagerduty.com/docs/db0fa8c8984fc-overview
enum PagerDutyWebhook {
    static let header = "x-pagerduty-signature"
    /// PagerDuty sends one for each of the last secrets.
    private static let maxSignatures = 16

    /// Whether one of the signatures is the HMAC of the raw body with the secret: `v1=` and hexadecimal digits. Compared in
    /// constant time.
    static func isSigned(_ request: WebRequest, secret: String?) -> Bool {
        guard let secret, !secret.isEmpty, let given = request.header(header) else { return false }
        let code = HMACSHA256.authenticationCode(for: request.body, key: Array(secret.utf8))
        let valid = Array("v1=\(Hexadecimal.text(of: code))".utf8)
        return given.split(separator: ",").prefix(maxSignatures).reduce(false) { found, signature in
            isEqualInConstantTime(Array(String(signature).trimmed.utf8), valid) || found
        }
    }

    /// Events that are not about an incident, such as the ping of a new subscription, are ignored.
    static func alerts(in body: JSONValue) throws(APIRefusal) -> FoundAlerts {
        guard let event = body["event"], let type = event["event_type"]?.string,
            let reportedAt = event["occurred_at"]?.string.flatMap({ Instant(iso8601: $0) })
        else { throw .badRequest("The body is not a webhook of PagerDuty: `event` has no type or time.") }
        guard type.hasPrefix("incident."), let data = event["data"], data["type"]?.string == "incident",
            let key = data["id"]?.string, !key.isEmpty, let title = data["title"]?.string
        else { return FoundAlerts(ignored: 1) }
        // Sentinel's own alert is no news.
        if data["incident_key"]?.string?.hasPrefix("sentinel-") == true { return FoundAlerts(ignored: 1) }
        let startsAt = data["created_at"]?.string.flatMap { Instant(iso8601: $0) } ?? reportedAt
        let isOver = type == "incident.resolved" || data["status"]?.string == "resolved"
        let labels = [
            ("service", data["service"]?["summary"]?.string), ("urgency", data["urgency"]?.string),
            ("priority", data["priority"]?["summary"]?.string), ("status", data["status"]?.string),
        ].compactMap { name, value in value.map { OutsideAlert.Label(name, $0) } }
        let alert = OutsideAlert(
            source: .pagerduty, key: key, title: title, severity: data["urgency"]?.string == "low" ? .medium : .high,
            labels: labels, startsAt: startsAt, endsAt: isOver ? reportedAt : nil, reportedAt: reportedAt)
        return FoundAlerts(alerts: [alert])
    }
}
