import Basics
import OnCallModel

/// Alertmanager's webhook, version 4: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
enum AlertmanagerWebhook {
    static func alerts(in body: JSONValue, at now: Instant) throws(APIRefusal) -> FoundAlerts {
        guard let list = body["alerts"]?.array else {
            throw .badRequest(
                "The body is not a webhook of Alertmanager or PagerDuty: it has neither `alerts` nor `event`.")
        }
        guard body["version"]?.string == "4" else {
            throw .badRequest("The version of Alertmanager's webhook must be \"4\".")
        }
        let alerts = list.compactMap { alert($0, at: now) }
        return FoundAlerts(alerts: alerts, ignored: list.count - alerts.count)
    }

    /// Nil without a status, a start or something to know it by.
    private static func alert(_ json: JSONValue, at now: Instant) -> OutsideAlert? {
        guard let startsAt = json["startsAt"]?.string.flatMap({ Instant(iso8601: $0) }),
            let status = json["status"]?.string, ["firing", "resolved"].contains(status)
        else { return nil }
        let labels = (json["labels"]?.members ?? []).compactMap { member in
            member.value.string.map { OutsideAlert.Label(member.name, $0) }
        }
        func label(_ name: String) -> String? { labels.first { $0.name == name }?.value }
        let name = label("alertname") ?? json["annotations"]?["summary"]?.string ?? ""
        let known = json["fingerprint"]?.string ?? ""
        let key = known.isEmpty ? Fingerprint(labels: labels.flatMap { [$0.name, $0.value] }).text : known
        guard !name.isEmpty else { return nil }
        let summary = json["annotations"]?["summary"]?.string
        let title = summary.map { $0 == name ? name : "\(name) (\($0))" } ?? name
        // The end of an alert that fires is "0001-01-01T00:00:00Z", or the time at which it would end without news.
        let endsAt = status == "resolved" ? json["endsAt"]?.string.flatMap { Instant(iso8601: $0) } ?? now : nil
        return OutsideAlert(
            source: .alertmanager, key: key, title: title, severity: severity(label("severity")),
            labels: labels.filter { $0.name != "alertname" && $0.name != "severity" }, startsAt: startsAt,
            endsAt: endsAt, reportedAt: now)
    }

    /// The label has no fixed values; these are the usual ones.
    private static func severity(_ label: String?) -> Severity {
        switch label?.lowercased() {
        case "critical", "page", "emergency", "fatal": .critical
        case "error", "high", "major": .high
        case "info", "informational", "none", "notice", "debug": .info
        default: .medium
        }
    }
}
