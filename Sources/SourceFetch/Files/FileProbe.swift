import Basics
package import SourceSpec

/// The rows of one file alone, without a listing or scan, and with reads of any size, to test that the result does not depend on the
/// boundaries of reads.
package struct FileProbe {
    private let plan: FilePlan

    /// - Throws: ``SourceError`` if `table` is not a file table of `source`.
    package init(_ table: TableSpec, of source: SourceSpec) throws(SourceError) {
        plan = try FilePlan(
            Scan(source: source, table: table), inputs: { _ in nil }, now: Instant(milliseconds: 0),
            redaction: Redaction())
    }

    /// All rows of the file, which is read `chunk` bytes at a time.
    package func page(of path: String, chunk: Int) throws -> Page {
        let bytes = try FileBytes(path, chunk: chunk)
        var rows = try plan.rows(of: bytes, fixed: [])
        var batch = RowBatch()
        var all = Page(rows: [], calls: 0)
        var hasMore = true
        while hasMore {
            hasMore = try rows.read(into: &batch)
            all.rows += batch.rows
            all.schemaWarnings += batch.warnings
            batch = RowBatch()
        }
        return all
    }

    /// The records of a CSV file before they become rows.
    package static func records(of path: String, delimiter: UInt8, chunk: Int) throws -> [[String]] {
        var records = CSVRecords(try FileBytes(path, chunk: chunk), delimiter: delimiter)
        var all: [[String]] = []
        while let record = try records.next() { all.append(record.fields) }
        return all
    }
}
