import Basics

/// PagerDuty's objects as its API writes them. Times are UTC without fractions.
struct PagerDutyRows: Sendable {
    let account: PagerDutyAccount
    static let api = "https://api.pagerduty.com"
    static let site = "https://acme.pagerduty.com"

    /// The short form of an object inside another: `{id, type: "…_reference", summary, self, html_url}`.
    static func reference(_ kind: String, _ id: String, _ summary: String, plural: String? = nil) -> JSONValue {
        head("\(kind)_reference", id, summary, plural ?? kind + "s")
    }

    /// An object itself: the same members, and its own.
    static func whole(_ kind: String, _ id: String, _ summary: String, plural: String? = nil, _ own: JSONValue)
        -> JSONValue
    {
        head(kind, id, summary, plural ?? kind + "s").adding(own)
    }

    private static func head(_ type: String, _ id: String, _ summary: String, _ plural: String) -> JSONValue {
        object(
            id: id, type: type, summary: summary, self: "\(api)/\(plural)/\(id)", html_url: "\(site)/\(plural)/\(id)")
    }

    private func user(_ id: String) -> JSONValue {
        Self.reference("user", id, account.users.first { $0.id == id }?.name ?? id)
    }

    private func service(_ id: String) -> JSONValue {
        Self.reference("service", id, account.services.first { $0.id == id }?.name ?? id)
    }

    private func policy(_ policy: PagerDutyAccount.Named) -> JSONValue {
        Self.reference("escalation_policy", policy.id, policy.name, plural: "escalation_policies")
    }

    private func incident(_ incident: PagerDutyAccount.Incident) -> JSONValue {
        Self.reference("incident", incident.id, Self.summary(incident))
    }

    private static func summary(_ incident: PagerDutyAccount.Incident) -> String {
        "[#\(incident.number)] \(incident.title)"
    }

    private static func time(_ instant: Instant?) -> JSONValue { JSONValue(instant?.iso8601Seconds) }

    func row(_ incident: PagerDutyAccount.Incident) -> JSONValue {
        let service = account.services.first { $0.id == incident.service }
        let isResolved = incident.status == "resolved"
        let first = incident.entries.min { $0.created < $1.created }
        let own = object(
            incident_number: incident.number, title: incident.title, description: incident.title,
            created_at: Self.time(incident.created), updated_at: Self.time(incident.updated ?? incident.created),
            status: incident.status, incident_key: incident.incidentKey, service: self.service(incident.service),
            assignments: isResolved ? [] : assignments(incident), assigned_via: "escalation_policy",
            last_status_change_at: Self.time(incident.updated ?? incident.created),
            last_status_change_by: lastChanger(of: incident).map { user($0) } ?? self.service(incident.service),
            resolved_at: Self.time(incident.resolved),
            first_trigger_log_entry: first.map {
                Self.reference("trigger_log_entry", $0.id, $0.summary, plural: "log_entries")
            },
            alert_counts: object(
                all: incident.alerts.count, triggered: isResolved ? 0 : incident.alerts.count,
                resolved: isResolved ? incident.alerts.count : 0), is_mergeable: true,
            escalation_policy: service.map { policy($0.policy) },
            teams: (service?.teams ?? []).map { Self.reference("team", $0.id, $0.name) },
            impacted_services: [self.service(incident.service)], pending_actions: emptyList,
            acknowledgements: incident.status == "acknowledged" ? acknowledgements(incident) : [], alert_grouping: nil,
            urgency: incident.urgency,
            priority: incident.priority.map { Self.reference("priority", $0.id, $0.name, plural: "priorities") },
            resolve_reason: nil, conference_bridge: nil, incidents_responders: emptyList, responder_requests: emptyList,
            subscriber_requests: emptyList)
        return Self.whole("incident", incident.id, Self.summary(incident), own)
    }

    private func lastChanger(of incident: PagerDutyAccount.Incident) -> String? {
        incident.entries.last { ["trigger", "acknowledge", "resolve"].contains($0.kind) }?.user
    }

    private func acknowledgements(_ incident: PagerDutyAccount.Incident) -> [JSONValue] {
        incident.entries.filter { $0.kind == "acknowledge" }.compactMap { entry in
            entry.user.map { object(at: Self.time(entry.created), acknowledger: user($0)) }
        }
    }

    private func assignments(_ incident: PagerDutyAccount.Incident) -> [JSONValue] {
        incident.assignees.map { object(at: Self.time(incident.created), assignee: user($0)) }
    }

    func row(_ alert: PagerDutyAccount.Alert, of incident: PagerDutyAccount.Incident) -> JSONValue {
        object(
            id: alert.id, type: "alert", summary: alert.summary,
            self: "\(Self.api)/incidents/\(incident.id)/alerts/\(alert.id)",
            html_url: "\(Self.site)/alerts/\(alert.id)", created_at: Self.time(alert.created),
            status: incident.status == "resolved" ? "resolved" : "triggered", alert_key: alert.key,
            service: service(incident.service), incident: self.incident(incident), suppressed: false,
            severity: alert.severity, integration: nil,
            body: object(type: "alert_body", contexts: emptyList, details: alert.details))
    }

    func row(_ note: PagerDutyAccount.Note) -> JSONValue {
        object(
            id: note.id, user: user(note.user),
            channel: object(summary: "The PagerDuty website or APIs", id: nil, type: "web"), content: note.content,
            created_at: Self.time(note.created))
    }

    func row(_ entry: PagerDutyAccount.LogEntry, of incident: PagerDutyAccount.Incident) -> JSONValue {
        object(
            id: entry.id, type: "\(entry.kind)_log_entry", summary: entry.summary,
            self: "\(Self.api)/log_entries/\(entry.id)",
            html_url: "\(Self.site)/incidents/\(incident.id)/log_entries/\(entry.id)",
            created_at: Self.time(entry.created), agent: entry.user.map { user($0) } ?? service(incident.service),
            channel: object(type: entry.user == nil ? "api" : "website"), service: service(incident.service),
            incident: self.incident(incident), teams: emptyList, contexts: emptyList)
    }

    /// The status of a service is that of its incidents.
    func row(_ service: PagerDutyAccount.Service) -> JSONValue {
        let incidents = account.incidents.filter { $0.service == service.id }
        let status =
            incidents.contains { $0.status == "triggered" }
            ? "critical" : incidents.contains { $0.status == "acknowledged" } ? "warning" : "active"
        let own = object(
            name: service.name, description: service.description, auto_resolve_timeout: nil,
            acknowledgement_timeout: nil, created_at: Self.time(service.created), status: status,
            last_incident_timestamp: Self.time(incidents.map(\.created).max()),
            teams: service.teams.map { Self.reference("team", $0.id, $0.name) },
            escalation_policy: policy(service.policy), addons: emptyList, integrations: emptyList,
            incident_urgency_rule: object(type: "constant", urgency: "high"), support_hours: nil,
            scheduled_actions: emptyList, alert_creation: "create_alerts_and_incidents", response_play: nil)
        return Self.whole("service", service.id, service.name, own)
    }

    func row(_ user: PagerDutyAccount.User) -> JSONValue {
        let own = object(
            name: user.name, email: user.email, time_zone: "Etc/UTC", color: "purple", role: user.role,
            avatar_url: "https://secure.gravatar.com/avatar/0.png", description: nil, invitation_sent: false,
            job_title: user.jobTitle, contact_methods: emptyList, notification_rules: emptyList, teams: emptyList)
        return Self.whole("user", user.id, user.name, own)
    }

    func row(_ call: PagerDutyAccount.OnCall) -> JSONValue {
        object(
            escalation_policy: policy(call.policy), escalation_level: call.level,
            schedule: call.schedule.map { Self.reference("schedule", $0.id, $0.name) }, user: user(call.user),
            start: Self.time(call.start), end: Self.time(call.end))
    }
}
