import Basics
import SourceSpec

/// The rows of a CSV file. An empty field is NULL; a record whose length is not the header's is counted as a warning.
struct CSVRows: FileRows {
    private let plan: FilePlan
    private let path: String
    private let fixed: [(place: Int, value: Value)]
    private var records: CSVRecords
    /// The position of each column in a record; nil if it is missing. Unknown before the first record.
    private var positions: [Int?]?
    private var width = 0

    init(_ plan: FilePlan, _ file: FileBytes, _ fixed: [(place: Int, value: Value)]) {
        (self.plan, path, self.fixed) = (plan, file.path, fixed)
        records = CSVRecords(file, delimiter: plan.file.delimiter)
    }

    mutating func read(into batch: inout RowBatch) throws(SourceError) -> Bool {
        while !batch.isFull {
            guard let record = try next() else { return false }
            batch.bytes += record.fields.reduce(record.fields.count) { $0 + $1.utf8.count }
            guard let positions else {
                width = record.fields.count
                if plan.file.hasHeader {
                    positions = Self.positions(of: plan.columns.held.map(\.column.name), in: record.fields)
                    continue
                }
                let ordered = plan.columns.held.indices.map { Optional($0) }
                positions = ordered
                append(record, ordered, to: &batch)
                continue
            }
            append(record, positions, to: &batch)
        }
        return true
    }

    private mutating func next() throws(SourceError) -> CSVRecords.Record? {
        do {
            return try records.next()
        } catch {
            switch error {
            case .file(let fault): throw plan.error(fault)
            case .tooLong(let line):
                throw plan.error(
                    .malformed, path,
                    "the record in line \(line) of \(plan.secrets.mask(path)) is longer than \(LineReader.longest >> 20) MiB.",
                    "Close the quotes.")
            }
        }
    }

    /// By name, in any case. A column that is not in the header has its own position, as in Coral, which reads by position
    /// only, unless another column has that position by name.
    static func positions(of columns: [String], in header: [String]) -> [Int?] {
        let names = header.map { $0.trimmed.lowercased() }
        let named = columns.map { column in names.firstIndex(of: column.lowercased()) }
        let taken = Set(named.compactMap { $0 })
        return named.enumerated().map { place, found in
            found ?? (place < header.count && !taken.contains(place) ? place : nil)
        }
    }

    private func append(_ record: CSVRecords.Record, _ positions: [Int?], to batch: inout RowBatch) {
        if record.isFaulty || record.fields.count != width { batch.warnings += 1 }
        var row = [Value](repeating: .null, count: plan.columns.count)
        for (held, position) in zip(plan.columns.held, positions) {
            guard let position, position < record.fields.count, !record.fields[position].isEmpty else { continue }
            if let value = Coercion.value(record.fields[position], as: held.column.type) {
                row[held.place] = value
            } else {
                batch.warnings += 1
            }
        }
        for (place, value) in fixed { row[place] = value }
        if plan.columns.accepts(row) { batch.rows.append(row) }
    }
}
