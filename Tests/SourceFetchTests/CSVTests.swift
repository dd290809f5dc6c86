import Basics
import SourceFetch
import Testing

@testable import SourceSpec

@Suite("CSV files")
struct CSVTests {
    private let stage = FileStage()

    private func rows(
        _ text: String, _ options: String = "{}", columns: String = "[{name: a, type: Utf8}, {name: b, type: Int64}]"
    ) async throws -> (rows: [[Value]], warnings: Int) {
        try stage.write(text, to: "t/x.csv")
        let (rows, outcome) = try await stage.read(
            """
            format: csv
            format_options: \(options)
            source: {location: "file://{{folder}}/t"}
            columns: \(columns)
            """)
        return (rows, outcome.schemaWarnings)
    }

    @Test(
        "Fields after RFC 4180",
        arguments: [
            ("a,b\nx,1\ny,2\n", [["x", 1], ["y", 2]]), ("\u{FEFF}a,b\r\nx,1\r\ny,2", [["x", 1], ["y", 2]]),
            ("a,b\n\"x, \"\"y\"\"\nz\",1", [["x, \"y\"\nz", 1]]),
            ("a,b\r\"x\r\ny\",1\rz,2\r", [["x\r\ny", 1], ["z", 2]]),
            ("b,a\n1,x", [["x", 1]]), (" A ,\"B\"\nx,1", [["x", 1]]), ("a,b\n\nx,1\n\r\n", [["x", 1]]),
            ("a,b\n,\n\"\",\"\"", [[nil, nil], [nil, nil]]), ("a,b\nä\u{1F600},-7", [["ä\u{1F600}", -7]]),
            ("a,b\nx \"y\" z,1", [["x \"y\" z", 1]]), ("a,b\n", []), ("", []),
        ] as [(String, [[Value]])])
    func fields(text: String, expected: [[Value]]) async throws {
        let (rows, warnings) = try await rows(text)
        #expect(rows == expected && warnings == 0)
    }

    @Test("Mismatches are counted: another length, a stray quote, a word instead of a number")
    func misfits() async throws {
        let short = try await rows("a,b,c\nx\ny,1,2,3")
        #expect(short.rows == [["x", nil], ["y", 1]] && short.warnings == 2)
        let stray = try await rows("a,b\n\"x\"y,1\nz,\"2")
        #expect(stray.rows == [["xy", 1], ["z", 2]] && stray.warnings == 2)
        let word = try await rows("a,b\nx,many")
        #expect(word.rows == [["x", nil]] && word.warnings == 1)
    }

    @Test("Without a header fields are read by position, with any delimiter; renamed columns keep their positions")
    func places() async throws {
        #expect(try await rows("x;1\ny;2", "{has_header: false, delimiter: \";\"}").rows == [["x", 1], ["y", 2]])
        #expect(try await rows("x\t1", "{has_header: false, delimiter: \"\\t\"}").rows == [["x", 1]])
        #expect(try await rows("First Name,b\nx,1").rows == [["x", 1]])
        #expect(try await rows("b,c\n1,z").rows == [[nil, 1]], "the place of a is b's by name")
    }

    @Test("Every type is read from text like from JSON")
    func types() async throws {
        let columns =
            "[{name: t, type: Timestamp}, {name: d, type: Date}, {name: f, type: Float64}, {name: o, type: Boolean}, {name: j, type: Json}]"
        let (rows, warnings) = try await rows(
            "t,d,f,o,j\n2026-11-24T03:00:00+01:00,2026-11-24,1.5,yes,\"{\"\"k\"\":1}\"", columns: columns)
        #expect(rows == [["2026-11-24T02:00:00.000Z", "2026-11-24", 1.5, 1, #"{"k":1}"#]] && warnings == 0)
    }
}
