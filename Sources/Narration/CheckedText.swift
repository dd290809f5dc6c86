import Basics

/// A model's text, sentence by sentence: what the facts bear out is kept, the rest is dropped and counted.
package struct CheckedText: Hashable, Sendable {
    package struct Dropped: Hashable, Sendable {
        /// The sentence, at most 300 characters.
        package var sentence: String
        /// A phrase: "it names deadbee, which is not among the facts".
        package var reason: String
    }

    /// The kept sentences below each heading of the job, as one paragraph; one paragraph without headings. Empty where all
    /// were dropped.
    package private(set) var paragraphs: [String] = []
    package private(set) var kept = 0
    package private(set) var dropped: [Dropped] = []

    /// `isWhole`: false while the text is still being written, so that its last sentence is left for later.
    package init(_ answer: String, of job: NarrationJob, isWhole: Bool = true) {
        let check = SentenceCheck(facts: FactSheet(job), kind: job.kind)
        let titles = job.headings.map(Self.plain)
        paragraphs = Array(repeating: "", count: max(1, titles.count))
        var place = 0
        let lines = answer.split(separator: "\n").map { String($0).trimmed }
        for (index, line) in lines.enumerated() {
            if let heading = Self.heading(line) {
                place = titles.firstIndex(of: heading) ?? place
                continue
            }
            var sentences = Self.sentences(of: line)
            if !isWhole, index == lines.count - 1 { _ = sentences.popLast() }
            for sentence in sentences { take(sentence, at: place, check) }
        }
    }

    /// Too little is left to be worth reading: fewer than two sentences, or less than half.
    package var isThin: Bool { kept < 2 || kept < dropped.count }

    /// `6 of 8 sentences kept`.
    package var count: String { "\(kept) of \(kept + dropped.count) sentences kept" }

    private mutating func take(_ sentence: String, at place: Int, _ check: SentenceCheck) {
        if let reason = check.objection(to: sentence) {
            dropped.append(Dropped(sentence: String(sentence.prefix(300)), reason: reason))
        } else {
            kept += 1
            paragraphs[place] += (paragraphs[place].isEmpty ? "" : " ") + sentence
        }
    }

    /// `## What happened`, `**What happened**` or `What happened:` as `what happened`; nil for any other line.
    private static func heading(_ line: String) -> String? {
        let isBold = line.hasPrefix("**") && (line.hasSuffix("**") || line.hasSuffix("**:") || line.hasSuffix(":**"))
        let isTitle = line.hasSuffix(":") && line.split(separator: " ").count <= 3
        return line.hasPrefix("#") || isBold || isTitle ? plain(line) : nil
    }

    private static func plain(_ heading: String) -> String {
        heading.lowercased().filter { $0.isLetter || $0 == " " }.trimmed
    }

    /// The sentences of one line, without the marker of a list. A sentence ends with a sign and a space, where no small letter
    /// follows: "e.g. this" is one.
    static func sentences(of line: String) -> [String] {
        var (sentences, current) = ([String](), "")
        let characters = Array(withoutMarker(line))
        for (index, character) in characters.enumerated() {
            current.append(character)
            let next = characters.dropFirst(index + 1)
            guard ".!?".contains(character), next.first == " " else { continue }
            guard let opening = next.dropFirst().first, !opening.isLowercase else { continue }
            sentences.append(current.trimmed)
            current = ""
        }
        return (sentences + [current.trimmed]).filter {
            $0.contains(where: \.isLetter) || $0.contains(where: \.isNumber)
        }
    }

    private static func withoutMarker(_ line: String) -> String {
        let bare = line.drop { "-*•> ".contains($0) }
        let digits = bare.prefix(while: \.isNumber)
        let rest = bare.dropFirst(digits.count)
        let isNumbered = (1...2).contains(digits.count) && (rest.hasPrefix(". ") || rest.hasPrefix(") "))
        return String(isNumbered ? rest.dropFirst(2) : bare)
    }
}
