import Basics

/// Where people are notified besides the incidents channel in Slack.
package struct NoticeChannel: SettingRow {
    package enum Kind: String, CaseIterable, Hashable, Sendable, JSONConvertible {
        case pagerDuty = "pagerduty"
        case webhook
        case command
    }

    package var name = ""
    package var kind = Kind.webhook
    package var address = ""
    package var secret = ""
    package var command: [String] = []

    package init() {}

    /// The incidents channel in Slack, which is no row.
    package static let slack = "slack"

    package static let columns: [SettingColumn<NoticeChannel>] = [
        .init("name", .name, "Its name in routes.", \.name, isRequired: true),
        .init(
            "kind", .choice(Kind.allCases.map(\.rawValue)),
            "pagerduty sends events, webhook a signed POST, command runs a program.", \.kind, isRequired: true),
        .init("address", .text(500), "The URL of a webhook.", \.address),
        .init(
            "secret", .name, "The environment variable with PagerDuty's routing key, or the key that signs a webhook.",
            \.secret),
        .init("command", .texts(500), "The program's path and its arguments.", \.command),
    ]

    package static func problem(in rows: [NoticeChannel]) -> String? {
        for (index, row) in rows.enumerated() {
            let name = "channels[\(index)]"
            if row.name == slack { return "\(name).name is slack, which is the incidents channel in Slack." }
            if rows.contains(where: { $0.name == row.name && $0 != row }) || rows.count(where: { $0 == row }) > 1 {
                return "Two channels have the name \"\(row.name)\"."
            }
            switch row.kind {
            case .pagerDuty: if row.secret.isEmpty { return "\(name).secret is missing." }
            case .webhook:
                if row.secret.isEmpty { return "\(name).secret is missing." }
                guard row.address.hasPrefix("https://") || row.address.hasPrefix("http://") else {
                    return "\(name).address must be a URL that begins with https://."
                }
            case .command:
                guard row.command.first?.hasPrefix("/") == true else {
                    return "\(name).command must begin with the full path of a program."
                }
            }
        }
        return nil
    }
}

/// Which channels are notified of which incidents. The first route that fits decides; without one it is Slack alone.
package struct NoticeRoute: SettingRow {
    package var severity = Severity.info
    package var type = ""
    package var channels: [String] = []
    package var fallback: [String] = []

    package init() {}

    package static let columns: [SettingColumn<NoticeRoute>] = [
        .init(
            "severity", .choice(Severity.allCases.map(\.rawValue)),
            "The lowest severity of the incidents; default info, which is all.", \.severity),
        .init(
            "type", .choice(DetectionType.allCases.map(\.rawValue)), "The class of incident; all without it.", \.type),
        .init(
            "channels", .texts(64), "All of these are notified: slack, and names of channels.", \.channels,
            isRequired: true),
        .init("fallback", .texts(64), "The next of these is notified when one of the channels fails.", \.fallback),
    ]

    package static func problem(in rows: [NoticeRoute]) -> String? { nil }

    package func fits(_ incident: IncidentSummary) -> Bool {
        incident.severity >= severity && (type.isEmpty || type == incident.type.rawValue)
    }
}
