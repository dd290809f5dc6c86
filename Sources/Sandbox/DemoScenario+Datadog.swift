import Basics

/// Datadog's catalogs of the assistants: services, dashboards, objectives, tests, people.
extension DemoScenario {
    var datadogLists: [String: [JSONValue]] {
        [
            "v2/services/definitions": Self.assistants.map(definition) + [definition("nightly-export")],
            "v1/dashboard": [
                dashboard("sup-bot-001", "support-bot: tokens and cost", "What the answers cost", created: 90),
                dashboard("ass-all-002", "Assistants in production", nil, created: 300),
            ],
            "v2/downtime": downtimes, "v1/slo": objectives, "v1/synthetics/tests": tests,
            "v2/users": [
                user("9919ec9b-ebc7-49ee-8dc8-03626e717cca", "Bob", "Engineering manager"),
                user("1b66a89c-7c24-41f0-82ce-56b8c7416041", "Alice", "Engineer"),
                user("2c77b90d-8d35-42a1-93df-67c9d8527152", "Carol", "Engineer"),
            ],
            "v1/service_dependencies": Self.assistants.map { object(caller: "web", called: $0) }
                + [
                    object(caller: "support-bot", called: "search-summaries"),
                    object(caller: "support-bot", called: "model-gateway"),
                    object(caller: "checkout-assistant", called: "model-gateway"),
                    object(caller: "invoice-parser", called: "model-gateway"),
                    object(caller: "search-summaries", called: "model-gateway"),
                ],
        ]
    }

    private static let assistants = ["support-bot", "checkout-assistant", "invoice-parser", "search-summaries"]

    private func days(_ count: Double) -> JSONValue { DatadogTime.microseconds(now - .days(count)) }

    private func definition(_ service: String) -> JSONValue {
        let meta: JSONValue = [
            "last-modified-time": .string((now - .days(60)).iso8601Seconds), "origin": "github",
            "ingestion-source": "github", "github-html-url": .string("\(GitHubRows.site)/blob/main/service.yaml"),
        ]
        let schema: JSONValue = [
            "schema-version": "v2.2", "dd-service": .string(service), "team": "assistant",
            "tier": service == "support-bot" ? "1" : "2", "lifecycle": "production",
            "description": .string("\(service) of Acme's assistant"),
            "contacts": [object(type: "slack", contact: "https://acme.slack.com/archives/C0INCIDENTS")],
            "links": [object(name: "Source", type: "repo", url: GitHubRows.site)], "tags": ["team:assistant"],
        ]
        return object(
            id: "definition-\(service)", type: "service-definition", attributes: object(meta: meta, schema: schema))
    }

    private func dashboard(_ id: String, _ title: String, _ description: String?, created: Double) -> JSONValue {
        object(
            id: id, title: title, description: description, author_handle: "bob@acme.example", layout_type: "ordered",
            url: "/dashboard/\(id)", is_read_only: false, created_at: days(created), modified_at: days(created / 10))
    }

    /// One ended and one scheduled, like PagerDuty's maintenance windows.
    private var downtimes: [JSONValue] {
        func downtime(
            _ number: Int, _ service: String, _ status: String, _ message: String, from start: Instant, hours: Double
        ) -> JSONValue {
            object(
                id: "00000000-0000-1234-0000-00000000000\(number)", type: "downtime",
                attributes: object(
                    monitor_identifier: object(monitor_tags: ["service:\(service)"]), scope: "service:\(service)",
                    status: status, message: message, display_timezone: "UTC", mute_first_recovery_notification: false,
                    notify_end_states: ["alert", "no data", "warn"], notify_end_types: ["expired"],
                    schedule: object(
                        start: DatadogTime.microseconds(start), end: DatadogTime.microseconds(start + .hours(hours))),
                    created: days(11), modified: days(11), canceled: nil))
        }
        return [
            downtime(
                2, "invoice-parser", "scheduled", "Move to the new queue", from: now + .days(3), hours: 1),
            downtime(1, "search-summaries", "ended", "The index is built anew", from: now - .days(10), hours: 2),
        ]
    }

    private var objectives: [JSONValue] {
        func objective(
            _ id: String, _ name: String, _ type: String, target: Double, service: String, _ own: JSONValue
        ) -> JSONValue {
            object(
                id: id, name: name, description: nil, type: type, tags: ["service:\(service)", "team:assistant"],
                thresholds: [object(timeframe: "30d", target: target, target_display: "\(target)")],
                created_at: (now - .days(120)).milliseconds / 1000, modified_at: (now - .days(30)).milliseconds / 1000,
                creator: object(name: "Bob", handle: "bob@acme.example", email: "bob@acme.example")
            ).adding(own)
        }
        let query = object(
            numerator: "sum:llm.requests{service:support-bot,!status:error}.as_count()",
            denominator: "sum:llm.requests{service:support-bot}.as_count()")
        return [
            objective(
                "0c1d2e3f405160718293a4b5c6d7e8f1", "support-bot answers without error", "metric", target: 99.5,
                service: "support-bot", object(query: query, monitor_ids: nil)),
            objective(
                "0c1d2e3f405160718293a4b5c6d7e8f2", "checkout-assistant answers in time", "monitor", target: 99,
                service: "checkout-assistant", object(monitor_ids: [21_002], monitor_tags: emptyList)),
        ]
    }

    private var tests: [JSONValue] {
        [
            object(
                public_id: "sup-b0t-hlt", name: "support-bot answers a greeting", type: "api", subtype: "http",
                status: "live", message: "support-bot does not answer. @pagerduty-assistant",
                locations: ["aws:eu-central-1", "aws:us-east-1"], tags: ["service:support-bot", "team:assistant"],
                monitor_id: 21_010, options: object(tick_every: 300), created_at: days(200), modified_at: days(20)),
            object(
                public_id: "chk-out-brw", name: "A purchase with the checkout-assistant", type: "browser",
                status: "paused", message: "", locations: ["aws:eu-central-1"], tags: ["service:checkout-assistant"],
                monitor_id: 21_011, options: object(tick_every: 3600), created_at: days(150), modified_at: days(4)),
        ]
    }

    private func user(_ id: String, _ name: String, _ title: String) -> JSONValue {
        let address = JSONValue.string("\(name.lowercased())@acme.example")
        return object(
            id: id, type: "users",
            attributes: object(
                name: name, handle: address, email: address, title: title, status: "Active", disabled: false,
                verified: true, service_account: false, icon: "https://secure.gravatar.com/avatar/0.png",
                created_at: days(400), modified_at: days(30)), relationships: object(roles: object(data: emptyList)))
    }
}
