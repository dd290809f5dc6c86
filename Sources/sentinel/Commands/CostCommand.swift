import AgentCore
import Basics
import Configuration
import Digest
import IncidentStore
import OnCallModel
import SourceEngine

extension Subcommand {
    static let cost = Subcommand(
        "cost", help: .cost, options: ["--by", "--since", "--limit", "--format"]
    ) { arguments in
        let format = try OutputFormat(arguments)
        let dimensions = try CostReport.dimensions(arguments["--by"])
        let span = try CostReport.span(arguments["--since"])
        let limit = try CostReport.limit(arguments["--limit"])
        let client = try StoreClient(arguments)
        let report = try await CostReport(client, dimensions, span: span)
        for gap in report.gaps + report.notes { Output.remark(gap) }
        _ = format.write(report.json, or: report.text(limit: limit))
        return report.gaps.isEmpty ? .done : .partial
    }
}

/// What `sentinel cost` prints.
private struct CostReport {
    private let span: Span
    private let tables: [CostTable]
    private let month: CostForecast.Month?
    private let nextSixHours: Double?
    private let budgets: [BudgetPace]
    private(set) var gaps: [String] = []
    /// Why there is no comparison, where all of the span itself is known.
    var notes: [String] {
        Set(tables.compactMap(\.absence)).subtracting(gaps).sorted().prefix(1).map { $0 }
    }

    static func dimensions(_ text: String?) throws(UsageError) -> [CostTable.Dimension] {
        guard let text else { return [.feature, .model, .user] }
        let names = CostTable.Dimension.allCases.map(\.rawValue)
        var dimensions: [CostTable.Dimension] = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
            guard let dimension = CostTable.Dimension(rawValue: word) else {
                throw .invalidChoice(word, of: "--by", among: names)
            }
            if !dimensions.contains(dimension) { dimensions.append(dimension) }
        }
        return dimensions
    }

    static func span(_ text: String?) throws(UsageError) -> Span {
        guard let text else { return .days(7) }
        guard let span = Span(argument: text), span <= .days(366) else {
            throw .invalidDuration("--since", text, example: "7d")
        }
        return span
    }

    static func limit(_ text: String?) throws(UsageError) -> Int {
        guard let text else { return 15 }
        guard let limit = Int(text), limit > 0 else { throw .notPositive("--limit") }
        return limit
    }

    init(_ client: StoreClient, _ dimensions: [CostTable.Dimension], span: Span) async throws {
        self.span = span
        let now = client.now
        let settings = try client.composition.settingsFile.load()
        let engine = client.composition.engine
        let reader = CostReader(engine: engine, limits: QueryLimits())
        var tables: [CostTable] = []
        for dimension in dimensions {
            let reading = await reader.table(dimension, from: (now - span).startOfHour, until: now, buckets: 14)
            if let table = reading.value { tables.append(table) }
            for gap in reading.gaps where !gaps.contains(gap) { gaps.append(gap) }
        }
        guard !tables.isEmpty else { throw Failure(gaps.joined(separator: " ")) }
        self.tables = tables
        // Without a store there is no history yet.
        let hours =
            (try? await client.reader.read(StoreQuery { try $0.hours(since: now - StoreSnapshot.forecastHistory) }))
            ?? []
        let calendar = LocalCalendar(ZoneInfo(named: settings.digestZone) ?? .utc)
        let forecast = CostForecast(hours)
        month = forecast?.month(at: now, in: calendar)
        nextSixHours = forecast?.nextSixHours
        let paces = await BudgetReader(engine: engine, limits: QueryLimits()).paces(settings, hours, at: now)
        budgets = paces.value ?? []
        for gap in paces.gaps where !gaps.contains(gap) { gaps.append(gap) }
    }

    var json: JSONValue {
        [
            "since_hours": .number(span.seconds / 3600), "by": .array(tables.map(\.json)),
            "next_six_hours": JSONValue(nextSixHours), "month": monthJSON, "budgets": .array(budgets.map(\.json)),
            "gaps": .array(gaps.map(JSONValue.string)),
        ]
    }

    private var monthJSON: JSONValue {
        switch month {
        case nil: .null
        case .learning(let spent, let days):
            ["state": "learning", "spent": .number(spent), "days": JSONValue(days), "projected": .null]
        case .projected(let spent, let estimate, let days):
            [
                "state": "ok", "spent": .number(spent), "days": JSONValue(days), "projected": estimate.json,
            ]
        }
    }

    func text(limit: Int) -> String {
        tables.map { self.text($0, limit: limit) }.joined(separator: "\n") + "\n" + forecast + budgetText
    }

    private func text(_ table: CostTable, limit: Int) -> String {
        guard !table.rows.isEmpty else { return "No costs by \(table.dimension.rawValue).\n" }
        let rows = table.rows.prefix(limit).map { row -> [Value] in
            [
                .text(row.name.isEmpty ? "(no \(table.dimension.rawValue))" : row.name),
                .text(Format.dollars(row.cost)), .text(Format.percent(row.cost / max(table.total, 1e-9))),
                .text(Change.percent(row.cost, row.before) ?? ""), .text(Format.sparkline(row.series)),
            ]
        }
        let hidden = table.rows.count - rows.count
        let total = Change.percent(table.total, table.before).map { " (\($0) on the span before)" } ?? ""
        return TextTable([table.dimension.rawValue, "cost", "share", "change", "series"], rows).text
            + (hidden > 0 ? "\(hidden) more\n" : "") + "total \(Format.dollars(table.total))\(total)\n"
    }

    private var forecast: String {
        var lines: [String] = []
        if let nextSixHours { lines.append("Next 6 h: \(Format.dollars(nextSixHours))") }
        switch month {
        case nil: lines.append("Forecast: no scan has recorded costs yet.")
        case .learning(let spent, let days):
            lines.append("Month: \(Format.dollars(spent)) so far; learning (\(days) of 7 complete days)")
        case .projected(let spent, let estimate, _):
            lines.append(
                "Month: \(Format.dollars(spent)) so far, \(Format.dollars(estimate.expected)) projected "
                    + "(\(Format.dollars(estimate.low)) to \(Format.dollars(estimate.high)))")
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private var budgetText: String {
        budgets.map { pace in
            let mark = pace.level == .fine ? "ok" : pace.level == .ahead ? "warn" : "exceeded"
            return "Budget [\(mark)] \(TextTable.inert(pace.sentence))\n"
        }.joined()
    }
}
