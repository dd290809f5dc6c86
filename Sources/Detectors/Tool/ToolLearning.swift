import Basics
import OnCallModel

extension ToolProfile {
    /// Fewer outputs are no past to judge by.
    static let leastPast = 20
    static let mostLengths = 200
    /// Above this all counts are halved, so that what a tool does nowadays outweighs what it did a year ago.
    static let mostOutputs = 4000
    /// An output is held against so many before it.
    static let memory = 5

    /// The middle of the kept lengths; 0 without any.
    var medianLength: Int { lengths.isEmpty ? 0 : lengths.sorted()[lengths.count / 2] }

    /// How many good outputs were JSON.
    var documents: Int { profile.documents }

    /// - Parameter earlier: the outputs before it, the latest last; only the latest few are looked at.
    mutating func learn(_ output: ToolOutput, after earlier: some BidirectionalCollection<ToolOutput>) {
        switch output.form {
        case .error: errors += 1
        case .empty: empties += 1
        case .page:
            pages += 1
            profile.add(.text(""))
        case .text: profile.add(.text(""))
        case .document(let value): profile.add(.document(value))
        }
        if output.isGood {
            lengths.append(output.length)
            if lengths.count > Self.mostLengths { lengths.removeFirst(lengths.count - Self.mostLengths) }
            if let repeats = output.repeats(earlier) {
                comparisons += 1
                self.repeats += repeats ? 1 : 0
            }
        }
        if outputs > Self.mostOutputs { halve() }
    }

    /// What was seen at all stays seen.
    private mutating func halve() {
        func half(_ count: Int) -> Int { (count + 1) / 2 }
        let (texts, documents) = (half(profile.texts), half(profile.documents))
        let places = profile.places.mapValues { place in
            OutputProfile.Place(
                kinds: place.kinds.mapValues(half), present: half(place.present), possible: half(place.possible))
        }
        profile = OutputProfile(
            samples: texts + documents, texts: texts, blanks: 0, places: places)
        (errors, empties, pages) = (half(errors), half(empties), half(pages))
        (comparisons, repeats) = (half(comparisons), half(repeats))
    }
}

extension ToolOutput {
    /// No error and not empty.
    var isGood: Bool {
        switch form {
        case .error, .empty: false
        case .page, .text, .document: true
        }
    }

    /// Hardly what anybody wants of a tool, though some give nothing else.
    var looksBroken: Bool {
        switch form {
        case .error, .empty, .page: true
        case .text: head.first == "{" || head.first == "["
        case .document: false
        }
    }

    /// Whether it is the same as one of the few outputs before it though something else went in; nil where none of them
    /// answered another input.
    func repeats(_ earlier: some BidirectionalCollection<ToolOutput>) -> Bool? {
        guard let input else { return nil }
        let others = earlier.suffix(ToolProfile.memory).filter { $0.isGood && $0.input != nil && $0.input != input }
        guard !others.isEmpty else { return nil }
        return others.contains { $0.hash == hash }
    }
}
