import Basics
import Testing

@testable import JSON

@Suite("JSON documents")
struct JSONParsingTests {
    @Test("Every kind of value is read as what it is")
    func kinds() throws {
        let value = try JSONDocument.parse(
            #" {"n":null,"t":true,"f":false,"i":-42,"d":1.5,"e":1e3,"z":0.0,"s":"aé\n😀","a":[1,[],{}],"o":{"k":"v"}} "#)
        let expected: JSONValue = [
            "n": nil, "t": true, "f": false, "i": -42, "d": 1.5, "e": 1000.0, "z": 0.0, "s": "aé\n😀",
            "a": [1, [], [:]], "o": ["k": "v"],
        ]
        #expect(value == expected)
    }

    @Test("Documents of one scalar are documents", arguments: ["1", "\"x\"", "null", " true "])
    func scalars(text: String) throws {
        #expect(try JSONDocument.parse(text).serialized == text.filter { $0 != " " })
    }

    @Test("Integers stay exact to the ends of 64 bits and become real numbers beyond")
    func longIntegers() throws {
        #expect(
            try JSONDocument.parse("[9223372036854775807,-9223372036854775808]") == [.integer(.max), .integer(.min)])
        #expect(try JSONDocument.parse("9223372036854775808") == .number(9_223_372_036_854_775_808))
        #expect(try JSONDocument.parse("18446744073709551616") == .number(18_446_744_073_709_551_616))
        let text =
            #"{"12345678901234567890123":"12345678901234567890123 \" 1","n":-12345678901234567890123,"m":[1.5e3]}"#
        let value = try JSONDocument.parse(text)
        #expect(value["n"] == .number(-1.2345678901234567890123e22))
        #expect(value["12345678901234567890123"] == "12345678901234567890123 \" 1")
        #expect(value["m"] == [1500.0])
    }

    @Test("Half of a surrogate pair, as a cut text leaves it, costs one character and not the document")
    func loneSurrogates() throws {
        let text = #"["cut \ud83d","\ude00 low","\ud83d\ud83d\ude00","\\ud83d",{"k":18446744073709551616}]"#
        let expected: JSONValue = [
            "cut \u{FFFD}", "\u{FFFD} low", "\u{FFFD}😀", "\\ud83d", ["k": 18_446_744_073_709_551_616.0],
        ]
        #expect(try JSONDocument.parse(text) == expected)
    }

    @Test("A byte order mark is passed over")
    func byteOrderMark() throws {
        #expect(try JSONDocument.parse([0xEF, 0xBB, 0xBF] + Array("[1]".utf8)) == [1])
    }

    @Test(
        "What is no JSON is a typed error that says where",
        arguments: [
            ("", JSONError(kind: .empty)),
            ("   ", JSONError(kind: .empty)),
            (#"{"a":1"#, JSONError(kind: .truncated, offset: 6, line: 1, column: 7)),
            (#"{"a":"half"#, JSONError(kind: .truncated, offset: 10, line: 1, column: 11)),
            ("[1,\n 2,\n x]", JSONError(kind: .syntax, offset: 9, line: 3, column: 2)),
            ("{\"a\":1,}", JSONError(kind: .syntax, offset: 7, line: 1, column: 8)),
            ("[1] 2", JSONError(kind: .syntax, offset: 4, line: 1, column: 5)),
            ("[01]", JSONError(kind: .syntax, offset: 2, line: 1, column: 3)),
            ("[\"\t\"]", JSONError(kind: .syntax, offset: 2, line: 1, column: 3)),
            (#"["\x"]"#, JSONError(kind: .syntax, offset: 3, line: 1, column: 4)),
            ("<!DOCTYPE html>", JSONError(kind: .syntax, offset: 0, line: 1, column: 1)),
            ("nul", JSONError(kind: .truncated, offset: 3, line: 1, column: 4)),
            ("[1e999]", JSONError(kind: .number)),
        ])
    func malformed(text: String, expected: JSONError) {
        #expect(throws: expected) { try JSONDocument.parse(text) }
    }

    @Test("Bytes that are no UTF-8 are named by their offset")
    func encoding() {
        #expect(throws: JSONError(kind: .encoding, offset: 3, line: 1, column: 4)) {
            try JSONDocument.parse([0x5B, 0x22, 0x61, 0xFF, 0x22, 0x5D])
        }
    }

    @Test("Nesting is bounded")
    func nesting() throws {
        let allowed = String(repeating: "[", count: 500) + String(repeating: "]", count: 500)
        #expect(try JSONDocument.parse(allowed).serialized == allowed)
        let refused = String(repeating: "[", count: 100_000)
        #expect(throws: JSONError(kind: .tooDeep)) { try JSONDocument.parse(refused) }
    }

    @Test("Every prefix of a document is an error, never a smaller document")
    func prefixes() throws {
        let text = Array(#"{"data":[{"id":"a","n":-1.5e2,"t":true}],"meta":{"cursor":"é\u00e9"}}"#.utf8)
        for count in 0..<text.count {
            #expect(throws: JSONError.self) { try JSONDocument.parse(Array(text.prefix(count))) }
        }
        _ = try JSONDocument.parse(text)
    }

    @Test("What is written is read back the same", arguments: 0..<200)
    func roundTrip(seed: Int) throws {
        var random = SeededRandom(UInt64(seed))
        let value = random.value(depth: 4)
        #expect(try JSONDocument.parse(value.serialized) == value)
        #expect(try JSONDocument.parse(value.prettyPrinted) == value)
    }

    @Test("Damaged documents never crash the reader", arguments: 0..<200)
    func damage(seed: Int) {
        var random = SeededRandom(UInt64(seed) &+ 7777)
        var bytes = Array(random.value(depth: 4).serialized.utf8)
        for _ in 0..<3 where !bytes.isEmpty {
            bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.below(256))
        }
        do throws(JSONError) {
            let value = try JSONDocument.parse(bytes)
            #expect((try? JSONDocument.parse(value.serialized)) != nil)
        } catch {
            #expect(error.offset.map { $0 <= bytes.count } ?? true)
        }
    }
}

/// Random documents.
extension SeededRandom {
    mutating func text() -> String {
        let alphabet = Array("aZ0 \"\\/\n\t\u{1}\u{7F}\u{85}é€😀\u{202E}{}[],:")
        return String((0..<below(12)).map { _ in alphabet[below(alphabet.count)] })
    }

    mutating func value(depth: Int) -> JSONValue {
        switch below(depth > 0 ? 8 : 6) {
        case 0: return .null
        case 1: return .bool(below(2) == 0)
        case 2: return .integer(Int64(bitPattern: next()) >> Int64(below(60)))
        case 3: return .number(Double(Int64(bitPattern: next()) >> 11) / Double(1 << below(50)))
        case 4, 5: return .string(text())
        case 6: return .array((0..<below(5)).map { _ in value(depth: depth - 1) })
        default: return .object((0..<below(5)).map { JSONValue.Member("\($0)" + text(), value(depth: depth - 1)) })
        }
    }
}
