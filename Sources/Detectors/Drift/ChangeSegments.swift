import Basics
import OnCallModel

/// Which of a feature's past outputs may be learnt from: those before the first change of their shape.
///
/// A feature that is seen for the first time may be broken already. Its outputs are then two segments; learning from both
/// would make the broken shape usual.
enum ChangeSegments {
    /// A shorter segment is not learnt from.
    private static let minLength = 10
    /// A cut with a smaller probability is not chance, however many traits are tested.
    private static let significance = 1e-5

    /// The paths and kinds of an output, or its form.
    private static func traits(of sample: OutputSample) -> Set<String> {
        switch sample {
        case .blank: ["blank"]
        case .text: ["text"]
        case .document(let value):
            Set(
                OutputProfile.places(of: value).flatMap { path, place in
                    [path] + place.kinds.keys.map { "\(path) \($0.rawValue)" }
                })
        }
    }

    /// The outputs of the first segment, oldest first and at most `count`.
    ///
    /// - Parameter outputs: every output that was read, oldest first: the newest ones show that the shape changes.
    static func learnable(_ outputs: [DriftOutput], upTo count: Int, minDifference: Double) -> ArraySlice<DriftOutput> {
        let traits = outputs.map { Self.traits(of: $0.sample) }
        var range = 0..<outputs.count
        while let cut = change(in: traits[range], minDifference: minDifference) {
            // Outputs that were empty or text and then became JSON were broken before the change.
            if isWorse(outputs[range.lowerBound..<cut], than: outputs[cut..<range.upperBound]) {
                range = cut..<range.upperBound
            } else {
                range = range.lowerBound..<cut
            }
        }
        return outputs[range.lowerBound..<min(range.upperBound, max(range.lowerBound, count))]
    }

    private static func isWorse(_ first: ArraySlice<DriftOutput>, than second: ArraySlice<DriftOutput>) -> Bool {
        func documents(_ outputs: ArraySlice<DriftOutput>) -> Double {
            Double(outputs.count { if case .document = $0.sample { true } else { false } }) / Double(outputs.count)
        }
        func blanks(_ outputs: ArraySlice<DriftOutput>) -> Double {
            Double(outputs.count { $0.sample == .blank }) / Double(outputs.count)
        }
        return documents(first) < 0.5 && documents(second) > 0.8 || blanks(first) > 0.5 && blanks(second) < 0.2
    }

    /// The position of the cut that best explains one trait by two shares; nil if chance explains every trait.
    private static func change(in traits: ArraySlice<Set<String>>, minDifference: Double) -> Int? {
        guard traits.count >= minLength + DriftVerdict.minFailing else { return nil }
        var best: (cut: Int, p: Double)?
        for trait in Set(traits.joined()) {
            let has = traits.map { $0.contains(trait) }
            let range = minLength...has.count - DriftVerdict.minFailing
            guard let cut = ChangePoint.cut(of: has, in: range) else { continue }
            let (before, after) = (has[..<cut].count(where: \.self), has[cut...].count(where: \.self))
            let (length, rest) = (cut, has.count - cut)
            guard abs(Double(before) / Double(length) - Double(after) / Double(rest)) > minDifference else { continue }
            let p = min(
                FisherExact.p(after, of: rest, against: before, of: length),
                FisherExact.p(before, of: length, against: after, of: rest))
            if p < best?.p ?? significance { best = (traits.startIndex + cut, p) }
        }
        return best?.cut
    }

    /// The first failing output of a drift: the first one at or after the cut that best explains which outputs fail.
    static func onset(of failing: [Bool]) -> Int? {
        guard let first = failing.firstIndex(of: true) else { return nil }
        guard let cut = ChangePoint.cut(of: failing) else { return first }
        let (before, after) = (failing[..<cut].count(where: \.self), failing[cut...].count(where: \.self))
        let rises = after * cut > before * (failing.count - cut)
        return rises ? failing[cut...].firstIndex(of: true) ?? first : first
    }
}
