/// The location and format of a table's files, and the columns from their paths.
package struct FileTableSpec: Hashable, Sendable {
    package enum Format: String, CaseIterable, Hashable, Sendable { case parquet, jsonl, json, csv }

    package var format: Format
    /// `file:///…`, `file://~/…` or `s3://…`: a folder, or one file.
    package var location: Template
    /// Which files below the folder, relative to it: `*` within a folder, `**` across folders. It never leaves the folder.
    package var glob: String
    package var partitions: [Partition]
    package var metadata: [Metadata]
    /// True if the first record of a CSV file has the names of its fields.
    package var hasHeader: Bool
    /// Between the fields of a CSV file.
    package var delimiter: UInt8

    /// A column whose value is part of a file's path below the location. It is also a filter, which skips files.
    package struct Partition: Hashable, Sendable {
        package enum Place: Hashable, Sendable {
            /// The folder `name=value`.
            case hive
            /// The folder at this depth, from 0.
            case segment(Int)
        }

        package var name: String
        package var type: ColumnType = .utf8
        package var place: Place = .hive
    }

    /// A column with the position of a row in its file.
    package struct Metadata: Hashable, Sendable {
        package enum Kind: String, CaseIterable, Hashable, Sendable {
            /// Below the location.
            case relativePath = "relative_path"
            case fileName = "file_name"
            /// The name without its last extension.
            case fileStem = "file_stem"
            /// From 1, blank lines counted.
            case lineNumber = "line_number"
        }

        package var name: String
        package var kind: Kind

        package var type: ColumnType { kind == .lineNumber ? .int64 : .utf8 }
    }

    package init(
        format: Format, location: Template, glob: String? = nil, partitions: [Partition] = [],
        metadata: [Metadata] = [], hasHeader: Bool = true, delimiter: UInt8 = UInt8(ascii: ",")
    ) {
        (self.format, self.location, self.glob) = (format, location, glob ?? "**/*.\(format.rawValue)")
        (self.partitions, self.metadata) = (partitions, metadata)
        (self.hasHeader, self.delimiter) = (hasHeader, delimiter)
    }

    /// The columns that are not in the rows, in Coral's order: line numbers, partitions, then parts of the file's name.
    package var pathColumns: [ColumnSpec] {
        let lines = metadata.filter { $0.kind == .lineNumber }
        let names = metadata.filter { $0.kind != .lineNumber }
        return lines.map { ColumnSpec(name: $0.name, type: $0.type, isNullable: false) }
            + partitions.map { ColumnSpec(name: $0.name, type: $0.type) }
            + names.map { ColumnSpec(name: $0.name, type: $0.type, isNullable: false) }
    }
}
