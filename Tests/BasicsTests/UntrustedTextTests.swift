import Basics
import Testing

@Suite("Untrusted text")
struct UntrustedTextTests {
    @Test(
        "what nobody sees and some program obeys is removed",
        arguments: [
            ("a\u{1B}[2Jb", "a[2Jb"), ("a\u{9B}b", "ab"), ("a\u{202E}b\u{2066}c", "abc"), ("a\u{200B}\u{FEFF}b", "ab"),
            ("a\u{E0041}b", "ab"), ("a\tb", "a b"), ("a\nb", "a\nb"), ("a\u{2028}b", "ab"), ("é – “x”", "é – “x”"),
            ("e" + String(repeating: "\u{301}", count: 40), "e\u{301}\u{301}\u{301}"),
        ])
    func visible(text: String, expected: String) {
        #expect(Array(UntrustedText.visible(text).unicodeScalars) == Array(expected.unicodeScalars))
    }

    @Test("a text is cut to its limit, with an ellipsis and never inside a spelling")
    func bounded() {
        #expect(UntrustedText.bounded("abc", limit: 3) == "abc")
        #expect(UntrustedText.bounded("abcd", limit: 3) == "ab…")
        #expect(UntrustedText.bounded("abcd", limit: 0) == "")
        let spelled = UntrustedText.bounded("a<b", limit: 5) { $0 == "<" ? "&lt;" : String($0) }
        #expect(spelled == "a…", "the entity does not fit beside the ellipsis")
        #expect(UntrustedText.line("  a \n\t b ") == "a b")
    }

    @Test(
        "Markdown neither marks up, mentions nor links",
        arguments: [
            ("@channel", "(at)channel"), ("<!here>", "‹!here›"),
            ("[x](https://evil.example)", "(x)(`https://evil.example`)"),
            ("**bold** ~~no~~", "∗∗bold∗∗ ∼∼no∼∼"), ("`code`", "'code'"), ("fixes #12", "fixes no. 12"),
            ("GH-7", "`GH-7`"), ("www.evil.example", "`www.evil.example`"),
            ("see HTTPS://a.b/c_d?e=1&f=#2.", "see `HTTPS://a.b/c_d?e=1&f=#2`."),
            ("www.", "www."), ("max_tokens _it_", "max_tokens ˍitˍ"),
            ("a\nb", "a b"), ("# head", "# head"), ("C:\\x", "C:∖x"),
        ])
    func markdown(text: String, expected: String) {
        #expect(UntrustedText.forMarkdown(text) == expected)
    }

    @Test("Markdown is cut to its limit")
    func markdownLimit() {
        #expect(UntrustedText.forMarkdown(String(repeating: "x", count: 200)).count == 161)
        #expect(UntrustedText.forMarkdown("abcdef", limit: 3) == "abc…")
    }
}
