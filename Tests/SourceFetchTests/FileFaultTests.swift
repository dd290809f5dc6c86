import Basics
import Glibc
import TestSupport
import Testing

@testable import SourceFetch
@testable import SourceSpec

@Suite("Files that are rejected or cannot be read")
struct FileFaultTests {
    private let stage = FileStage()
    private static let lines = """
        format: jsonl
        source: {location: "file://{{folder}}/logs/"}
        columns: [{name: id, type: Int64}]
        """

    @Test("A missing location is an error, an empty one returns no rows")
    func missing() async throws {
        let error = await sourceError { _ = try await stage.read(Self.lines) }
        #expect(error?.kind == .notFound && error?.reason == "\(stage.folder.path)/logs does not exist.")
        try stage.write("", to: "logs/a.jsonl")
        #expect(try await stage.read(Self.lines).rows.isEmpty)
    }

    @Test("A file without read permission is an error with its name and the remedy", .enabled(if: getuid() != 0))
    func forbidden() async throws {
        try stage.write("{\"id\":1}", to: "logs/a.jsonl")
        chmod("\(stage.folder.path)/logs/a.jsonl", 0)
        let error = await sourceError { _ = try await stage.read(Self.lines) }
        #expect(error?.kind == .notAuthorised)
        #expect(error?.reason == "\(stage.folder.path)/logs/a.jsonl is not readable for this user.")
    }

    @Test("A link out of the location is rejected; one within it is read once")
    func links() async throws {
        try stage.write("{\"id\":1}", to: "logs/a.jsonl")
        try stage.write("{\"id\":2}", to: "logs/old/b.txt")
        stage.link("logs/latest.jsonl", to: "a.jsonl")
        stage.link("logs/b.jsonl", to: "old/b.txt")
        stage.link("logs/again", to: "old")
        stage.link("logs/loop", to: ".")
        stage.link("logs/gone.jsonl", to: "nowhere")
        #expect(ids(try await stage.read(Self.lines).rows) == [1, 2])
        try stage.write("{\"id\":3}", to: "secret.jsonl")
        stage.link("logs/out.jsonl", to: "../secret.jsonl")
        let file = await sourceError { _ = try await stage.read(Self.lines) }
        #expect(
            file?.kind == .refusedByProvider
                && file?.reason.contains("logs/out.jsonl is a link to a file outside") == true
        )
        unlink("\(stage.folder.path)/logs/out.jsonl")
        stage.link("logs/outside", to: "..")
        let folder = await sourceError { _ = try await stage.read(Self.lines) }
        #expect(folder?.reason.contains("logs/outside is a link to a file outside") == true)
        let flat = Self.lines.replacing("/logs/\"", with: "/logs/\", glob: \"*.jsonl\"")
        #expect(ids(try await stage.read(flat).rows) == [1, 2])
    }

    @Test("A pipe in the folder does not block the scan")
    func pipe() async throws {
        try stage.write("{\"id\":1}", to: "logs/a.jsonl")
        mkfifo("\(stage.folder.path)/logs/b.jsonl", 0o600)
        #expect(ids(try await stage.read(Self.lines).rows) == [1])
    }

    @Test("A query of Parquet or S3 is an error")
    func unsupported() async throws {
        let parquet = "format: parquet\nsource: {location: \"file:///nowhere\"}\ncolumns: []"
        let error = await sourceError { _ = try await stage.read(parquet) }
        #expect(error?.kind == .unsupported)
        #expect(
            error?.reason == "this source uses Parquet files, which Sentinel does not support.")
        let bucket = Self.lines.replacing("file://{{folder}}", with: "s3://bucket")
        let other = await sourceError { _ = try await stage.read(bucket) }
        #expect(other?.reason == "this source reads files from S3, which Sentinel does not support.")
    }

    @Test("A line that is too long is skipped, and the others are read")
    func longLine() throws {
        try stage.write("short\n" + String(repeating: "x", count: 700_000) + "\nlast", to: "a.jsonl")
        var lines = LineReader(try FileBytes("\(stage.folder.path)/a.jsonl"), longest: 1000)
        var read: [String?] = []
        while let line = try lines.next() {
            if case .bytes(let bytes) = line {
                read.append(String(decoding: bytes, as: UTF8.self))
            } else {
                read.append(nil)
            }
        }
        #expect(read == ["short", nil, "last"])
    }

    @Test("An unclosed quote is an error with its line")
    func openQuote() throws {
        try stage.write("id\n1\n\"" + String(repeating: "x\n", count: 1000), to: "a.csv")
        var records = CSVRecords(
            try FileBytes("\(stage.folder.path)/a.csv"), delimiter: UInt8(ascii: ","), longest: 1000)
        #expect(try records.next()?.fields == ["id"])
        #expect(try records.next()?.fields == ["1"])
        #expect(throws: CSVRecords.Fault.tooLong(line: 3)) { _ = try records.next() }
    }
}
