import Basics

/// The figures of a text: `1,204`, `$41.20`, `3.5k`, `4 million`, `80 %`. Digits of hashes, times and identifiers do not count.
struct Figure: Hashable {
    var value: Double
    /// How far the written digits may be from the exact value: half of the last one.
    var tolerance: Double
    var isMoney: Bool
    var isPercent: Bool

    /// As stored, or rounded to the shown digits. A whole number below 10 is not rounded.
    func states(_ exact: Double) -> Bool {
        tolerance < 0.5 || abs(value) >= 10 ? abs(exact - value) <= tolerance * 1.0001 : exact == value
    }

    static func all(in text: String) -> [Figure] {
        var figures: [Figure] = []
        let words = text.split { $0.isWhitespace || separators.contains($0) }.map(String.init)
        for (index, word) in words.enumerated() {
            guard var figure = Figure(word) else { continue }
            let next = words.dropFirst(index + 1).first.map { $0.lowercased().filter(\.isLetter) } ?? ""
            if let scale = scales[next] { figure.scale(by: scale) }
            if words.dropFirst(index + 1).first?.hasPrefix("%") == true || next == "percent" { figure.isPercent = true }
            figures.append(figure)
        }
        return figures
    }

    private static let separators: Set<Character> = [
        "→", "=", "×", "|", "(", ")", "[", "]", "{", "}", "–", "—", ";", "\"", "“", "”", "'", "’", "`", "/", "*",
    ]
    /// What may follow a figure in the same word: `14x`, `24-hour`, `3rd`, `80ms`. Any other letters make it a name: `4o-mini`.
    private static let units: Set<String> = [
        "", "s", "x", "h", "d", "ms", "min", "st", "nd", "rd", "th", "hour", "hours", "day", "days", "minute",
        "minutes",
        "second", "seconds", "week", "weeks", "month", "months", "fold", "usd", "percent", "token", "tokens", "step",
    ]
    private static let scales: [String: Double] = [
        "hundred": 100, "thousand": 1000, "million": 1e6, "billion": 1e9, "dozen": 12,
    ]
    private static let suffixes: [String: Double] = ["k": 1000, "m": 1e6, "mn": 1e6, "b": 1e9, "bn": 1e9]

    /// One word, with the signs around it; nil if it is not a figure.
    private init?(_ word: String) {
        let isForm = { (character: Character) in "0"..."9" ~= character || character == "." || character == "," }
        guard let start = word.firstIndex(where: { "0"..."9" ~= $0 }) else { return nil }
        let head = word[..<start]
        guard head.allSatisfy({ !$0.isLetter }) || head == "x" else { return nil }
        let digits = word[start...].prefix(while: isForm)
        let tail = word[digits.endIndex...].lowercased().filter(\.isLetter)
        guard Self.units.contains(tail) || Self.suffixes[tail] != nil, !word[digits.endIndex...].contains("_") else {
            return nil
        }
        let plain = digits.replacing(",", with: "")
        let bare = plain.hasSuffix(".") ? String(plain.dropLast()) : String(plain)
        guard let value = Double(bare) else { return nil }
        self.value = value
        let places = bare.split(separator: ".", omittingEmptySubsequences: false).dropFirst().first?.count ?? 0
        tolerance = (0..<places).reduce(0.5) { step, _ in step / 10 }
        isMoney = head.contains("$")
        isPercent = word[digits.endIndex...].contains("%")
        if let suffix = Self.suffixes[tail] { scale(by: suffix) }
    }

    private mutating func scale(by factor: Double) {
        (value, tolerance) = (value * factor, tolerance * factor)
    }
}
