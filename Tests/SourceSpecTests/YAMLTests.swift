import Testing
import YAML

@Suite("YAML")
struct YAMLTests {
    @Test("every part of a document has its line and column")
    func marks() throws {
        let node = try YAMLDocument.parse("name: a\nlist:\n  - one\n  - {key: two}\n")
        #expect(node.mark == Mark(line: 1, column: 1))
        #expect(node["name"]?.mark == Mark(line: 1, column: 7))
        let second = try #require(node["list"]?.elements?.last)
        #expect(second.mark == Mark(line: 4, column: 5))
        #expect(second["key"]?.mark == Mark(line: 4, column: 11))
        #expect(second.entries?.first?.keyMark == Mark(line: 4, column: 6))
    }

    @Test(
        "a plain scalar means what the core schema says",
        arguments: [
            ("3", YAMLNode.Scalar.integer(3)), ("-7", .integer(-7)), ("0x1F", .integer(31)), ("0o17", .integer(15)),
            ("2.5", .number(2.5)), ("1e3", .number(1000)), ("true", .bool(true)), ("False", .bool(false)),
            ("null", .null), ("~", .null), ("yes", .text("yes")), ("on", .text("on")), ("1.2.3", .text("1.2.3")),
            ("\"3\"", .text("3")), ("'true'", .text("true")), ("nan", .text("nan")), ("e5", .text("e5")),
            ("-", .text("-")),
        ])
    func scalars(text: String, meaning: YAMLNode.Scalar) throws {
        // A lone dash is a list where a value may stand alone, so each stands in a flow mapping.
        let node = try YAMLDocument.parse(text == "-" ? "a: \"-\"" : "{a: \(text)}")
        #expect(node["a"]?.scalar == meaning)
    }

    @Test("folded and literal blocks are text")
    func blocks() throws {
        let node = try YAMLDocument.parse("a: >-\n  one\n  two\nb: |\n  3\n")
        #expect(node["a"]?.scalar == .text("one two"))
        #expect(node["b"]?.scalar == .text("3\n"))
    }

    @Test(
        "what two readers may read differently is refused at its place",
        arguments: [
            ("a: 1\nb: 2\na: 3", 3, 1, "duplicate key \"a\", first in line 1"),
            ("a: &x 1", 1, 4, "anchors ("), ("a: 1\nb: *x", 2, 4, "aliases ("),
            ("a: 1\n---\nb: 2", 2, 1, "a second document"), ("? [a, b]\n: 1", 1, 3, "the key of a mapping"),
            ("a: [1,\nb: 2", 2, 5, "the text is not YAML"), ("\tq: 1", 1, 1, "the text is not YAML"),
            ("", 1, 1, "the file is empty"), ("# nothing\n", 1, 1, "the file is empty"),
        ])
    func refusals(text: String, line: Int, column: Int, reason: String) throws {
        let error = try #require(throws: YAMLError.self) { try YAMLDocument.parse(text) }
        #expect(error.reason.hasPrefix(reason), "\(error)")
        #expect(error.mark == Mark(line: line, column: column))
        #expect(!error.remedy.isEmpty)
    }

    @Test("nesting is bounded, and one level less is read")
    func depth() throws {
        func nested(_ levels: Int) -> String {
            String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        }
        _ = try YAMLDocument.parse(nested(YAMLDocument.maxDepth + 1))
        let error = try #require(throws: YAMLError.self) { try YAMLDocument.parse(nested(YAMLDocument.maxDepth + 2)) }
        #expect(error.reason.contains("nested deeper"))
        #expect(throws: YAMLError.self) { try YAMLDocument.parse(nested(50_000)) }
    }

    @Test("a file that is too large is rejected before it is read")
    func size() throws {
        let text = "a: " + String(repeating: "x", count: YAMLDocument.maxBytes)
        let error = try #require(throws: YAMLError.self) { try YAMLDocument.parse(text) }
        #expect(error.reason.contains("larger than"))
    }

    @Test("damaged documents are rejected or read, and never crash")
    func damage() {
        let document = Array("a: {b: [1, 'two', \"th\\u0041ree\"], c: |\n  x\n}\nd:\n  - e: &f g\n  - *f\n".utf8)
        var state: UInt64 = 42
        for _ in 0..<2000 {
            var bytes = document
            for _ in 0..<3 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes[Int(state >> 33) % bytes.count] = UInt8(truncatingIfNeeded: state >> 20)
            }
            do {
                let node = try YAMLDocument.parse(String(decoding: bytes, as: UTF8.self))
                #expect(node.mark.line >= 1)
            } catch {
                #expect(error.mark.line >= 1 && error.mark.column >= 1)
            }
        }
    }
}
