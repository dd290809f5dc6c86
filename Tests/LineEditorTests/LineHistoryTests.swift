import FoundationEssentials
import Glibc
import TestSupport
import Testing

@testable import LineEditor

@Suite("The history of lines")
struct LineHistoryTests {
    private func history(_ lines: [String], limit: Int = 10) -> LineHistory {
        var history = LineHistory(limit: limit)
        for line in lines { history.add(line) }
        return history
    }

    @Test("each line is kept once, at its last position")
    func duplicates() {
        #expect(history(["a", "b", "a"]).entries == ["b", "a"])
    }

    @Test("beyond the limit the oldest lines are removed")
    func bound() {
        #expect(history(["a", "b", "c", "d"], limit: 3).entries == ["b", "c", "d"])
    }

    @Test("blank and too long lines are not kept")
    func refused() {
        let endless = String(repeating: "x", count: LineHistory.longestEntry + 1)
        #expect(history(["a", " \n\t", endless]).entries == ["a"])
    }

    @Test(
        "the file returns the lines that were written",
        arguments: ["a\nb", "a\\nb", "\\", "é 日 \u{301}", "\\\u{301}n", "a\r\nb", "tab\t'quote'"])
    func roundTrip(line: String) {
        let written = history(["first", line])
        #expect(written.encoded.utf8.count { $0 == UInt8(ascii: "\n") } == 2)
        let read = LineHistory(decoding: written.encoded.utf8, limit: 10)
        #expect(read.entries.map { Array($0.utf8) } == written.entries.map { Array($0.utf8) })
    }

    @Test("invalid UTF-8 becomes U+FFFD")
    func foreignBytes() {
        let read = LineHistory(decoding: [0xFF, 0x61, 0x0A, 0x62, 0x0A], limit: 10)
        #expect(read.entries == ["\u{FFFD}a", "b"])
    }

    @Test("only the owner can read the file, and a file beyond the limit is rewritten")
    func file() throws {
        let folder = TemporaryFolder()
        let file = HistoryFile(path: "\(folder.path)/history")
        #expect(file.load(limit: 3).entries == [])
        for line in ["a", "b", "a", "c", "d"] { file.append(line) }
        #expect(file.load(limit: 3).entries == ["a", "c", "d"])
        #expect(try String(contentsOfFile: file.path, encoding: .utf8) == "a\nc\nd\n")
        var known = stat()
        #expect(stat(file.path, &known) == 0)
        #expect(known.st_mode & 0o777 == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["history"])
    }

    @Test("without its folder there is no history, and no error")
    func missingFolder() {
        let file = HistoryFile(path: "/nonexistent/history")
        file.append("a")
        #expect(file.load(limit: 3).entries == [])
    }
}
