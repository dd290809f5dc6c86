import Basics
import SourceSpec

/// The columns of a file table: those in rows, those from paths, and the conditions on both.
struct FileColumns: Sendable {
    /// For the columns in rows; columns from paths are NULL.
    let mapper: RowMapper
    /// The columns that rows hold, with their places.
    let held: [(place: Int, column: ColumnSpec)]
    let count: Int
    let lineNumber: Int?
    private let partitions: [(place: Int, partition: FileTableSpec.Partition)]
    private let metadata: [(place: Int, kind: FileTableSpec.Metadata.Kind)]
    /// The required values of a row, by position. Every row meets a filter whose value is the column.
    private let wanted: [Int: Value]
    /// A filter's value matches no row.
    let isImpossible: Bool

    init(_ scan: Scan, _ file: FileTableSpec, _ bindings: Bindings) {
        var table = scan.table
        let places = Dictionary(
            table.columns.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        let pathNames = Set(file.pathColumns.map(\.name))
        for place in table.columns.indices where pathNames.contains(table.columns[place].name) {
            table.columns[place].expression = .null
        }
        mapper = RowMapper(table, bindings: bindings)
        count = table.columns.count
        held = table.columns.enumerated().filter { !pathNames.contains($1.name) }.map { ($0, $1) }
        partitions = file.partitions.compactMap { partition in places[partition.name].map { ($0, partition) } }
        metadata = file.metadata.compactMap { column in
            column.kind == .lineNumber ? nil : places[column.name].map { ($0, column.kind) }
        }
        lineNumber = file.metadata.first { $0.kind == .lineNumber }.flatMap { places[$0.name] }
        var wanted: [Int: Value] = [:]
        var isImpossible = false
        for (name, value) in scan.filters {
            guard let place = places[name], !Self.shows(scan.table.columns[place].expression, name) else { continue }
            let type = scan.table.columns[place].type
            if let fitting = Coercion.value(.value(JSONValue(value)), as: type), !fitting.isNull {
                wanted[place] = fitting
            } else {
                isImpossible = true
            }
        }
        (self.wanted, self.isImpossible) = (wanted, isImpossible)
    }

    private static func shows(_ expression: ColumnExpression, _ filter: String) -> Bool {
        expression == .fromFilter(filter) || expression == .null
    }

    // MARK: Paths

    /// The values from the path of a file. A missing partition is NULL, and counted.
    func values(of path: [String]) -> (fixed: [(place: Int, value: Value)], warnings: Int) {
        var fixed: [(place: Int, value: Value)] = []
        var warnings = 0
        for (place, partition) in partitions {
            let value = Self.value(of: partition, in: path.dropLast())
            if value == nil { warnings += 1 }
            fixed.append((place, value ?? .null))
        }
        for (place, kind) in metadata { fixed.append((place, .text(Self.text(of: kind, path)))) }
        return (fixed, warnings)
    }

    /// True unless a partition excludes all files below the folder.
    func mayHoldWanted(below folder: [String]) -> Bool {
        partitions.allSatisfy { place, partition in
            guard let wanted = wanted[place], Self.segment(of: partition, in: folder[...]) != nil else { return true }
            return Self.value(of: partition, in: folder[...]) == wanted
        }
    }

    /// Whether the partitions of a file's path are the wanted ones.
    func holdsWanted(_ path: [String]) -> Bool {
        partitions.allSatisfy { place, partition in
            wanted[place].map { $0 == Self.value(of: partition, in: path.dropLast()) } ?? true
        }
    }

    /// Nil if the path has no such folder, or its value does not match the type.
    private static func value(of partition: FileTableSpec.Partition, in folders: ArraySlice<String>) -> Value? {
        guard let text = segment(of: partition, in: folders).flatMap(PercentEncoding.decode) else { return nil }
        return Coercion.value(text, as: partition.type)
    }

    private static func segment(of partition: FileTableSpec.Partition, in folders: ArraySlice<String>) -> String? {
        switch partition.place {
        case .hive:
            let start = partition.name + "="
            return folders.first { $0.hasPrefix(start) }.map { String($0.dropFirst(start.count)) }
        case .segment(let index): return index < folders.count ? folders[folders.startIndex + index] : nil
        }
    }

    private static func text(of kind: FileTableSpec.Metadata.Kind, _ path: [String]) -> String {
        let name = path.last ?? ""
        switch kind {
        case .relativePath: return path.joined(separator: "/")
        case .fileStem: return name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
        case .fileName, .lineNumber: return name
        }
    }

    // MARK: Rows

    /// True if the row, including the values from its path, matches all conditions.
    func accepts(_ row: [Value]) -> Bool {
        wanted.allSatisfy { row[$0.key] == $0.value }
    }
}
