import Basics

/// A changed limit of what a model or a loop may spend: `max_tokens` 500 → 4096.
struct LimitChange: Hashable {
    var key: String
    var cause: Cause
    var before: Double
    var after: Double

    /// A shorter pause spends more; any other limit spends more when it is higher.
    var isWorse: Bool { isPause ? after < before : after > before }
    var verb: String { after > before ? "raises" : "lowers" }
    var figures: String { "from \(Self.text(before)) to \(Self.text(after))" }
    private var isPause: Bool { Self.pauses.contains { key.lowercased().contains($0) } }

    struct Setting: Hashable {
        var key: String
        var cause: Cause
        var number: Double
        var text: String { LimitChange.text(number) }
    }

    private static let pauses = ["backoff", "delay", "sleep", "wait"]

    /// By the key in lower case without `_` and `-`.
    private static let stems: [(stem: String, cause: Cause)] = [
        ("maxtokens", .tokens), ("maxoutputtokens", .tokens), ("maxcompletiontokens", .tokens),
        ("maxnewtokens", .tokens), ("tokenlimit", .tokens), ("maxcontext", .tokens), ("contextsize", .tokens),
        ("contextwindow", .tokens), ("topk", .tokens), ("temperature", .tokens), ("historylength", .tokens),
        ("retries", .retrying), ("retrylimit", .retrying), ("attempts", .retrying), ("backoff", .retrying),
        ("retrydelay", .retrying), ("timeout", .retrying), ("concurrency", .retrying),
        ("maxiterations", .stopping), ("iterationlimit", .stopping), ("recursionlimit", .stopping),
        ("maxsteps", .stopping), ("maxturns", .stopping), ("maxloops", .stopping), ("steplimit", .stopping),
    ]

    static func cause(of key: some StringProtocol) -> Cause? {
        let bare = key.lowercased().filter { $0 != "_" && $0 != "-" }
        return stems.first { bare.contains($0.stem) }?.cause
    }

    /// `max_tokens=4096`, `"maxTokens": 4_096`, `MAX_RETRIES: int = 50`.
    static func settings(in line: Substring) -> [Setting] {
        var settings: [Setting] = []
        var key: (text: String, cause: Cause, end: Int)?
        for (index, token) in tokens(of: line).enumerated() {
            if let cause = cause(of: token) {
                key = (String(token), cause, index)
            } else if let known = key, index - known.end <= 2, let number = number(token) {
                settings.append(Setting(key: known.text, cause: known.cause, number: number))
                key = nil
            }
        }
        return settings
    }

    /// `raise max_tokens from 500 to 4096`, `max_tokens 500→4096`, `bump max retries 3 -> 50`.
    static func inMessage(_ title: String) -> LimitChange? {
        let tokens = tokens(of: title[...])
        let numbers = tokens.compactMap(number)
        guard numbers.count >= 2 else { return nil }
        let pairs = zip(tokens, tokens.dropFirst()).map { "\($0)_\($1)" }
        for key in tokens.map(String.init) + pairs {
            guard let cause = cause(of: key) else { continue }
            let change = LimitChange(key: key, cause: cause, before: numbers[0], after: numbers[1])
            return change.isWorse ? change : nil
        }
        return nil
    }

    private static func tokens(of line: Substring) -> [Substring] {
        line.prefix(2000).split { !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".")) }
    }

    private static func number(_ token: Substring) -> Double? {
        guard token.first?.isNumber == true else { return nil }
        return Double(token.filter { $0 != "_" })
    }

    private static func text(_ number: Double) -> String {
        Format.decimal(number, digits: number == number.rounded() ? 0 : 2)
    }
}
