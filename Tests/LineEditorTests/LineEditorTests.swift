import Testing

@testable import LineEditor

@Suite("The line editor's parts")
struct LineEditorTests {
    @Test(
        "bytes become scalars as they arrive",
        arguments: [
            ([0x61, 0xC3, 0xA9], "aé"), ([0xF0, 0x9F, 0x98, 0x80], "😀"), ([0xFF, 0x61], "\u{FFFD}a"),
            ([0xC3, 0x61], "\u{FFFD}a"), ([0xE2, 0x82, 0xE2, 0x82, 0xAC], "\u{FFFD}€"),
            ([0xC0, 0xAF], "\u{FFFD}\u{FFFD}"), ([0xE0, 0x80, 0xAF], "\u{FFFD}\u{FFFD}\u{FFFD}"),
            ([0xED, 0xA0, 0x80], "\u{FFFD}\u{FFFD}\u{FFFD}"),
            ([0xF4, 0x90, 0x80, 0x80], "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
        ] as [([UInt8], String)])
    func scalars(bytes: [UInt8], text: String) {
        var assembly = ScalarAssembly()
        var scalars = String.UnicodeScalarView()
        for byte in bytes { scalars.append(contentsOf: assembly.take(byte)) }
        #expect(String(scalars) == text)
        #expect(!assembly.isOpen)
    }

    @Test("a paste keeps its lines and loses its control characters")
    func paste() {
        #expect(PastedText.inert("a\r\nb\rc\n\td\u{1B}[31m\u{7}\u{9B}é\n\n".unicodeScalars) == "a\nb\nc\n\td[31mé")
    }

    @Test("one candidate is inserted, or the common prefix of several; no letter is removed")
    func insertion() {
        func insertion(_ text: String, _ candidates: String...) -> String? {
            Completion(typed: text.count, candidates: candidates).insertion(for: text)
        }
        #expect(insertion("se", "select ") == "select ")
        #expect(insertion("SE", "Select ") == "Select ")
        #expect(insertion("au", "author_name", "author_login") == "author_")
        #expect(insertion("author_", "author_name", "author_login") == nil)
        #expect(insertion("od", "\"odd name\"", "oddity") == nil)
        #expect(insertion("x") == nil)
    }

    @Test("candidates are listed in columns, and the rest is counted")
    func listing() {
        let completion = Completion(candidates: ["alpha ", "b", "gamma", "d", "e"])
        #expect(completion.listing(width: 80, rows: 20) == ["alpha  b      gamma  d      e"])
        #expect(completion.listing(width: 20, rows: 20) == ["alpha  d", "b      e", "gamma"])
        #expect(completion.listing(width: 20, rows: 2) == ["alpha  b", "… and 3 more"])
        #expect(completion.listing(width: 4, rows: 9).first == "alp…")
    }

    @Test("the rows of a text on a terminal")
    func rows() {
        #expect(LineEditor.rowsAbove("sql> abc", width: 40) == 0)
        #expect(LineEditor.rowsAbove("0123456789", width: 4) == 2)
        #expect(LineEditor.rowsAbove("01234567", width: 4) == 1)
        #expect(LineEditor.rowsAbove("a\nb\n日本語", width: 4) == 3)
    }
}
