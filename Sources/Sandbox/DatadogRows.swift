import Basics

extension DatadogAccount.Monitor {
    /// As the list writes it: times with microseconds and offset.
    var row: JSONValue {
        object(
            id: id, org_id: 321_813, type: type, name: name, message: message, tags: tags, query: query,
            options: object(
                notify_audit: false, include_tags: true, notify_no_data: false, silenced: object(),
                thresholds: object(critical: critical)), multi: false, created_at: created.milliseconds,
            created: DatadogTime.microseconds(created), modified: DatadogTime.microseconds(created), deleted: nil,
            restricted_roles: nil, priority: priority,
            overall_state_modified: (stateChanged ?? created).iso8601Seconds.replacing("Z", with: "+00:00"),
            overall_state: state, creator: Self.creator, matching_downtimes: emptyList)
    }

    /// As the search writes it: the state is `status`, times are epoch seconds.
    var foundRow: JSONValue {
        let changed = stateChanged.map { JSONValue.integer($0.milliseconds / 1000) } ?? .null
        return object(
            status: state, scopes: ["*"], classification: classification, creator: Self.creator, metrics: emptyList,
            notifications: emptyList, muted_until_ts: nil, query: query, id: id,
            last_triggered_ts: state == "Alert" ? changed : nil, name: name, tags: tags, org_id: 321_813,
            priority: priority, overall_state_modified: changed, restricted_roles: emptyList, type: type)
    }

    private static let creator: JSONValue = object(name: "Alice", handle: "alice@acme.example", id: 1_445_416)

    /// The first word of the type, but that a query is of metrics.
    var classification: String {
        let first = String(type.prefix { $0 != " " })
        return first == "query" ? "metric" : first
    }
}

extension DatadogAccount.LogLine: DatadogSearchable {
    private static let host = "ip-10-0-4-8"
    var words: String { message }

    func values(of key: String) -> [String] {
        switch key {
        case "service": [service]
        case "host": [Self.host]
        case "status": [status]
        default: DatadogAttributes.values(of: key, tags: tags, attributes: attributes)
        }
    }

    var row: JSONValue {
        object(
            id: id, type: "log",
            attributes: object(
                timestamp: time, status: status, service: service, host: Self.host, message: message, tags: tags,
                attributes: attributes))
    }
}

extension DatadogAccount.APMSpan: DatadogSearchable {
    var time: Instant { start }
    var words: String { resource }

    private var custom: JSONValue {
        object(
            duration: length.milliseconds * 1_000_000, env: "production", language: "python",
            http: object(status_code: isError ? "500" : "200"))
    }

    func values(of key: String) -> [String] {
        switch key {
        case "service": [service]
        case "env": ["production"]
        case "operation_name": [operation]
        case "resource_name": [resource]
        case "trace_id": [traceID]
        case "status": [isError ? "error" : "ok"]
        default: DatadogAttributes.values(of: key, tags: [], attributes: custom)
        }
    }

    var row: JSONValue {
        object(
            id: id, type: "spans",
            attributes: object(
                custom: custom, start_timestamp: start, end_timestamp: start + length, env: "production",
                host: "ip-10-0-4-8", ingestion_reason: "auto", operation_name: operation, parent_id: "0",
                resource_hash: "2c8cc8275262b3cd", resource_name: resource, retained_by: "diversity_sampling",
                service: service, single_span: false, span_id: spanID, status: isError ? "error" : "ok",
                tags: ["source:apm", "env:production", "service:\(service)"], trace_id: traceID, type: "web"))
    }
}

extension DatadogAccount.Event: DatadogSearchable {
    var words: String { "\(title) \(text)" }

    func values(of key: String) -> [String] {
        switch key {
        case "source": [source]
        case "status": [status]
        case "priority": ["normal"]
        default: DatadogAttributes.values(of: key, tags: tags, attributes: [:])
        }
    }

    /// The inner attributes have the title and the time in milliseconds, the outer the text and the time as text.
    var row: JSONValue {
        object(
            id: id, type: "event",
            attributes: object(
                attributes: object(
                    status: status, title: title, timestamp: time.milliseconds, priority: "normal", aggregation_key: id,
                    source_type_name: source, evt: object(id: id, source_id: 100, type: "api")), message: text,
                timestamp: time.iso8601Seconds, tags: tags + ["source:\(source)"]))
    }
}

extension DatadogAccount.Incident {
    var row: JSONValue {
        let user: JSONValue = object(data: object(type: "users", id: "9919ec9b-ebc7-49ee-8dc8-03626e717cca"))
        return object(
            id: id, type: "incidents",
            attributes: object(
                public_id: number, title: title, state: state, severity: severity,
                created: DatadogTime.microseconds(created), modified: DatadogTime.microseconds(modified ?? created),
                resolved: resolved.map(DatadogTime.microseconds), detected: DatadogTime.microseconds(created),
                customer_impacted: false, customer_impact_scope: nil, customer_impact_start: nil,
                customer_impact_end: nil, customer_impact_duration: 0, notification_handles: nil, time_to_detect: 0,
                time_to_repair: 0, time_to_resolve: 0, visibility: nil,
                fields: object(
                    severity: object(type: "dropdown", value: severity), state: object(type: "dropdown", value: state),
                    services: object(type: "autocomplete", value: nil), summary: object(type: "textbox", value: nil))),
            relationships: object(created_by_user: user, commander_user: user, last_modified_by_user: user))
    }
}

extension DatadogAccount.Host {
    var row: JSONValue {
        object(
            id: id, name: name, host_name: name, aliases: [name], aws_name: nil, up: true, is_muted: false,
            mute_timeout: nil, apps: ["agent"], sources: ["agent"],
            last_reported_time: lastReported.milliseconds / 1000, metrics: object(cpu: 12.5, iowait: 0.2, load: 0.5),
            meta: ["platform": "linux", "agent_version": "7.60.0", "socket-hostname": .string(name)] as JSONValue,
            tags_by_source: object(Datadog: tags))
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
