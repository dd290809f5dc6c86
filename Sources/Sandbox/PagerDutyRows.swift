import Basics

/// PagerDuty's objects as its API writes them. Times are UTC without fractions.
struct PagerDutyRows: Sendable {
    let account: PagerDutyAccount
    static let api = "https://api.pagerduty.com"
    static let site = "https://acme.pagerduty.com"

    /// The short form of an object inside another: `{id, type: "…_reference", summary, self, html_url}`.
    static func reference(_ kind: String, _ id: String, _ summary: String, plural: String? = nil) -> JSONValue {
        let path = "\(plural ?? kind + "s")/\(id)"
        return [
            "id": .string(id), "type": .string("\(kind)_reference"), "summary": .string(summary),
            "self": .string("\(api)/\(path)"), "html_url": .string("\(site)/\(path)"),
        ]
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
        return .fields([
            "id": .string(incident.id), "type": "incident", "summary": .string(Self.summary(incident)),
            "self": .string("\(Self.api)/incidents/\(incident.id)"),
            "html_url": .string("\(Self.site)/incidents/\(incident.id)"), "incident_number": JSONValue(incident.number),
            "title": .string(incident.title), "description": .string(incident.title),
            "created_at": Self.time(incident.created), "updated_at": Self.time(incident.updated ?? incident.created),
            "status": .string(incident.status), "incident_key": .string(incident.incidentKey),
            "service": self.service(incident.service), "assignments": .array(isResolved ? [] : assignments(incident)),
            "assigned_via": "escalation_policy",
            "last_status_change_at": Self.time(incident.updated ?? incident.created),
            "last_status_change_by": lastChanger(of: incident).map { user($0) } ?? self.service(incident.service),
            "resolved_at": Self.time(incident.resolved),
            "first_trigger_log_entry": first.map {
                Self.reference("trigger_log_entry", $0.id, $0.summary, plural: "log_entries")
            } ?? .null,
            "alert_counts": [
                "all": JSONValue(incident.alerts.count), "triggered": JSONValue(isResolved ? 0 : incident.alerts.count),
                "resolved": JSONValue(isResolved ? incident.alerts.count : 0),
            ],
            "is_mergeable": true, "escalation_policy": service.map { policy($0.policy) } ?? .null,
            "teams": .array((service?.teams ?? []).map { Self.reference("team", $0.id, $0.name) }),
            "impacted_services": [self.service(incident.service)], "pending_actions": [],
            "acknowledgements": .array(incident.status == "acknowledged" ? acknowledgements(incident) : []),
            "alert_grouping": .null, "urgency": .string(incident.urgency),
            "priority": incident.priority.map { Self.reference("priority", $0.id, $0.name, plural: "priorities") }
                ?? .null,
            "resolve_reason": .null, "conference_bridge": .null, "incidents_responders": [], "responder_requests": [],
            "subscriber_requests": [],
        ])
    }

    private func lastChanger(of incident: PagerDutyAccount.Incident) -> String? {
        incident.entries.last { ["trigger", "acknowledge", "resolve"].contains($0.kind) }?.user
    }

    private func acknowledgements(_ incident: PagerDutyAccount.Incident) -> [JSONValue] {
        incident.entries.filter { $0.kind == "acknowledge" }.compactMap { entry in
            entry.user.map { ["at": Self.time(entry.created), "acknowledger": user($0)] }
        }
    }

    private func assignments(_ incident: PagerDutyAccount.Incident) -> [JSONValue] {
        incident.assignees.map { ["at": Self.time(incident.created), "assignee": user($0)] }
    }

    func row(_ alert: PagerDutyAccount.Alert, of incident: PagerDutyAccount.Incident) -> JSONValue {
        [
            "id": .string(alert.id), "type": "alert", "summary": .string(alert.summary),
            "self": .string("\(Self.api)/incidents/\(incident.id)/alerts/\(alert.id)"),
            "html_url": .string("\(Self.site)/alerts/\(alert.id)"), "created_at": Self.time(alert.created),
            "status": incident.status == "resolved" ? "resolved" : "triggered", "alert_key": .string(alert.key),
            "service": service(incident.service), "incident": self.incident(incident), "suppressed": false,
            "severity": .string(alert.severity), "integration": .null,
            "body": ["type": "alert_body", "contexts": [], "details": alert.details],
        ]
    }

    func row(_ note: PagerDutyAccount.Note) -> JSONValue {
        [
            "id": .string(note.id), "user": user(note.user),
            "channel": ["summary": "The PagerDuty website or APIs", "id": .null, "type": "web"],
            "content": .string(note.content), "created_at": Self.time(note.created),
        ]
    }

    func row(_ entry: PagerDutyAccount.LogEntry, of incident: PagerDutyAccount.Incident) -> JSONValue {
        [
            "id": .string(entry.id), "type": .string("\(entry.kind)_log_entry"), "summary": .string(entry.summary),
            "self": .string("\(Self.api)/log_entries/\(entry.id)"),
            "html_url": .string("\(Self.site)/incidents/\(incident.id)/log_entries/\(entry.id)"),
            "created_at": Self.time(entry.created), "agent": entry.user.map { user($0) } ?? service(incident.service),
            "channel": ["type": entry.user == nil ? "api" : "website"], "service": service(incident.service),
            "incident": self.incident(incident), "teams": [], "contexts": [],
        ]
    }

    /// The status of a service is that of its incidents.
    func row(_ service: PagerDutyAccount.Service) -> JSONValue {
        let own = account.incidents.filter { $0.service == service.id }
        let status =
            own.contains { $0.status == "triggered" }
            ? "critical" : own.contains { $0.status == "acknowledged" } ? "warning" : "active"
        return [
            "id": .string(service.id), "type": "service", "summary": .string(service.name),
            "self": .string("\(Self.api)/services/\(service.id)"),
            "html_url": .string("\(Self.site)/services/\(service.id)"), "name": .string(service.name),
            "description": JSONValue(service.description), "auto_resolve_timeout": .null,
            "acknowledgement_timeout": .null, "created_at": Self.time(service.created), "status": .string(status),
            "last_incident_timestamp": Self.time(own.map(\.created).max()),
            "teams": .array(service.teams.map { Self.reference("team", $0.id, $0.name) }),
            "escalation_policy": policy(service.policy), "addons": [], "integrations": [],
            "incident_urgency_rule": ["type": "constant", "urgency": "high"], "support_hours": .null,
            "scheduled_actions": [], "alert_creation": "create_alerts_and_incidents", "response_play": .null,
        ]
    }

    func row(_ user: PagerDutyAccount.User) -> JSONValue {
        [
            "id": .string(user.id), "type": "user", "summary": .string(user.name),
            "self": .string("\(Self.api)/users/\(user.id)"), "html_url": .string("\(Self.site)/users/\(user.id)"),
            "name": .string(user.name), "email": .string(user.email), "time_zone": "Etc/UTC", "color": "purple",
            "role": .string(user.role), "avatar_url": "https://secure.gravatar.com/avatar/0.png", "description": .null,
            "invitation_sent": false, "job_title": JSONValue(user.jobTitle), "contact_methods": [],
            "notification_rules": [], "teams": [],
        ]
    }

    func row(_ call: PagerDutyAccount.OnCall) -> JSONValue {
        [
            "escalation_policy": policy(call.policy), "escalation_level": JSONValue(call.level),
            "schedule": call.schedule.map { Self.reference("schedule", $0.id, $0.name) } ?? .null,
            "user": user(call.user),
            "start": Self.time(call.start), "end": Self.time(call.end),
        ]
    }
}
