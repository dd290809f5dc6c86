import Basics
import FoundationEssentials
import Glibc
import SourceFetch
import SourceSpec

/// An input is a file after a line with its format: `jsonl`, `json`, or `csv`, optionally with a delimiter and with `bare` if the
/// file has no header: `csv;bare`.
///
/// Its rows have the table's width and the columns' types, independent of the boundaries of reads. The records of a CSV file,
/// written and read again, are the same.
enum FileSubject {
    private static let path: String = {
        let folder = FileManager.default.temporaryDirectory.path
        return "\(folder)/sentinel-fuzz-\(ProcessInfo.processInfo.processIdentifier)"
    }()

    static func check(_ bytes: [UInt8]) {
        let input = HeadedInput(bytes)
        let head = Array(input.head.utf8)
        let delimiter = head.dropFirst("csv".utf8.count).first.flatMap(Self.delimiter) ?? UInt8(ascii: ",")
        defer { unlink(path) }
        write(input.body)
        let format: FileTableSpec.Format =
            switch input.head {
            case "jsonl": .jsonl
            case "json": .json
            default: .csv
            }
        let source = source(format, delimiter: delimiter, hasHeader: !input.head.hasSuffix("bare"))
        checkRows(source, chunk: 3 + input.body.count % 5)
        if format == .csv { checkRecords(delimiter, chunk: 3 + input.body.count % 7) }
    }

    private static func delimiter(_ byte: UInt8) -> UInt8? {
        (0x20..<0x7F).contains(byte) && byte != UInt8(ascii: "\"") || byte == 0x09 ? byte : nil
    }

    private static func write(_ body: [UInt8]) {
        // Foundation would wait for the disk each time.
        guard let file = fopen(path, "wb") else { fatalError("\(path) cannot be written") }
        fwrite(body, 1, body.count, file)
        fclose(file)
    }

    private static func checkRows(_ source: SourceSpec, chunk: Int) {
        let table = source.tables[0]
        let whole = Result { try FileProbe(table, of: source).page(of: path, chunk: 1 << 16) }
        let pieces = Result { try FileProbe(table, of: source).page(of: path, chunk: chunk) }
        switch (whole, pieces) {
        case (.success(let whole), .success(let pieces)):
            promise("rows are the same in pieces of \(chunk)", whole == pieces)
            for row in whole.rows { RowsSubject.check(row, of: table) }
        case (.failure(let error as SourceError), .failure):
            promise("a refusal says why", !error.reason.isEmpty)
        default: promise("a file is read the same in pieces of \(chunk): \(whole), \(pieces)", false)
        }
    }

    private static func checkRecords(_ delimiter: UInt8, chunk: Int) {
        guard let records = try? FileProbe.records(of: path, delimiter: delimiter, chunk: chunk) else { return }
        let mark = String(UnicodeScalar(delimiter))
        let text = records.map { fields in
            fields.map { "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: mark) + "\r\n"
        }.joined()
        write(Array(text.utf8))
        let again = try? FileProbe.records(of: path, delimiter: delimiter, chunk: 1 << 16)
        promise("records written again are the same: \(records), \(String(describing: again))", records == again)
    }

    private static func source(_ format: FileTableSpec.Format, delimiter: UInt8, hasHeader: Bool) -> SourceSpec {
        let columns = ColumnType.allCases.map { ColumnSpec(name: $0.rawValue.lowercased(), type: $0) }
        let file = FileTableSpec(
            format: format, location: Template(parts: [.text("file:///")]), hasHeader: hasHeader, delimiter: delimiter)
        return SourceSpec(
            name: "files", version: "1", backend: .file(["items": file]),
            tables: [TableSpec(name: "items", request: RequestSpec(path: Template(parts: [])), columns: columns)])
    }
}
