import Basics

/// Who is called, in which order, and what PagerDuty makes of the page: the deployment before it, the incident like it.
extension DemoScenario {
    var pagerDutyLists: [String: [JSONValue]] {
        let change = deployed("2.31.0", number: 231, at: spikeStart - .minutes(1), by: "alice")
        return [
            "escalation_policies": [policy], "schedules": [schedule], "teams": [team],
            "priorities": [
                priority("PPRIO1", "P1", "Customers cannot work", color: "a8171c", order: 67_108_864),
                priority("PPRIO2", "P2", "It costs money or answers are bad", color: "eb6016", order: 33_554_432),
                priority("PPRIO3", "P3", "It can wait until tomorrow", color: "f9b406", order: 16_777_216),
            ],
            "maintenance_windows": [
                window(
                    "PWINDOW1", 1, "search-summaries: the index is built anew", from: now - .days(10),
                    to: now - .days(10) + .hours(2)),
                window(
                    "PWINDOW2", 2, "invoice-parser: move to the new queue", from: now + .days(3),
                    to: now + .days(3) + .hours(1)),
            ],
            "change_events": [change, deployed("2.30.4", number: 230, at: now - .days(3) + .minutes(18), by: "bob")],
            "incidents/\(pageID)/related_change_events": [
                change.replacing(["correlation_reason"], with: object(reason: "most_recent"))
            ],
            "incidents/\(pageID)/past_incidents": [
                object(
                    incident: object(
                        id: "Q0OLD4702", created_at: (now - .days(3)).iso8601Seconds,
                        self: "\(PagerDutyRows.api)/incidents/Q0OLD4702", title: "nightly-export took too long"),
                    score: 11.83)
            ],
            "analytics/raw/incidents/Q0OLD4702": [figures],
        ]
    }

    private static let ownPolicy = PagerDutyRows.reference(
        "escalation_policy", "PPOLICY", "Assistant on-call", plural: "escalation_policies")
    private static let ownSchedule = PagerDutyRows.reference("schedule", "PSCHED", "Assistant weekly")
    private static let ownService = PagerDutyRows.reference("service", "PASSIST", "assistant")
    private static let ownTeam = PagerDutyRows.reference("team", "PTEAM", "Assistant")
    private static let people = [
        PagerDutyRows.reference("user", "PBOB", "Bob"), PagerDutyRows.reference("user", "PALICE", "Alice"),
    ]

    private var policy: JSONValue {
        func rule(_ id: String, after minutes: Int, _ target: JSONValue) -> JSONValue {
            object(id: id, escalation_delay_in_minutes: minutes, targets: [target])
        }
        return PagerDutyRows.whole(
            "escalation_policy", "PPOLICY", "Assistant on-call", plural: "escalation_policies",
            object(
                name: "Assistant on-call", description: "The week's engineer, then Alice", num_loops: 2,
                on_call_handoff_notifications: "if_has_services",
                escalation_rules: [
                    rule("PRULE1", after: 15, Self.ownSchedule), rule("PRULE2", after: 30, Self.people[1]),
                ], services: [Self.ownService], teams: [Self.ownTeam]))
    }

    private var schedule: JSONValue {
        PagerDutyRows.whole(
            "schedule", "PSCHED", "Assistant weekly",
            object(
                name: "Assistant weekly", time_zone: "Etc/UTC", description: "A week each", users: Self.people,
                escalation_policies: [Self.ownPolicy], teams: [Self.ownTeam],
                schedule_layers: [
                    object(
                        id: "PLAYER1", name: "Layer 1", start: (now - .days(400)).iso8601Seconds,
                        rotation_turn_length_seconds: 604_800, restrictions: emptyList,
                        users: Self.people.map { object(user: $0) })
                ]))
    }

    private var team: JSONValue {
        PagerDutyRows.whole(
            "team", "PTEAM", "Assistant",
            object(
                name: "Assistant", description: "support-bot, checkout-assistant, invoice-parser, search-summaries",
                default_role: "manager", parent: nil))
    }

    private func priority(_ id: String, _ name: String, _ description: String, color: String, order: Int) -> JSONValue {
        PagerDutyRows.whole(
            "priority", id, name, plural: "priorities",
            object(name: name, description: description, color: color, order: order, schema_version: 0)
        ).replacing(["html_url"], with: .null)
    }

    private func window(_ id: String, _ number: Int, _ description: String, from start: Instant, to end: Instant)
        -> JSONValue
    {
        PagerDutyRows.whole(
            "maintenance_window", id, description,
            object(
                sequence_number: number, description: description, start_time: start.iso8601Seconds,
                end_time: end.iso8601Seconds, services: [Self.ownService], teams: [Self.ownTeam],
                created_by: Self.people[0]))
    }

    private func deployed(_ version: String, number: Int, at time: Instant, by user: String) -> JSONValue {
        object(
            id: "01DEMOCHANGE\(number)", type: "change_event", summary: "\(user) deployed v\(version) to production",
            timestamp: time.iso8601Seconds, source: "github-actions",
            integration: object(id: "PINTEGR", type: "inbound_integration_reference"),
            services: [object(id: "PASSIST", type: "service_reference")],
            custom_details: object(version: version, run_number: number),
            links: [object(href: "\(GitHubRows.site)/releases/tag/v\(version)", text: "Release")])
    }

    /// Of the incident of three days ago; those of today's page are not computed yet. `resolved_at` has no zone, as PagerDuty writes
    /// this one; it is UTC.
    private var figures: JSONValue {
        let created = now - .days(3)
        let data: JSONValue = object(
            id: "Q0OLD4702", incident_number: 4702, description: "nightly-export took too long", status: "resolved",
            urgency: "low", created_at: created.iso8601Seconds,
            resolved_at: String((created + .minutes(40)).iso8601Seconds.dropLast()),
            updated_at: (created + .hours(6)).iso8601Seconds, seconds_to_resolve: 2400, seconds_to_first_ack: nil,
            seconds_to_engage: 300, seconds_to_mobilize: 12, engaged_seconds: 2100, engaged_user_count: 1,
            assignment_count: 1, reassignment_count: 0, escalation_count: 0, manual_escalation_count: 0,
            timeout_escalation_count: 0, total_interruptions: 1, business_hour_interruptions: 1,
            off_hour_interruptions: 0, sleep_hour_interruptions: 0, total_notifications: 1, snoozed_seconds: 0,
            auto_resolved: false, major: false, service_id: "PASSIST", service_name: "assistant", team_id: "PTEAM",
            team_name: "Assistant", escalation_policy_id: "PPOLICY", escalation_policy_name: "Assistant on-call",
            priority_id: nil, priority_name: nil, priority_order: nil, resolved_by_user_id: "PALICE",
            resolved_by_user_name: "Alice", joined_user_ids: ["PALICE"], joined_user_names: ["Alice"],
            incident_type_id: "PTYPE1", incident_type_name: "Base incident", user_defined_effort_seconds: nil)
        return object(time_zone: "Etc/UTC", data: data)
    }
}
