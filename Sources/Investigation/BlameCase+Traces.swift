import Basics
import OnCallModel

/// The terms from other sources: deployments, errors, contrasts, fixes.
extension BlameCase {
    /// One point at the onset, half of it a day before. If the deployment of the commit is known, its time counts instead of
    /// the commit's; a deployment after the onset counts against the commit.
    mutating func addAlignment(_ context: BlameContext) {
        let onset = context.finding.onset
        let landed = max(0, (onset - commit.date).seconds)
        if let arrival = context.delivery.arrival(of: commit) {
            guard arrival.at <= onset + .minutes(10) else {
                add(-1.5, "\(arrival.phrase) only \(Self.duration((arrival.at - onset).seconds)) after the onset")
                return
            }
            let waited = max(0, (onset - arrival.at).seconds)
            if waited < landed {
                add(Self.decay(waited), "\(arrival.phrase) \(Self.duration(waited)) before the onset")
                return
            }
        }
        add(Self.decay(landed), "landed \(Self.duration(landed)) before the onset")
    }

    private static func decay(_ seconds: Double) -> Double {
        var (points, days) = (1.0, seconds / 86_400)
        while days >= 1 { (points, days) = (points / 2, days - 1) }
        // Linear interpolation between two days is accurate enough.
        return points * (1 - days / 2)
    }

    static func duration(_ seconds: Double) -> String {
        switch seconds {
        case ..<5400: "\(Int(seconds / 60)) min"
        case ..<172_800: "\(Format.decimal(seconds / 3600, digits: 1)) h"
        default: "\(Format.decimal(seconds / 86_400, digits: 1)) days"
        }
    }

    /// Sentry places an error in a file that the commit changes.
    mutating func addLocation(_ context: BlameContext) {
        for error in context.errors {
            guard let file = SourcePlace.file(of: error, among: files, events: context.file.surroundings.events) else {
                continue
            }
            add(1.5, "changes \(file.path.prefix(80)), where Sentry places \(error.name)")
            return
        }
    }

    /// Words shared with errors that are new since the onset.
    mutating func addErrors(_ context: BlameContext) {
        let own = Set(Words.identifying(commit.title) + files.flatMap { Words.identifying($0.patch) })
        for error in context.errors {
            let shared = own.intersection(Words.identifying(error.title))
            guard shared.count >= 2 else { continue }
            add(0.6, "shares \(shared.sorted().prefix(3).joined(separator: ", ")) with a new error")
            return
        }
    }

    /// Words of the keys and texts that the failing outputs name.
    mutating func addFailureWords(_ context: BlameContext) {
        guard !context.failureWords.isEmpty else { return }
        let own = Set(files.flatMap { $0.lines.removed + $0.lines.added }.flatMap { Words.identifying($0) })
        let shared = own.intersection(context.failureWords)
        guard !shared.isEmpty else { return }
        add(1, "its diff names \(shared.sorted().prefix(3).joined(separator: ", ")), which the failing outputs name")
    }

    /// Only the release that contains the commit fails, or only the prompt that it changes.
    mutating func addContrasts(_ context: BlameContext) {
        for contrast in context.contrasts {
            switch contrast.kind {
            case "release":
                let version = ReleaseFact.version(of: contrast.value)
                let releases = context.delivery.releases.filter { $0.version == version }
                guard
                    releases.contains(where: { context.delivery.commits(of: $0).contains(commit.sha) })
                        || Delivery.isSame(contrast.value, commit.sha)
                else { continue }
                add(2, "\(contrast.phrase); that release contains it")
                return
            case "prompt_version":
                let words = Set(Words.identifying(contrast.prompt))
                guard
                    let file = files.first(where: { $0.path.lowercased().contains("prompt") && words.meets($0.path) })
                else { continue }
                add(2, "\(contrast.phrase); it changes \(file.path.prefix(80))")
                return
            default: continue
            }
        }
    }

    /// Code that was fixed recently breaks more often. A person already suspected a commit that was reverted later.
    mutating func addFixes(_ context: BlameContext) {
        let others = context.file.commits.filter { $0.sha != commit.sha }
        if let revert = others.first(where: { $0.date >= commit.date && Self.reverts($0, commit) }) {
            add(1.5, "\(revert.shortSHA) reverted it afterwards")
        }
        let paths = Set(files.map(\.path))
        let fixes = others.filter { other in
            other.date < commit.date && CommitClass.isFix(message: other.message)
                && other.files.contains { paths.contains($0.path) }
        }
        if !fixes.isEmpty {
            let count = fixes.count == 1 ? "once" : "\(fixes.count) times"
            add(0.3 * Double(min(2, fixes.count)), "a file that it changes was fixed \(count) in the days before")
        }
    }

    /// By the text that `git revert` writes.
    static func reverts(_ revert: CommitFact, _ commit: CommitFact) -> Bool {
        guard revert.message.lowercased().hasPrefix("revert") else { return false }
        return Mention.commit(in: revert.message, among: [commit.sha]) != nil
            || (commit.title.count >= 8 && revert.title.contains(commit.title))
    }
}

/// Whether a place that Sentry names is in a changed file.
enum SourcePlace {
    /// The changed file where Sentry places an issue.
    static func file(of error: ErrorFact, among files: [ChangedFile], events: [EventFact]) -> ChangedFile? {
        let own = events.filter { $0.issue == error.id }.prefix(20)
        let places = [error.location, error.culprit] + own.map(\.location)
        return files.first { file in places.contains { isIn($0, file.path) } }
    }

    /// `src/support_bot/agent.py`, `app/support_bot/agent.py`, `support_bot.agent in run`. A file name alone counts only if it is
    /// distinctive.
    private static func isIn(_ place: String, _ path: String) -> Bool {
        let wanted = parts(withoutEnding(path))
        guard let name = wanted.last, !place.isEmpty else { return false }
        let words = place.prefix(400).split { " ():,".contains($0) }.map(String.init)
        return words.contains { word in
            let isPath = word.contains("/")
            // `in`, `run`: words of a sentence.
            guard isPath || word.contains(".") else { return false }
            let found = parts(isPath ? withoutEnding(word) : moduleParts(word))
            let shared = zip(wanted.reversed(), found.reversed()).prefix { $0 == $1 }.count
            if shared >= 2 { return true }
            return shared == 1 && found.count == 1 && name.count >= 6 && !common.contains(name)
        }
    }

    private static func withoutEnding(_ path: some StringProtocol) -> String {
        let path = path.lowercased()
        guard let dot = path.lastIndex(of: "."), !path[dot...].contains("/") else { return path }
        return String(path[..<dot])
    }

    /// `support_bot.agent` is `support_bot/agent`; `agent.py` is `agent`.
    private static func moduleParts(_ word: some StringProtocol) -> String {
        let word = word.lowercased()
        let ending = word.split(separator: ".").last.map(String.init) ?? ""
        let bare = endings.contains(ending) ? withoutEnding(word) : word
        return bare.replacing(".", with: "/")
    }

    private static func parts(_ path: String) -> [String] { path.split(separator: "/").map(String.init) }

    private static let endings: Set<String> = [
        "py", "js", "ts", "tsx", "jsx", "go", "rb", "java", "kt", "swift", "rs", "php", "cs", "mjs", "cjs",
    ]
    private static let common: Set<String> = [
        "__init__", "client", "server", "handler", "helpers", "config", "service", "models", "routes", "utils",
        "common", "worker",
    ]
}
