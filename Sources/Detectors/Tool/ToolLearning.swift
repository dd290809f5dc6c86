import Basics
import OnCallModel

extension ToolProfile {
    /// With fewer outputs, nothing is judged.
    static let minPast = 20
    private static let maxLengths = 200
    /// Above this all counts are halved, so that recent outputs outweigh those of a year ago.
    private static let maxOutputs = 4000
    /// An output is compared with this many before it.
    fileprivate static let memory = 5

    /// The middle of the kept lengths; 0 without any.
    var medianLength: Int { lengths.isEmpty ? 0 : lengths.sorted()[lengths.count / 2] }

    /// How many good outputs were JSON.
    var documents: Int { profile.documents }

    /// - Parameter earlier: the outputs before it, the latest last; only the latest few are compared.
    mutating func learn(_ output: ToolOutput, after earlier: some BidirectionalCollection<ToolOutput>) {
        switch output.form {
        case .error: errors += 1
        case .empty: empties += 1
        case .page, .text: profile.add(.text(""))
        case .document(let value): profile.add(.document(value))
        }
        if output.form == .page { pages += 1 }
        if output.isGood {
            lengths.append(output.length)
            if lengths.count > Self.maxLengths { lengths.removeFirst(lengths.count - Self.maxLengths) }
            if let repeats = output.repeats(earlier) {
                comparisons += 1
                self.repeats += repeats ? 1 : 0
            }
        }
        if outputs > Self.maxOutputs { halve() }
    }

    /// A count of 1 stays 1: nothing that was seen is forgotten.
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

    /// Not what a tool should return, though some return nothing else.
    var looksBroken: Bool {
        switch form {
        case .error, .empty, .page: true
        case .text: head.first == "{" || head.first == "["
        case .document: false
        }
    }

    /// Whether it equals one of the few outputs before it although their input was another; nil if none had another input.
    func repeats(_ earlier: some BidirectionalCollection<ToolOutput>) -> Bool? {
        guard let input else { return nil }
        let others = earlier.suffix(ToolProfile.memory).filter { $0.isGood && $0.input != nil && $0.input != input }
        guard !others.isEmpty else { return nil }
        return others.contains { $0.hash == hash }
    }
}
