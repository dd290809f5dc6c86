import Basics
import Testing

@testable import Terminal

@Suite("Key decoder")
struct KeyDecoderTests {
    /// Feeds bursts, each a text as the terminal sends it.
    private func decode(_ bursts: [String]) -> [TerminalEvent] {
        var decoder = KeyDecoder()
        return bursts.flatMap { burst in
            for scalar in burst.unicodeScalars { decoder.take(code: scalar.value, isFunctionKey: false) }
            return decoder.finish()
        }
    }

    private static let paste = "\u{1B}[200~a\ny\u{1B}[201~"

    @Test("a paste in any bursts is text, and none of its letters is a key")
    func pasteInPieces() {
        let scalars = Array(Self.paste.unicodeScalars)
        for cut in 1..<scalars.count {
            let pieces = [scalars[..<cut], scalars[cut...]].map { piece in String(String.UnicodeScalarView(piece)) }
            let events = decode(pieces)
            #expect(events.filter { $0 != .key(.escape) } == [.paste("a\ny")], "cut at \(cut): \(events)")
            // Only a burst that ends after the first escape reports the Escape key, which cancels every question.
            #expect(events.contains(.key(.escape)) == (cut == 1), "cut at \(cut)")
        }
    }

    @Test("a paste letter by letter is one paste, and the next letters are keys")
    func letterByLetter() {
        let events = decode(Self.paste.unicodeScalars.map { String($0) } + ["y"])
        #expect(events == [.key(.escape), .paste("a\ny"), .key(.character("y"))])
    }

    @Test("a lone escape is the Escape key at once, again and again")
    func escape() {
        #expect(decode(["\u{1B}", "\u{1B}", "j"]) == [.key(.escape), .key(.escape), .key(.character("j"))])
        #expect(decode(["\u{1B}j"]) == [.key(.escape), .key(.character("j"))])
    }

    @Test("function keys inside a paste are ignored")
    func functionKeyInPaste() {
        var decoder = KeyDecoder()
        for scalar in "\u{1B}[200~x".unicodeScalars { decoder.take(code: scalar.value, isFunctionKey: false) }
        decoder.take(code: 0o403, isFunctionKey: true)
        for scalar in "z\u{1B}[201~".unicodeScalars { decoder.take(code: scalar.value, isFunctionKey: false) }
        #expect(decoder.finish() == [.paste("xz")])
    }

    @Test("control letters, Enter and Backspace have their names")
    func controls() {
        let events = decode(["\u{04}\u{0D}\u{7F}\u{09}é"])
        #expect(events == [.key(.control("d")), .key(.enter), .key(.backspace), .key(.tab), .key(.character("é"))])
    }
}
