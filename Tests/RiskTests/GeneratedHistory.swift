import Basics
import Glibc

/// A history in the form of `git log`, generated from a seed.
///
/// Its parameters are those of the labelled history that `docs/RISK.md` names (943 commits of Apache projects): 26 % of the changes
/// are followed by a fix, and a change has a few files, with many lines in few of them. They were chosen before the score was.
/// A defect is more likely in a large change and in files that often had one; a fix touches one of the files of the change that
/// it repairs, and is small.
struct GeneratedHistory {
    struct Commit {
        var at: Instant
        var title: String
        var files: [(path: String, added: Int, removed: Int)]
    }

    var commits: [Commit] = []

    static let start = Instant(seconds: 1_700_000_000)
    static let files = 400
    static let changes = 700
    /// Hours between two changes, on average.
    static let pace = 15.0
    /// The median of lines added, and the spread of their logarithm.
    static let medianLines = 24.0
    static let spread = 1.7
    /// Of the logarithm of odds that a change has a defect: at the median size, for each e-fold of lines, and for a file's past.
    static let base = -1.9
    static let perSize = 1.2
    static let perPast = 1.2
    /// Days from a defect to its fix, on average.
    static let fixDays = 11.0

    init(seed: UInt64) {
        var random = SeededRandom(seed)
        let fragility = (0..<Self.files).map { _ in Self.normal(&random) }
        var at = Self.start
        for number in 0..<Self.changes {
            at = at + .hours(-Self.pace * log(max(1e-9, random.next(in: 0...1))))
            let count = 1 + min(30, Int(-2.6 * log(max(1e-9, random.next(in: 0...1)))))
            let touched = Array(Set((0..<count).map { _ in Self.popular(&random) })).sorted()
            let size = Self.medianLines * exp(Self.spread * Self.normal(&random))
            let lines = Self.split(Int(size.rounded()), over: touched.count, &random)
            commits.append(
                Commit(
                    at: at, title: "Change \(number)",
                    files: zip(touched, lines).map { (Self.path($0), $1, $1 / 3) }))
            let past = touched.map { fragility[$0] }.max() ?? 0
            let odds = Self.base + Self.perSize * log((1 + size) / (1 + Self.medianLines)) + Self.perPast * past
            guard random.next(in: 0...1) < 1 / (1 + exp(-odds)) else { continue }
            let broken = touched.max { fragility[$0] < fragility[$1] } ?? 0
            let days = -Self.fixDays * log(max(1e-9, random.next(in: 0...1)))
            let repair = 1 + Int(6 * exp(Self.normal(&random)))
            commits.append(
                Commit(
                    at: at + .days(days), title: "fix: repair change \(number)",
                    files: [(Self.path(broken), repair, repair / 2)]))
        }
        commits.sort { $0.at < $1.at }
    }

    /// As `git log -z --numstat` prints it, latest first.
    var gitLog: [UInt8] {
        var text = ""
        for (number, commit) in commits.enumerated().reversed() {
            let sha = String(repeating: "0", count: 34) + String(100_000 + number)
            text += "\u{1}\(sha)\u{2}\(commit.at.milliseconds / 1000)\u{2}dev\u{2}\(commit.title)\0\n"
            text += commit.files.map { "\($0.added)\t\($0.removed)\t\($0.path)\0" }.joined() + "\0"
        }
        return Array(text.utf8)
    }

    private static func path(_ file: Int) -> String { "src/part\(file % 20)/file\(file).py" }

    /// A few files are changed often: Zipf's law with exponent 0.5.
    private static func popular(_ random: inout SeededRandom) -> Int {
        min(files - 1, Int(pow(random.next(in: 0...1), 1 / 0.5) * Double(files)))
    }

    private static func split(_ lines: Int, over count: Int, _ random: inout SeededRandom) -> [Int] {
        let weights = (0..<count).map { _ in random.next(in: 0.1...1) }
        let sum = weights.reduce(0, +)
        return weights.map { Int((Double(lines) * $0 / sum).rounded()) }
    }

    /// Box and Muller.
    private static func normal(_ random: inout SeededRandom) -> Double {
        (-2 * log(max(1e-12, random.next(in: 0...1)))).squareRoot() * cos(2 * .pi * random.next(in: 0...1))
    }
}
