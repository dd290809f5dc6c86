import Basics
import SourceFetch
import SourceSpec

/// A table that is mirrored: its spec with the constants filled in, and the places of the columns that matter.
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
        identity =
            Fingerprint(labels: [address, mirror.bounds.column] + mirror.key + filters + columns + bodies)
            .text
    }

    /// The table that holds the rows; the table's own name is a view where bodies are fetched when read.
    var rowsTable: String { hasBodies ? table.name + "__rows" : table.name }
    var bodiesTable: String { table.name + "__bodies" }
    var hourlyTable: String { table.name + "_hourly" }
    var tracesTable: String { table.name + "_by_trace" }

    var hasBodies: Bool { !bodyPositions.isEmpty }
    var hasRollups: Bool { mirror.rollups && tracePosition != nil }

    func position(of column: String) -> Int? { table.columns.firstIndex { $0.name == column } }

    var tracePosition: Int? { position(of: "trace_id") }

    /// The scan of one window.
    func scan(_ window: Interval, usesFallback: Bool) -> Scan {
        let fallback = usesFallback ? mirror.fallback : nil
        var scan = Scan(
            source: source, table: table, filters: constants,
            extraParameters: fallback?.parameters ?? mirror.parameters, maxWait: MirrorSync.maxWait,
            usesPageCache: false, fallback: fallback)
        scan.bound(by: mirror.bounds, from: window.from, to: window.to)
        return scan
    }

    /// The scan that fetches the bodies of all rows of one group.
    func bodyScan(group: Value, usesFallback: Bool) -> Scan? {
        guard let bodies = mirror.bodies else { return nil }
        let fallback = usesFallback ? mirror.fallback : nil
        var filters = constants
        filters[bodies.groupColumn] = group
        return Scan(
            source: source, table: table, filters: filters,
            extraParameters: fallback?.parameters ?? bodies.parameters, fallback: fallback)
    }
}
