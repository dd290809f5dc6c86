import Basics
import OnCallModel
import Risk
import Testing

@Suite("The generated history")
struct GeneratedHistoryTests {
    @Test("it has the size and the share of fixes of the labelled history", arguments: [1, 2, 3] as [UInt64])
    func parameters(seed: UInt64) {
        let changes = GitLog.changes(in: GeneratedHistory(seed: seed).gitLog)
        #expect((850...1060).contains(changes.count), "\(changes.count)")
        #expect(zip(changes, changes.dropFirst()).allSatisfy { $0.at <= $1.at })
        let own = changes.filter { !$0.isFix }
        #expect((0.2...0.3).contains(Double(changes.count - own.count) / Double(changes.count)))
        let sizes = own.map(\.added).sorted()
        #expect((16...32).contains(sizes[sizes.count / 2]), "\(sizes[sizes.count / 2])")
        let files = own.map(\.files.count).sorted()
        #expect((2...4).contains(files[files.count / 2]))
    }

    @Test("a log of git is read with renames, binary files and titles of pull requests")
    func log() {
        let text =
            "\u{1}bbb\u{2}200\u{2}alice\u{2}Merge pull request #12 from x/y\0\n-\t-\tlogo.png\0"
            + "1\t2\t\0old name.py\0new name.py\0\0\u{1}aaa\u{2}100\u{2}bob\u{2}fix: retry once (#7)\0\n3\t0\ta\tb.py\0"
        let changes = GitLog.changes(in: Array(text.utf8))
        #expect(changes.map(\.sha) == ["aaa", "bbb"])
        #expect(changes.map(\.pull) == [7, 12])
        #expect(changes.map(\.isFix) == [true, false])
        #expect(changes[0].files == [.init("a\tb.py", added: 3, removed: 0)])
        #expect(
            changes[1].files == [
                .init("logo.png", added: 0, removed: 0),
                .init("new name.py", previousPath: "old name.py", added: 1, removed: 2),
            ])
    }
}
