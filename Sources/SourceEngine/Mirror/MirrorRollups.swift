import Basics
import SQLiteKit
import SourceFetch
import SourceSpec

/// Hourly and per-trace sums of an observations table, computed anew for whatever hours and traces were touched.
struct MirrorRollups: Sendable {
    let table: MirrorTable

    /// No single observation costs this much, in US dollars; more is an error of the provider or of a price table.
    static let absurdCost = "100000"

    private func column(_ name: String) -> String {
        table.position(of: name) == nil ? "NULL" : MirrorSchema.quoted(name)
    }

    private var rows: String { MirrorSchema.quoted(table.rowsTable) }
    private var hourly: String { MirrorSchema.quoted(table.hourlyTable) }
    private var traces: String { MirrorSchema.quoted(table.tracesTable) }
    private var time: String { MirrorSchema.quoted(table.mirror.bounds.column) }
    private var cost: String { column("total_cost") }
    private var isCostSound: String {
        "typeof(\(cost)) IN ('real', 'integer') AND \(cost) >= 0 AND \(cost) < \(Self.absurdCost)"
    }
    private var sums: String {
        """
        total(\(cost)) FILTER (WHERE \(isCostSound)), count(\(cost)) FILTER (WHERE NOT (\(isCostSound)))
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
            """
            CREATE TABLE \(traces) (trace_id TEXT PRIMARY KEY, name TEXT, first_at TEXT, last_at TEXT, \
            observations INTEGER, generations INTEGER, cost REAL, rejected_costs INTEGER, input_tokens INTEGER, \
            output_tokens INTEGER, errors INTEGER, environment TEXT)
            """,
            "CREATE INDEX \(MirrorSchema.quoted(table.tracesTable + "__by_last")) ON \(traces) (last_at)",
            "CREATE INDEX \(MirrorSchema.quoted(table.tracesTable + "__by_cost")) ON \(traces) (cost)",
        ]
    }

    /// `hours` are the first 13 characters of a time: `2026-11-24T03`.
    func recompute(hours: Set<String>, traces touched: Set<String>, on connection: Connection) throws {
        let (hourRemoval, hourInsertion) = ("DELETE FROM \(hourly) WHERE hour = ?", hourInsertion)
        for hour in hours.sorted() {
            let start = Value.text(hour + ":00:00.000Z")
            try connection.run(hourRemoval, [start])
            // `;` follows `:`, so this is the first text after every minute of the hour.
            try connection.run(hourInsertion, [start, .text(hour), .text(hour + ";")])
        }
        let (traceRemoval, traceInsertion) = ("DELETE FROM \(traces) WHERE trace_id = ?", traceInsertion)
        for trace in touched {
            try connection.run(traceRemoval, [.text(trace)])
            try connection.run(traceInsertion, [.text(trace)])
        }
    }

    private var hourInsertion: String {
        """
        INSERT INTO \(hourly) SELECT ?, \(column("type")), \(column("name")), \(column("model")), \
        \(column("prompt_name")), \(column("prompt_version")), \(column("environment")), count(*), \(sums), \
        sum(\(column("input_tokens"))), sum(\(column("output_tokens"))), count(*) FILTER (WHERE \(column("level")) = 'ERROR') \
        FROM \(rows) WHERE \(time) >= ? AND \(time) < ? GROUP BY 2, 3, 4, 5, 6, 7
        """
    }

    private var traceInsertion: String {
        let name =
            table.position(of: "trace_name") == nil
            ? column("name") : "coalesce(nullif(trace_name, ''), \(column("name")))"
        return """
            INSERT INTO \(traces) SELECT trace_id, (SELECT \(name) FROM \(rows) f WHERE f.trace_id = r.trace_id \
            ORDER BY f.\(time) LIMIT 1), min(\(time)), max(\(time)), count(*), \
            count(*) FILTER (WHERE \(column("type")) = 'GENERATION'), \(sums), \
            sum(\(column("input_tokens"))), sum(\(column("output_tokens"))), \
            count(*) FILTER (WHERE \(column("level")) = 'ERROR'), max(\(column("environment"))) \
            FROM \(rows) r WHERE trace_id = ? GROUP BY trace_id
            """
    }

    /// Puts sums that others have added up in the place of whole hours.
    func replace(_ interval: Interval, with sums: [HourlySum], on connection: Connection) throws {
        try connection.run(
            "DELETE FROM \(hourly) WHERE hour >= ? AND hour < ?", [Value(interval.from), Value(interval.to)])
        for sum in sums {
            let isError = sum.level == "ERROR"
            try connection.run(
                """
                INSERT INTO \(hourly) (hour, type, name, model, prompt_name, prompt_version, environment, observations, \
                cost, rejected_costs, input_tokens, output_tokens, errors) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?)
                """,
                [
                    Value(sum.hour), sum.type, sum.name, sum.model, sum.promptName, sum.promptVersion, sum.environment,
                    Value(sum.observations), .real(sum.cost), Value(sum.inputTokens),
                    Value(sum.outputTokens), Value(isError ? sum.observations : 0),
                ])
        }
    }

    func expire(before horizon: String, on connection: Connection) throws {
        try connection.run("DELETE FROM \(hourly) WHERE hour < ?", [.text(horizon)])
    }
}
