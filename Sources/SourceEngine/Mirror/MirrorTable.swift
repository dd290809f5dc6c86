import Basics
import SourceFetch
import SourceSpec

/// A mirrored table: its spec, the values of its constant filters, and the positions of its special columns.
struct MirrorTable: Sendable {
    let name: QualifiedName
    let source: SourceSpec
    let table: TableSpec
    let mirror: MirrorSpec
    /// The constant filters of the mirrored scan.
    let constants: [String: Value]
    /// Rows with different identities (columns, filters or addresses) are never mixed.
    let identity: String

    let timePosition: Int
    let keyPositions: [Int]
    /// The positions of the stored columns in the row of a page: all except the bodies.
    let storedPositions: [Int]
    let bodyPositions: [Int]

    /// Nil when the mirror names a column that the table does not have.
    init?(source: SourceSpec, table: TableSpec, mirror: MirrorSpec, constants: [String: Value], address: String) {
        let names = table.columns.map(\.name)
        let bodies = mirror.bodies?.columns ?? []
        guard let timePosition = names.firstIndex(of: mirror.bounds.column), !mirror.key.isEmpty else { return nil }
        let keyPositions = mirror.key.compactMap { names.firstIndex(of: $0) }
        guard keyPositions.count == mirror.key.count else { return nil }
        name = QualifiedName(source.name, table.name)
        (self.source, self.table, self.mirror, self.constants) = (source, table, mirror, constants)
        (self.timePosition, self.keyPositions) = (timePosition, keyPositions)
        storedPositions = names.indices.filter { !bodies.contains(names[$0]) }
        bodyPositions = bodies.compactMap { names.firstIndex(of: $0) }
        let filters = constants.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let columns = table.columns.map { "\($0.name) \($0.type.rawValue)" }
        identity = Fingerprint(labels: [address, mirror.bounds.column] + mirror.key + filters + columns + bodies).text
    }

    /// The table that holds the rows; the table's own name is a view where bodies are fetched when read.
    var rowsTable: String { hasBodies ? table.name + "__rows" : table.name }
    var bodiesTable: String { table.name + "__bodies" }
    var hourlyTable: String { table.name + "_hourly" }
    var tracesTable: String { table.name + "_by_trace" }

    var hasBodies: Bool { !bodyPositions.isEmpty }
    var hasRollups: Bool { mirror.rollups && tracePosition != nil }

    func position(of column: String) -> Int? { table.columns.firstIndex { $0.name == column } }

    static let traceColumn = "trace_id"

    var tracePosition: Int? { position(of: Self.traceColumn) }

    /// The scan of one window.
    func scan(_ window: Interval, usesFallback: Bool) -> Scan {
        let fallback = usesFallback ? mirror.fallback : nil
        var scan = Scan(
            source: source, table: table, filters: constants,
            extraParameters: fallback?.parameters ?? mirror.parameters, maxWait: MirrorSync.maxWait,
            usesPageCache: false, fallback: fallback)
        scan.limit(by: mirror.bounds, from: window.from, to: window.to)
        return scan
    }

    // MARK: bodies

    /// The API takes both ends of a window.
    var hasWindows: Bool { if case .between = mirror.bounds.window { true } else { false } }

    /// The filters that select the rows of one name.
    var nameFilters: [String] {
        let filters = Set(table.filters.map(\.name))
        return (mirror.bodies?.nameColumns ?? []).filter { filters.contains($0) && position(of: $0) != nil }
    }

    private func pageSize(_ usesFallback: Bool) -> PaginationSpec.PageSize? {
        (usesFallback ? mirror.fallback?.pagination : nil)?.pageSize ?? table.pagination.pageSize
    }

    /// How many rows a page with bodies has if nothing is known of them, and at most.
    func bodyPage(_ usesFallback: Bool) -> (usual: Int, maximum: Int) {
        guard let size = pageSize(usesFallback) else { return (100, 100) }
        let stated = mirror.bodies?.parameters.first { $0.name == size.queryParameter }.flatMap { Int($0.value) }
        return (min(size.maximum, stated ?? size.defaultSize), size.maximum)
    }

    /// The scan that fetches bodies. `rows`: those of a page; nil for the usual number.
    func bodyScan(_ read: BodyPlan.Read, rows: Int? = nil, usesFallback: Bool) -> Scan {
        let fallback = usesFallback ? mirror.fallback : nil
        var scan = Scan(
            source: source, table: table, filters: constants,
            extraParameters: fallback?.parameters ?? mirror.bodies?.parameters ?? [], fallback: fallback)
        if let rows, let name = pageSize(usesFallback)?.queryParameter {
            scan.extraParameters.removeAll { $0.name == name }
            scan.extraParameters.append(.init(name: name, value: String(rows)))
        }
        switch read {
        case .group(let group):
            if let column = mirror.bodies?.groupColumn { scan.filters[column] = group }
        case .name(let values, let window):
            for (filter, value) in zip(nameFilters, values) { scan.filters[filter] = value }
            if hasWindows { scan.limit(by: mirror.bounds, from: window.from, to: window.to) }
        case .window(let window): scan.limit(by: mirror.bounds, from: window.from, to: window.to)
        }
        return scan
    }
}
