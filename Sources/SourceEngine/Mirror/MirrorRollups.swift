import Basics
import SQLiteKit
import SourceFetch
import SourceSpec

/// Hourly and per-trace sums of an observations table, recomputed for the changed hours and traces.
struct MirrorRollups: Sendable {
    let table: MirrorTable

    /// In US dollars. A higher cost of one observation is an error of the provider or of a price table.
    static let absurdCost = "100000"

    private func column(_ name: String) -> String {
        table.position(of: name) == nil ? "NULL" : MirrorSchema.quoted(name)
    }

    private var rows: String { MirrorSchema.quoted(table.rowsTable) }
    private var hourly: String { MirrorSchema.quoted(table.hourlyTable) }
    private var traces: String { MirrorSchema.quoted(table.tracesTable) }
    private var time: String { MirrorSchema.quoted(table.mirror.bounds.column) }
    private var cost: String { column("total_cost") }
    /// What is not a wrapper: sums leave wrappers out, because their children have the same usage.
    private var isOwn: String { "coalesce(\(column(MirrorWrappers.column)), 0) = 0" }
    private var isCostSound: String {
        "typeof(\(cost)) IN ('real', 'integer') AND \(cost) >= 0 AND \(cost) < \(Self.absurdCost)"
    }
    private var sums: String {
        """
        total(\(cost)) FILTER (WHERE \(isCostSound) AND \(isOwn)), \
        count(\(cost)) FILTER (WHERE NOT (\(isCostSound)) AND \(isOwn))
        """
    }

    var creation: [String] {
        [
            """
            CREATE TABLE \(hourly) (hour TEXT, type TEXT, name TEXT, model TEXT, prompt_name TEXT, prompt_version, \
            environment TEXT, observations INTEGER, cost REAL, rejected_costs INTEGER, input_tokens INTEGER, \
            output_tokens INTEGER, errors INTEGER)
            """,
            "CREATE INDEX \(MirrorSchema.quoted(table.hourlyTable + "__by_hour")) ON \(hourly) (hour)",
        ] + traceCreation
    }

    /// `steps` counts all types except EVENT, and no wrappers, `step_names` is a JSON list of their names, and `changed_at` is the time of the last write
    /// with different values.
    private var traceCreation: [String] {
        let indexes = [
            ("__by_last", "last_at, cost, steps"), ("__by_cost", "cost"), ("__by_change", "changed_at, trace_id"),
            ("__by_name", "name, last_at, steps"),
        ]
        return [
            """
            CREATE TABLE \(traces) (trace_id TEXT PRIMARY KEY, name TEXT, first_at TEXT, last_at TEXT, \
            observations INTEGER, generations INTEGER, cost REAL, rejected_costs INTEGER, input_tokens INTEGER, \
            output_tokens INTEGER, errors INTEGER, environment TEXT, steps INTEGER, warnings INTEGER, \
            step_names TEXT, changed_at TEXT)
            """
        ]
            + indexes.map { name, columns in
                "CREATE INDEX \(MirrorSchema.quoted(table.tracesTable + name)) ON \(traces) (\(columns))"
            }
    }

    /// Recomputes the rows of traces from the observations if another version created the table.
    func renewTraces(on connection: Connection) throws {
        let known = try connection.query(
            "SELECT sql FROM sqlite_schema WHERE tbl_name = ? AND sql IS NOT NULL", [.text(table.tracesTable)]
        ).rows.compactMap { $0.first?.text }
        guard Set(known) != Set(traceCreation) else { return }
        try connection.execute("DROP TABLE IF EXISTS \(traces)")
        for statement in traceCreation { try connection.execute(statement) }
        try connection.run(
            "INSERT INTO \(traces) \(traceSums(changedAt: "max(\(time))")) WHERE trace_id IS NOT NULL GROUP BY trace_id"
        )
    }

    /// The time of a write. It is later than all earlier ones, even if the clock is set back, so that a reader of changes misses none.
    private func stamp(at now: Instant, on connection: Connection) throws -> Instant {
        let latest = try connection.query("SELECT max(changed_at) FROM \(traces)").rows.first?.first?.instant
        return latest.map { max(now, $0 + .milliseconds(1)) } ?? now
    }

    /// `hours` are the first 13 characters of a time: `2026-11-24T03`.
    func recompute(hours: Set<String>, traces touched: Set<String>, on connection: Connection, at now: Instant) throws {
        let (hourRemoval, hourInsertion) = ("DELETE FROM \(hourly) WHERE hour = ?", hourInsertion)
        for hour in hours.sorted() {
            let start = Value.text(hour + ":00:00.000Z")
            try connection.run(hourRemoval, [start])
            // `;` follows `:`, so this is the first text after every minute of the hour.
            try connection.run(hourInsertion, [start, .text(hour), .text(hour + ";")])
        }
        guard !touched.isEmpty else { return }
        let stamp = Value(try stamp(at: now, on: connection))
        let (traceRemoval, traceUpsert) = (traceRemoval, traceUpsert)
        for trace in touched {
            try connection.run(traceRemoval, [.text(trace)])
            try connection.run(traceUpsert, [.text(trace), stamp])
        }
    }

    private var hourInsertion: String {
        """
        INSERT INTO \(hourly) SELECT ?, \(column("type")), \(column("name")), \(column("model")), \
        \(column("prompt_name")), \(column("prompt_version")), \(column("environment")), count(*), \(sums), \
        sum(\(column("input_tokens"))), sum(\(column("output_tokens"))), count(*) FILTER (WHERE \(column("level")) = 'ERROR') \
        FROM \(rows) WHERE \(time) >= ? AND \(time) < ? AND \(isOwn) GROUP BY 2, 3, 4, 5, 6, 7
        """
    }

    private static let traceColumns = [
        "trace_id", "name", "first_at", "last_at", "observations", "generations", "cost", "rejected_costs",
        "input_tokens", "output_tokens", "errors", "environment", "steps", "warnings", "step_names",
    ]

    private func traceSums(changedAt: String) -> String {
        let name =
            table.position(of: "trace_name") == nil
            ? column("name") : "coalesce(nullif(trace_name, ''), \(column("name")))"
        let (type, level) = (column("type"), column("level"))
        return """
            SELECT trace_id, (SELECT \(name) FROM \(rows) f WHERE f.trace_id = r.trace_id \
            ORDER BY f.\(time) LIMIT 1), min(\(time)), max(\(time)), count(*), \
            count(*) FILTER (WHERE \(type) = 'GENERATION' AND \(isOwn)), \(sums), \
            sum(\(column("input_tokens"))) FILTER (WHERE \(isOwn)), \
            sum(\(column("output_tokens"))) FILTER (WHERE \(isOwn)), \
            count(*) FILTER (WHERE \(level) = 'ERROR'), max(\(column("environment"))), \
            count(*) FILTER (WHERE \(type) IS NOT 'EVENT' AND \(isOwn)), count(*) FILTER (WHERE \(level) = 'WARNING'), \
            json_group_array(DISTINCT \(column("name"))) FILTER (WHERE \(type) IS NOT 'EVENT' \
            AND \(isOwn) AND \(column("name")) <> ''), \
            \(changedAt) FROM \(rows) r
            """
    }

    /// A trace whose last observation was removed or moved to another trace.
    private var traceRemoval: String {
        """
        DELETE FROM \(traces) WHERE trace_id = ?1 AND NOT EXISTS (SELECT 1 FROM \(rows) r WHERE r.trace_id = ?1)
        """
    }

    /// Unchanged rows are not written: those are most of an overlap.
    private var traceUpsert: String {
        let columns = Self.traceColumns.dropFirst()
        let changes = (columns + ["changed_at"]).map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        return """
            INSERT INTO \(traces) \(traceSums(changedAt: "?2")) WHERE trace_id = ?1 GROUP BY trace_id \
            ON CONFLICT (trace_id) DO UPDATE SET \(changes) WHERE (\(columns.joined(separator: ", "))) \
            IS NOT (\(columns.map { "excluded.\($0)" }.joined(separator: ", ")))
            """
    }

    /// Replaces complete hours with sums from the provider.
    func replace(_ interval: Interval, with sums: [HourlySum], on connection: Connection) throws {
        try connection.run(
            "DELETE FROM \(hourly) WHERE hour >= ? AND hour < ?", [Value(interval.from), Value(interval.to)])
        for sum in sums {
            let errors = sum.level == "ERROR" ? sum.observations : 0
            let numbers: [Value] = [
                Value(sum.observations), .real(sum.cost), 0, Value(sum.inputTokens), Value(sum.outputTokens),
                Value(errors),
            ]
            try connection.run(
                "INSERT INTO \(hourly) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [Value(sum.hour)] + sum.group + numbers)
        }
    }

    func expire(before horizon: String, on connection: Connection) throws {
        try connection.run("DELETE FROM \(hourly) WHERE hour < ?", [.text(horizon)])
    }
}
