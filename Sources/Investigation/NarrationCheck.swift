import Basics

/// Checks a model's report against its facts.
struct NarrationCheck {
    private let numbers: Set<String>
    private let values: [Double]
    private let names: Set<String>
    private static let maxWords = 400

    init(facts: String) {
        let found = Self.numbers(in: facts)
        numbers = Set(found)
        values = found.compactMap(Double.init)
        names = Set(Self.hexadecimalNames(in: facts))
    }

    /// Why the report is rejected; nil if it is accepted.
    func objection(to text: String) -> String? {
        if text.isEmpty { return "it is empty" }
        return shapeObjection(text) ?? markupObjection(text) ?? nameObjection(text) ?? numberObjection(text)
    }

    private func shapeObjection(_ text: String) -> String? {
        let words = text.split(whereSeparator: \.isWhitespace).count
        if words > Self.maxWords { return "it has \(words) words, more than \(Self.maxWords)" }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let headings = lines.filter { $0.hasPrefix("#") }.map { line in
            line.drop { $0 == "#" || $0 == " " }.lowercased().filter { $0.isLetter || $0 == " " }
        }
        guard headings == ReportTemplate.headings.map({ $0.lowercased() }) else {
            return "its headings are not \(ReportTemplate.headings.joined(separator: ", "))"
        }
        let bodies = text.split(separator: "\n").split { $0.hasPrefix("#") }
        return bodies.count < ReportTemplate.headings.count ? "a section is empty" : nil
    }

    private func markupObjection(_ text: String) -> String? {
        let forbidden = ["```", "](", "://", "<!", "<@", "@channel", "@here", "@everyone"]
        return forbidden.first { text.lowercased().contains($0) }.map { "it contains “\($0)”" }
    }

    /// Commit hashes, trace ids and the like: hexadecimal words of seven digits or more.
    private func nameObjection(_ text: String) -> String? {
        let unknown = Self.hexadecimalNames(in: text).first { name in
            !names.contains { $0.hasPrefix(name) || name == $0 }
        }
        return unknown.map { "it names \($0), which is not among the facts" }
    }

    private func numberObjection(_ text: String) -> String? {
        let prose = text.split(separator: "\n").map(Self.withoutListMarker).joined(separator: "\n")
        let unknown = Self.numbers(in: prose).first { !isKnown($0) }
        return unknown.map { "it states \($0), which is not among the facts" }
    }

    /// As stored, or rounded to the shown digits.
    private func isKnown(_ figure: String) -> Bool {
        if numbers.contains(figure) { return true }
        guard let value = Double(figure) else { return false }
        let places = figure.split(separator: ".").dropFirst().first?.count ?? 0
        let half = (0..<places).reduce(0.5) { step, _ in step / 10 }
        return values.contains { abs($0 - value) <= half * 1.0001 && (places > 0 || abs($0) >= 10 || $0 == value) }
    }

    private static func withoutListMarker(_ line: Substring) -> Substring {
        let digits = line.prefix { $0.isNumber }
        let rest = line.dropFirst(digits.count)
        return !digits.isEmpty && digits.count <= 2 && (rest.hasPrefix(". ") || rest.hasPrefix(") ")) ? rest : line
    }

    /// Every figure of a text, without thousands separators, with its fraction. Digits of hexadecimal names do not count.
    private static func numbers(in text: String) -> [String] {
        var numbers: [String] = []
        var rest = withoutNames(text)[...]
        while let start = rest.firstIndex(where: isDigit) {
            rest = rest[start...]
            var whole = ""
            while let next = rest.first,
                isDigit(next) || (next == "," && rest.dropFirst().prefix(3).allSatisfy(isDigit))
            {
                if next != "," { whole.append(next) }
                rest = rest.dropFirst()
            }
            if rest.first == ".", let next = rest.dropFirst().first, isDigit(next) {
                let fraction = rest.dropFirst().prefix(while: isDigit)
                whole += "." + fraction
                rest = rest[fraction.endIndex...]
            }
            numbers.append(withoutLeadingZeros(whole))
        }
        return numbers
    }

    private static func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }

    /// `03` is `3`.
    private static func withoutLeadingZeros(_ figure: String) -> String {
        let bare = figure.drop { $0 == "0" }
        return bare.isEmpty || bare.first == "." ? "0" + bare : String(bare)
    }

    private static func hexadecimalNames(in text: String) -> [String] {
        words(of: text).map { $0.lowercased() }.filter(isName)
    }

    private static func withoutNames(_ text: String) -> String {
        words(of: text).filter { isName($0.lowercased()) }.reduce(text) { $0.replacing($1, with: " ") }
    }

    private static func isName(_ word: String) -> Bool {
        guard (7...64).contains(word.count), word.allSatisfy(\.isHexDigit) else { return false }
        // Seven hexadecimal letters may be an English word: "defaced".
        return word.contains { $0.isLetter } && (word.contains(where: isDigit) || word.count > 7)
    }

    private static func words(of text: String) -> [Substring] {
        text.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
    }
}
