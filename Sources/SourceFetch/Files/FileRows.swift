import Basics
import JSON
import SourceSpec

/// Rows gathered for one page: as many as keep memory small, however long the files are.
struct RowBatch: Sendable {
    var rows: [[Value]] = []
    var warnings = 0
    /// Bytes read for it.
    var bytes = 0

    var isFull: Bool { rows.count >= 1000 || bytes >= 4 << 20 }
}

/// Reads the rows of one file in batches.
protocol FileRows {
    /// False at the end of the file.
    mutating func read(into batch: inout RowBatch) throws(SourceError) -> Bool
}

/// One JSON document per line. An invalid line is counted as a warning, because the file may be written at this time.
struct JSONLineRows: FileRows {
    let plan: FilePlan
    let fixed: [(place: Int, value: Value)]
    private var lines: LineReader
    private var number = 0

    init(_ plan: FilePlan, _ file: FileBytes, _ fixed: [(place: Int, value: Value)]) {
        (self.plan, self.fixed, lines) = (plan, fixed, LineReader(file))
    }

    mutating func read(into batch: inout RowBatch) throws(SourceError) -> Bool {
        while !batch.isFull {
            let line: LineReader.Line?
            do { line = try lines.next() } catch { throw plan.error(error) }
            guard let line else { return false }
            number += 1
            guard case .bytes(let bytes) = line else {
                batch.warnings += 1
                continue
            }
            batch.bytes += bytes.count + 1
            if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { continue }
            do throws(JSONError) {
                try JSONDocument.withView(of: bytes) { view in
                    plan.columns.append(view, fixed, line: number, to: &batch)
                }
            } catch {
                batch.warnings += 1
            }
        }
        return true
    }
}

/// A JSON document: a list of rows, or one row.
struct JSONDocumentRows: FileRows {
    static let largest = 64 << 20

    private var rest: ArraySlice<[Value]>
    private var warnings: Int

    init(_ plan: FilePlan, _ file: FileBytes, _ fixed: [(place: Int, value: Value)]) throws(SourceError) {
        var bytes: [UInt8] = []
        do {
            while bytes.count <= Self.largest, try file.read(onto: &bytes) {}
        } catch { throw plan.error(error) }
        guard bytes.count <= Self.largest else {
            throw plan.error(
                .tooMuch, file.path, "\(plan.secrets.mask(file.path)) is larger than \(Self.largest >> 20) MiB.",
                "Write it as JSON lines (format: jsonl); they are read one at a time.")
        }
        var batch = RowBatch()
        do throws(JSONError) {
            try JSONDocument.withView(of: bytes) { root in
                guard let elements = root.elements else {
                    if !root.isNull { plan.columns.append(root, fixed, line: 1, to: &batch) }
                    return
                }
                for element in elements { plan.columns.append(element, fixed, line: 1, to: &batch) }
            }
        } catch {
            throw plan.error(
                .malformed, file.path, "\(plan.secrets.mask(file.path)) is not a complete JSON document: \(error).",
                "Repair the file, or write it as JSON lines (format: jsonl).")
        }
        (rest, warnings) = (batch.rows[...], batch.warnings)
    }

    mutating func read(into batch: inout RowBatch) throws(SourceError) -> Bool {
        batch.warnings += warnings
        warnings = 0
        while !batch.isFull {
            guard let row = rest.popFirst() else { return false }
            batch.rows.append(row)
        }
        return true
    }
}

extension FileColumns {
    /// Appends the row of a JSON value with the values from its path, if it matches all conditions.
    fileprivate func append(
        _ view: JSONView, _ fixed: [(place: Int, value: Value)], line: Int, to batch: inout RowBatch
    ) {
        let place = batch.rows.count
        mapper.append(RowElement(view: view), to: &batch.rows, warnings: &batch.warnings)
        guard batch.rows.count > place else { return }
        for (column, value) in fixed { batch.rows[place][column] = value }
        if let lineNumber { batch.rows[place][lineNumber] = .integer(Int64(line)) }
        if !accepts(batch.rows[place]) { batch.rows.removeLast() }
    }
}

extension FilePlan {
    /// The reader of one file of the table; `fixed` are the values from its path.
    func rows(
        of file: FileBytes, fixed: [(place: Int, value: Value)]
    ) throws(SourceError) -> any FileRows {
        switch self.file.format {
        case .jsonl, .parquet: JSONLineRows(self, file, fixed)
        case .json: try JSONDocumentRows(self, file, fixed)
        case .csv: CSVRows(self, file, fixed)
        }
    }
}
