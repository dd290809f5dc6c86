import Basics
import IncidentStore
import OnCallModel

/// The figures of the store in Prometheus' text format, version 0.0.4.
enum Metrics {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    static func text(of figures: StoreFigures, callsLeft: [String: Int], at now: Instant) -> String {
        var page = Page()
        page.add("sentinel_incidents_open", "Unresolved incidents.", incidents(figures))
        page.add("sentinel_approvals_pending", "Requests that wait for a person.", [.init(figures.pendingApprovals)])
        page.add("sentinel_loops_active", "Traces that loop now.", [.init(figures.activeLoops)])
        page.add(
            "sentinel_cost_dollars_per_hour", "US dollars of the latest complete hour.",
            figures.costPerHour.map { [.init($0)] } ?? [])
        page.add(
            "sentinel_acts", "Actions by their state.",
            AttemptState.allCases.map { .init(figures.acts[$0] ?? 0, ["state": $0.rawValue]) })
        let sources = figures.sources.filter { $0.state != .notConfigured }
        page.add(
            "sentinel_source_ok", "1 if all rows of the source were read, else 0.",
            sources.map { .init($0.state == .ok ? 1 : 0, ["source": $0.name]) })
        page.add(
            "sentinel_source_age_seconds", "Age of the newest moment up to which the rows of the source are complete.",
            sources.compactMap { source in
                source.asOf.map { .init(max(0, (now - $0).seconds), ["source": source.name]) }
            })
        page.add(
            "sentinel_source_calls", "HTTP calls of the latest scan.",
            sources.map { .init($0.calls, ["source": $0.name]) })
        page.add(
            "sentinel_source_calls_left", "HTTP calls that the provider still takes now, where its limit is known.",
            callsLeft.sorted { $0.key < $1.key }.map { .init($0.value, ["source": $0.key]) })
        page.add(
            "sentinel_last_run_timestamp_seconds", "Start of the last successful run of a job, in Unix time.",
            figures.jobs.compactMap { job in job.lastRunAt.map { .init($0.seconds, ["job": job.name]) } })
        page.add("sentinel_frozen", "1 while no action may run, else 0.", [.init(figures.agent.isFrozen ? 1 : 0)])
        return page.text
    }

    /// All classes and severities, so that a rule on one without incidents has a value.
    private static func incidents(_ figures: StoreFigures) -> [Sample] {
        DetectionType.allCases.flatMap { type in
            Severity.allCases.filter { $0 != .info }.map { severity in
                let open = figures.openIncidents.first { $0.type == type && $0.severity == severity }
                return .init(open?.count ?? 0, ["type": type.rawValue, "severity": severity.rawValue])
            }
        }
    }

    struct Sample {
        let value: Double
        let labels: KeyValuePairs<String, String>

        init(_ value: Double, _ labels: KeyValuePairs<String, String> = [:]) {
            (self.value, self.labels) = (value, labels)
        }
        init(_ value: Int, _ labels: KeyValuePairs<String, String> = [:]) { self.init(Double(value), labels) }

        var text: String {
            let list = labels.map { "\($0.key)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
            return (list.isEmpty ? "" : "{\(list)}") + " " + Self.spelling(value)
        }

        private static func escaped(_ text: String) -> String {
            text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n").replacing("\"", with: "\\\"")
        }

        private static func spelling(_ value: Double) -> String {
            value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
        }
    }

    private struct Page {
        var text = ""

        mutating func add(_ name: String, _ help: String, _ samples: [Sample]) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) gauge\n"
            for sample in samples { text += name + sample.text + "\n" }
        }
    }
}
