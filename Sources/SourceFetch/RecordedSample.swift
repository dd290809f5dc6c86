package import Basics
import FoundationEssentials
import JSON
package import SourceSpec

/// A recorded response of a provider, and its expected rows.
///
/// `samples/<table>.json` is the response. `<table>.rows` is a JSON array of objects by column name, without NULL columns.
/// `<table>@<variant>.json` is another response to the same request, such as that of an older server.
package struct RecordedSample: Hashable, Sendable {
    package let source: SourceSpec
    /// `<table>` or `<table>@<variant>`.
    package let name: String
    /// The response.
    package let path: String

    /// The expected rows.
    package var rowsPath: String { path.dropLast(".json".count) + ".rows" }

    /// Why a sample is invalid, as a sentence.
    package struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String

        init(_ description: String) { self.description = description }
    }

    /// All in the folder `samples` of a source, in the order of their names.
    package static func all(of source: SourceSpec, in folder: String) -> [RecordedSample] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/samples")) ?? []
        return files.filter { $0.hasSuffix(".json") }.sorted().map { file in
            RecordedSample(
                source: source, name: String(file.dropLast(".json".count)), path: "\(folder)/samples/\(file)")
        }
    }

    /// The rows of the response as mapped by the manifest, in the form of the `.rows` file. Makes no network calls.
    package func rows() throws(Fault) -> JSONValue {
        let tableName = name.prefix { $0 != "@" }
        guard let table = (source.tables + source.functions).first(where: { $0.name == tableName }) else {
            throw Fault("\(source.name) has no table \(tableName) for \(path).")
        }
        let bytes = try Self.bytes(of: path)
        let page: Page
        do {
            page = try Self.page(of: bytes, as: table, of: source)
        } catch {
            throw Fault("\(path) is not a response of \(table.name): \(Self.sentence(of: error))")
        }
        guard page.schemaWarnings == 0 else {
            let values = page.schemaWarnings == 1 ? "a value that does" : "\(page.schemaWarnings) values that do"
            throw Fault("\(path) has \(values) not match the columns of \(table.name).")
        }
        return .array(page.rows.map { Self.object($0, table.columns) })
    }

    /// The rows of a response to a table of a source. Makes no network calls.
    package static func page(of body: [UInt8], as table: TableSpec, of source: SourceSpec) throws -> Page {
        let content = try PageReader(plan(of: table, in: source)).read(body)
        return Page(rows: content.rows, schemaWarnings: content.warnings, calls: 0)
    }

    /// The number of rows, if they equal the expected ones.
    package func check() throws(Fault) -> Int {
        let rows = try rows().array ?? []
        let bytes = try Self.bytes(of: rowsPath)
        let expected: [JSONValue]
        do {
            expected = try JSONDocument.parse(bytes).array ?? []
        } catch {
            throw Fault("\(rowsPath) is not JSON: \(error)")
        }
        for (place, (row, wanted)) in zip(rows, expected).enumerated() where row != wanted {
            throw Fault("row \(place + 1) of \(path) is \(row.serialized), not \(wanted.serialized).")
        }
        guard rows.count == expected.count else {
            throw Fault("the number of rows of \(path) is \(rows.count), not \(expected.count).")
        }
        return rows.count
    }

    // MARK: Parts

    /// Inputs and required filters get any value, because the response is already there.
    private static func plan(of table: TableSpec, in source: SourceSpec) throws(SourceError) -> ScanPlan {
        let filters = table.filters.filter(\.isRequired).map { ($0.name, Value.text($0.allowedValues.first ?? "1")) }
        let scan = Scan(source: source, table: table, filters: Dictionary(uniqueKeysWithValues: filters))
        return try ScanPlan(
            scan, inputs: { _ in "given" }, now: Instant(milliseconds: 0), redaction: Redaction(), timeout: .seconds(1))
    }

    private static func object(_ row: [Value], _ columns: [ColumnSpec]) -> JSONValue {
        .object(zip(columns, row).compactMap { $1.isNull ? nil : JSONValue.Member($0.name, JSONValue($1)) })
    }

    private static func bytes(of path: String) throws(Fault) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Fault("\(path) does not exist or is not readable.")
        }
        return [UInt8](data)
    }

    private static func sentence(of error: any Error) -> String {
        switch error {
        case PageFault.json(let error): "it is not JSON (\(error))."
        case PageFault.shape(let what): "it is \(what)."
        case PageFault.refused(let reason): "it contains the error “\(reason)”."
        default: "\(error)"
        }
    }
}
