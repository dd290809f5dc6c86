import Basics
import FoundationEssentials
import JSON
import SourceFetch
import TestSupport
import Testing

@testable import SourceSpec

extension RecordedSample: CustomTestStringConvertible {
    public var testDescription: String { "\(source.name).\(name)" }
}

/// `RECORD=1` writes the rows of every sample anew, and fails.
@Suite("Recorded samples")
struct SampleTests {
    private static let directory =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        + "/sources"

    private static let all: [RecordedSample] = {
        let catalog = SourceCatalog.load(directory: directory)
        return catalog.specs.flatMap { RecordedSample.all(of: $0, in: catalog.origins[$0.name]?.folder ?? "") }
    }()

    @Test("Every shipped source has a sample")
    func everySource() {
        let catalog = SourceCatalog.load(directory: Self.directory)
        let sampled = Set(Self.all.map(\.source.name))
        #expect(!catalog.specs.isEmpty)
        #expect(catalog.specs.map(\.name).filter { !sampled.contains($0) } == [])
    }

    @Test("A response becomes the rows of the .rows file", arguments: all)
    func becomes(sample: RecordedSample) throws {
        let rows = try sample.rows()
        if ProcessInfo.processInfo.environment["RECORD"] == "1" {
            try Data(rows.prettyPrinted.utf8).write(to: URL(filePath: sample.rowsPath))
            Issue.record("Recorded \(sample.rowsPath): look at the difference, then run again without RECORD.")
        }
        let written = try #require(FileManager.default.contents(atPath: sample.rowsPath))
        let expected = try JSONDocument.parse([UInt8](written))
        #expect(rows == expected, "\(rows.prettyPrinted)")
    }

    // MARK: The comparison itself

    private let folder = TemporaryFolder()

    private func sample(_ answer: String, _ rows: String?, name: String = "items") throws -> RecordedSample {
        var source = SourceSpec.sample(at: "https://acme.example")
        source.tables = [
            .items(
                filters: [FilterSpec(name: "kind", isRequired: true)], columns: [ColumnSpec(name: "id", type: .int64)])
        ]
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/samples", withIntermediateDirectories: true)
        try Data(answer.utf8).write(to: URL(filePath: "\(folder.path)/samples/\(name).json"))
        if let rows { try Data(rows.utf8).write(to: URL(filePath: "\(folder.path)/samples/\(name).rows")) }
        return try #require(RecordedSample.all(of: source, in: folder.path).first { $0.name == name })
    }

    @Test("Equal rows are counted, for a variant too")
    func same() throws {
        let answer = #"{"data":[{"id":1},{"id":null}]}"#
        #expect(try sample(answer, #"[{"id":1},{}]"#).check() == 2)
        #expect(try sample(answer, #"[{"id":1},{}]"#, name: "items@v1").check() == 2)
    }

    @Test("A difference is reported with its row, a missing file with its name")
    func different() throws {
        func sentence(_ sample: RecordedSample) -> String? {
            do { _ = try sample.check() } catch { return error.description.replacing(folder.path + "/", with: "") }
            return nil
        }
        #expect(
            sentence(try sample(#"{"data":[{"id":1},{"id":2}]}"#, #"[{"id":1},{"id":3}]"#))
                == #"row 2 of samples/items.json is {"id":2}, not {"id":3}."#)
        #expect(
            sentence(try sample(#"{"data":[]}"#, #"[{"id":1}]"#))
                == "the number of rows of samples/items.json is 0, not 1.")
        #expect(
            sentence(try sample(#"{"data":[{"id":"x"}]}"#, "[]"))
                == "samples/items.json has a value that does not match the columns of items.")
        #expect(
            sentence(try sample(#"{"message":"no"}"#, "[]"))
                == "samples/items.json is not a response of items: it contains the error “no”.")
        #expect(sentence(try sample("[]", nil, name: "things")) == "acme has no table things for samples/things.json.")
        #expect(
            sentence(try sample(#"{"data":[]}"#, nil, name: "items@v2"))
                == "samples/items@v2.rows does not exist or is not readable.")
    }
}
