import Basics

extension DatadogAccount.Monitor {
    /// As the list writes it: times with microseconds and offset.
    var row: JSONValue {
        [
            "id": JSONValue(id), "org_id": 321_813, "type": .string(type), "name": .string(name),
            "message": .string(message), "tags": .strings(tags), "query": .string(query),
            "options": [
                "notify_audit": false, "include_tags": true, "notify_no_data": false, "silenced": [:],
                "thresholds": ["critical": .number(critical)],
            ],
            "multi": false, "created_at": .integer(created.milliseconds), "created": DatadogTime.microseconds(created),
            "modified": DatadogTime.microseconds(created), "deleted": .null, "restricted_roles": .null,
            "priority": JSONValue(priority),
            "overall_state_modified": .string((stateChanged ?? created).iso8601Seconds.replacing("Z", with: "+00:00")),
            "overall_state": .string(state), "creator": Self.creator, "matching_downtimes": [],
        ]
    }

    /// As the search writes it: the state is `status`, times are epoch seconds.
    var foundRow: JSONValue {
        let changed = stateChanged.map { JSONValue.integer($0.milliseconds / 1000) } ?? .null
        return [
            "status": .string(state), "scopes": ["*"], "classification": .string(classification),
            "creator": Self.creator, "metrics": [], "notifications": [], "muted_until_ts": .null,
            "query": .string(query), "id": JSONValue(id), "last_triggered_ts": state == "Alert" ? changed : .null,
            "name": .string(name), "tags": .strings(tags), "org_id": 321_813,
            "priority": JSONValue(priority), "overall_state_modified": changed, "restricted_roles": [],
            "type": .string(type),
        ]
    }

    private static let creator: JSONValue = ["name": "Alice", "handle": "alice@acme.example", "id": 1_445_416]

    /// The first word of the type, but that a query is of metrics.
    var classification: String {
        let first = String(type.prefix { $0 != " " })
        return first == "query" ? "metric" : first
    }
}

extension DatadogAccount.LogLine: DatadogSearchable {
    var words: String { message }

    func values(of key: String) -> [String] {
        switch key {
        case "service": [service]
        case "host": [host]
        case "status": [status]
        default: DatadogAttributes.values(of: key, tags: tags, attributes: attributes)
        }
    }

    var row: JSONValue {
        [
            "id": .string(id), "type": "log",
            "attributes": [
                "timestamp": JSONValue(time), "status": .string(status), "service": .string(service),
                "host": .string(host), "message": .string(message), "tags": .strings(tags),
                "attributes": attributes,
            ],
        ]
    }
}

extension DatadogAccount.APMSpan: DatadogSearchable {
    var time: Instant { start }
    var words: String { resource }

    private var custom: JSONValue {
        [
            "duration": .integer(length.milliseconds * 1_000_000), "env": .string(environment), "language": "python",
            "http": ["status_code": isError ? "500" : "200"],
        ]
    }

    func values(of key: String) -> [String] {
        switch key {
        case "service": [service]
        case "env": [environment]
        case "operation_name": [operation]
        case "resource_name": [resource]
        case "trace_id": [traceID]
        case "status": [isError ? "error" : "ok"]
        default: DatadogAttributes.values(of: key, tags: [], attributes: custom)
        }
    }

    var row: JSONValue {
        [
            "id": .string(id), "type": "spans",
            "attributes": [
                "custom": custom, "start_timestamp": JSONValue(start), "end_timestamp": JSONValue(start + length),
                "env": .string(environment), "host": "ip-10-0-4-8", "ingestion_reason": "auto",
                "operation_name": .string(operation), "parent_id": .string(parentID),
                "resource_hash": "2c8cc8275262b3cd", "resource_name": .string(resource),
                "retained_by": "diversity_sampling", "service": .string(service), "single_span": false,
                "span_id": .string(spanID), "status": isError ? "error" : "ok",
                "tags": ["source:apm", .string("env:\(environment)"), .string("service:\(service)")],
                "trace_id": .string(traceID), "type": "web",
            ],
        ]
    }
}

extension DatadogAccount.Event: DatadogSearchable {
    var words: String { "\(title) \(text)" }

    func values(of key: String) -> [String] {
        switch key {
        case "source": [source]
        case "status": [status]
        case "priority": [priority]
        case "host": host.map { [$0] } ?? []
        default: DatadogAttributes.values(of: key, tags: tags, attributes: [:])
        }
    }

    /// The inner attributes have the title and the time in milliseconds, the outer the text and the time as text.
    var row: JSONValue {
        [
            "id": .string(id), "type": "event",
            "attributes": [
                "attributes": .fields([
                    "status": .string(status), "title": .string(title), "timestamp": .integer(time.milliseconds),
                    "hostname": host.map(JSONValue.string), "priority": .string(priority),
                    "aggregation_key": .string(id), "source_type_name": .string(source),
                    "evt": ["id": .string(id), "source_id": 100, "type": "api"],
                ]),
                "message": .string(text), "timestamp": .string(time.iso8601Seconds),
                "tags": .array((tags + ["source:\(source)"]).map(JSONValue.string)),
            ],
        ]
    }
}

extension DatadogAccount.Incident {
    var row: JSONValue {
        let user: JSONValue = ["data": ["type": "users", "id": "9919ec9b-ebc7-49ee-8dc8-03626e717cca"]]
        return [
            "id": .string(id), "type": "incidents",
            "attributes": [
                "public_id": JSONValue(number), "title": .string(title), "state": .string(state),
                "severity": .string(severity), "created": DatadogTime.microseconds(created),
                "modified": DatadogTime.microseconds(modified ?? created),
                "resolved": resolved.map(DatadogTime.microseconds) ?? .null,
                "detected": DatadogTime.microseconds(created), "customer_impacted": .bool(isCustomerImpacted),
                "customer_impact_scope": .null, "customer_impact_start": .null, "customer_impact_end": .null,
                "customer_impact_duration": 0, "notification_handles": .null, "time_to_detect": 0,
                "time_to_repair": 0, "time_to_resolve": 0, "visibility": .null,
                "fields": [
                    "severity": ["type": "dropdown", "value": .string(severity)],
                    "state": ["type": "dropdown", "value": .string(state)],
                    "services": ["type": "autocomplete", "value": .null],
                    "summary": ["type": "textbox", "value": .null],
                ],
            ],
            "relationships": ["created_by_user": user, "commander_user": user, "last_modified_by_user": user],
        ]
    }
}

extension DatadogAccount.Host {
    var row: JSONValue {
        [
            "id": JSONValue(id), "name": .string(name), "host_name": .string(name), "aliases": [.string(name)],
            "aws_name": .null, "up": .bool(isUp), "is_muted": false, "mute_timeout": .null,
            "apps": .strings(apps), "sources": .strings(sources),
            "last_reported_time": .integer(lastReported.milliseconds / 1000),
            "metrics": ["cpu": 12.5, "iowait": 0.2, "load": 0.5],
            "meta": ["platform": "linux", "agent_version": "7.60.0", "socket-hostname": .string(name)],
            "tags_by_source": ["Datadog": .strings(tags)],
        ]
    }
}

extension DatadogTime {
    /// `2021-05-03T13:03:44.905085+00:00`.
    static func microseconds(_ instant: Instant) -> JSONValue {
        .string(instant.iso8601.replacing("Z", with: "000+00:00"))
    }
}

enum DatadogAttributes {
    /// The values of a tag, or of an attribute by its path after `@`.
    static func values(of key: String, tags: [String], attributes: JSONValue) -> [String] {
        guard key.hasPrefix("@") else {
            return tags.filter { $0.hasPrefix("\(key):") }.map { String($0.dropFirst(key.count + 1)) }
        }
        let value = key.dropFirst().split(separator: ".").reduce(JSONValue?.some(attributes)) { $0?[String($1)] }
        return value.map { [$0.string ?? $0.serialized] } ?? []
    }
}
