import Basics
import FoundationEssentials
import HTTPClient
import JSON
import SourceFetch
import SourceSpec
import Testing
import WebServer

/// `sources/<name>/samples/<table>.json` is an answer of the provider; `<table>.rows` beside it are the rows that it must
/// become: a JSON array of objects by column name, NULL columns left out. `<table>@<variant>.json` is another answer to the
/// same request, as an older server or another parameter gives it. `RECORD=1` writes the rows anew, and fails.
@Suite("Recorded samples")
struct SampleTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        var source: String
        var table: String
        var path: String

        /// `path` ends in `/<table>.json` or `/<table>@<variant>.json`.
        init(source: String, path: String) {
            self.source = source
            self.path = path
            table = String(path.split(separator: "/").last?.dropLast(5).prefix { $0 != "@" } ?? "")
        }

        var testDescription: String { "\(source).\(path.split(separator: "/").last?.dropLast(5) ?? "")" }
    }

    private static let directory =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        + "/sources"

    private static let all: [Sample] = {
        let sources = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return sources.sorted().flatMap { source in
            let folder = "\(directory)/\(source)/samples"
            let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            return files.filter { $0.hasSuffix(".json") }.sorted().map {
                Sample(source: source, path: "\(folder)/\($0)")
            }
        }
    }()

    @Test("Every shipped source has a sample")
    func everySource() {
        let catalog = SourceCatalog.load(directory: Self.directory)
        let sampled = Set(Self.all.map(\.source))
        #expect(!catalog.specs.isEmpty)
        #expect(catalog.specs.map(\.name).filter { !sampled.contains($0) } == [])
    }

    @Test("An answer becomes the rows that are written beside it", arguments: all)
    func becomes(sample: Sample) async throws {
        let body = try #require(FileManager.default.contents(atPath: sample.path))
        let provider = try Provider { _, _ in .json(String(decoding: body, as: UTF8.self)) }
        let rows = try await firstPage(of: sample, from: provider)
        let expectedPath = sample.path.dropLast(5) + ".rows"
        if ProcessInfo.processInfo.environment["RECORD"] == "1" {
            try Data(rows.prettyPrinted.utf8).write(to: URL(filePath: String(expectedPath)))
            Issue.record("Recorded \(expectedPath): look at the difference, then run again without RECORD.")
        }
        let written = try #require(FileManager.default.contents(atPath: String(expectedPath)))
        let expected = try JSONDocument.parse([UInt8](written))
        #expect(rows == expected, "\(rows.prettyPrinted)")
    }

    private func firstPage(of sample: Sample, from provider: Provider) async throws -> JSONValue {
        let spec = try #require(SourceCatalog.load(directory: Self.directory)[sample.source])
        let table = try #require((spec.tables + spec.functions).first { $0.name == sample.table })
        var inputs = Dictionary(uniqueKeysWithValues: spec.inputs.map { ($0.key, "given") })
        for key in inputs.keys where key.hasSuffix("_BASE_URL") { inputs[key] = provider.url }
        let required = table.filters.filter(\.isRequired)
        let filters = Dictionary(uniqueKeysWithValues: required.map { ($0.name, Value.text("1")) })
        let page = Lock<Page?>(nil)
        _ = try await provider.fetcher(inputs: inputs).scan(Scan(source: spec, table: table, filters: filters)) {
            first in
            page.withLock { $0 = first }
            return .stop
        }
        let first = try #require(page.withLock { $0 })
        #expect(first.schemaWarnings == 0)
        return .array(first.rows.map { Self.object($0, table.columns) })
    }

    private static func object(_ row: [Value], _ columns: [ColumnSpec]) -> JSONValue {
        .object(zip(columns, row).compactMap { $1.isNull ? nil : JSONValue.Member($0.name, JSONValue($1)) })
    }
}
