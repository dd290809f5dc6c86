import Basics
import SourceSpec

/// One scan as a statement for Coral, and the processing of its rows that Coral's SQL does not support.
struct CoralStatement: Sendable {
    /// The requested columns, and the position of each in the table's rows.
    let selected: [(column: ColumnSpec, place: Int)]
    /// Rows outside are dropped: a time bound that no filter of the table supports. Nil to keep all rows.
    private(set) var window: TimeWindow?
    private let target: String
    private let conditions: [String]

    /// A bound `[from, to)` that is applied to the rows.
    struct TimeWindow: Hashable, Sendable {
        /// The time column's place among the table's columns.
        var place: Int
        var from: Instant?
        var to: Instant?

        /// A row without a time is kept.
        func contains(_ row: [Value]) -> Bool {
            guard let time = row[place].instant else { return true }
            return time >= from ?? time && to.map { time < $0 } ?? true
        }
    }

    /// - Throws: ``SourceError`` of kind `missingFilter` or `unsupported`.
    init(_ scan: Scan) throws(SourceError) {
        guard scan.fallback == nil else { throw Self.noFallback(scan) }
        try ScanPlan.checkFilters(of: scan)
        let columns = Self.columns(of: scan)
        guard !columns.isEmpty else { throw Self.noColumns(scan) }
        selected = columns
        var filters = scan.filters
        window = Self.bind(scan, to: &filters)
        let (table, source) = (scan.table, scan.source)
        let given = table.filters.compactMap { filter in
            filters[filter.name].flatMap { CoralText.literal($0, as: filter.type) }.map { (filter.name, $0) }
        }
        if source.functions.contains(where: { $0.name == table.name }) {
            let arguments = given.map { "\(CoralText.bare($0)) => \($1)" }.joined(separator: ", ")
            target = "\(CoralText.bare(source.name)).\(CoralText.bare(table.name))(\(arguments))"
            conditions = []
        } else {
            target = "\(CoralText.quoted(source.name)).\(CoralText.quoted(table.name))"
            conditions = given.map { "\(CoralText.quoted($0)) = \($1)" }
        }
    }

    func text(limit: Int?) -> String {
        let columns = selected.map { CoralText.quoted($0.column.name) }.joined(separator: ", ")
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        return "SELECT \(columns) FROM \(target)\(filter)" + (limit.map { " LIMIT \($0)" } ?? "")
    }

    /// A row with all columns of the table; columns that were not requested are NULL.
    func row(_ values: [Value], of table: TableSpec) -> [Value] {
        guard selected.count < table.columns.count else { return values }
        var row = [Value](repeating: .null, count: table.columns.count)
        for (value, item) in zip(values, selected) { row[item.place] = value }
        return row
    }

    // MARK: Columns

    /// All columns but the bodies of a mirror's own scan: those are fetched when a statement reads them.
    private static func columns(of scan: Scan) -> [(column: ColumnSpec, place: Int)] {
        let all = scan.table.columns.enumerated().map { (column: $1, place: $0) }
        guard let mirror = scan.source.overlay.mirrors[scan.table.name], let bodies = mirror.bodies,
            scan.filters[bodies.groupColumn] == nil, scan.extraParameters.starts(with: mirror.parameters)
        else { return all }
        return all.filter { !bodies.columns.contains($0.column.name) }
    }

    // MARK: Parameters

    /// Sets the filters that feed the scan's query parameters. A parameter without a filter is dropped; if it bounds the time,
    /// the window to apply to the rows is returned.
    private static func bind(_ scan: Scan, to filters: inout [String: Value]) -> TimeWindow? {
        let route = ScanPlan.route(of: scan)
        let bounds = scan.timeBounds
        var window = bounds.flatMap { bounds in
            scan.table.columns.firstIndex { $0.name == bounds.column }.map { TimeWindow(place: $0) }
        }
        var isCut = false
        for parameter in scan.extraParameters {
            if let filter = scan.table.filter(feeding: parameter.name, of: route) {
                filters[filter.name] = .text(parameter.value)
            } else if let bounds, bounds.names.contains(parameter.name),
                let moment = bounds.instant(of: parameter.value)
            {
                isCut = true
                if parameter.name == bounds.names.first { window?.from = moment } else { window?.to = moment }
            }
        }
        return isCut ? window : nil
    }

    // MARK: Errors

    private static func noFallback(_ scan: Scan) -> SourceError {
        SourceError(
            kind: .unsupported, source: scan.source.name,
            reason: "the server does not have the API of the manifest, and Coral does not support the older one of "
                + "\(scan.source.name).\(scan.table.name).",
            remedy: "Set the engine to `embedded` in settings.json.")
    }

    private static func noColumns(_ scan: Scan) -> SourceError {
        SourceError(
            kind: .unsupported, source: scan.source.name,
            reason: "\(scan.source.name).\(scan.table.name) declares no columns.",
            remedy: "Declare them in sources/\(scan.source.name)/manifest.yaml.")
    }
}

extension Scan {
    /// How the table's rows are bounded in time, mirrored or live.
    var timeBounds: TimeBounds? {
        source.overlay.mirrors[table.name]?.bounds ?? source.overlay.bounds[table.name]
    }
}

extension TableSpec {
    /// The filter whose value the request sends as that query parameter.
    fileprivate func filter(feeding parameter: String, of route: RequestSpec) -> FilterSpec? {
        route.query.lazy.filter { $0.name == parameter }.compactMap { filter(behind: $0.source) }.first
    }

    private func filter(behind source: ValueSource) -> FilterSpec? {
        switch source {
        case .given(_, .piece, _): nil
        case .given(.filter(let name), _, _): filters.first { $0.name == name }
        case .given(.argument(let name), _, _): filters.first { $0.binding == name }
        case .template(let template): filter(behind: template)
        case .oneOf(let sources): sources.lazy.compactMap { filter(behind: $0) }.first
        case .literal, .input, .bearer, .state, .nowEpochMinusSeconds: nil
        }
    }

    /// A template that is one placeholder and nothing else.
    private func filter(behind template: Template) -> FilterSpec? {
        guard template.parts.count == 1, case .placeholder(let placeholder) = template.parts[0] else { return nil }
        switch placeholder.namespace {
        case .filter: return filters.first { $0.name == placeholder.key }
        case .arg: return filters.first { $0.binding == placeholder.key }
        case .input, .state, .expr: return nil
        }
    }
}

extension TimeBounds {
    /// The moment that ``text(_:)`` wrote.
    fileprivate func instant(of text: String) -> Instant? {
        switch format {
        case .iso8601, .iso8601Seconds: Instant(iso8601: text)
        case .epochSeconds, .slack: Double(text).map { Instant(seconds: $0) }
        case .epochMilliseconds: Int64(text).map { Instant(milliseconds: $0) }
        }
    }
}
