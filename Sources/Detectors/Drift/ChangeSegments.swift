import Basics
import OnCallModel

/// Which of a feature's past outputs may be learnt from: those before the first change of their shape.
///
/// A feature that is seen for the first time may be broken already. Its outputs are then two regimes, and merging them would
/// make what is broken usual.
enum ChangeSegments {
    /// Of so many outputs at least a regime must consist to be learnt from.
    static let leastRegime = 10
    /// Less likely than this, one cut of one trait is no chance, however many of them are looked at.
    private static let significance = 1e-5

    /// What an output has or is: the traits that a change of shape changes.
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

    /// The outputs of the first regime, oldest first, as long as they are no more than `count`; all of the first `count`
    /// where their shape does not change.
    ///
    /// - Parameter outputs: everything that was looked at, oldest first: the newest ones show that the shape changes.
    static func learnable(_ outputs: [DriftOutput], upTo count: Int, least: Double) -> ArraySlice<DriftOutput> {
        let traits = outputs.map { Self.traits(of: $0.sample) }
        var range = 0..<outputs.count
        while let cut = change(in: traits[range], least: least) {
            // What was empty or no JSON and then became JSON was broken before and not after.
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

    /// The place of the cut that best explains one trait by two shares; nil when chance explains every trait. `least` is the
    /// smallest difference of the two shares that matters.
    private static func change(in traits: ArraySlice<Set<String>>, least: Double) -> Int? {
        guard traits.count >= leastRegime + DriftVerdict.leastFailing else { return nil }
        var best: (cut: Int, p: Double)?
        for trait in Set(traits.joined()) {
            let has = traits.map { $0.contains(trait) }
            guard let cut = cut(of: has, first: leastRegime, last: has.count - DriftVerdict.leastFailing) else {
                continue
            }
            let (before, after) = (has[..<cut].count(where: \.self), has[cut...].count(where: \.self))
            let (length, rest) = (cut, has.count - cut)
            guard abs(Double(before) / Double(length) - Double(after) / Double(rest)) > least else { continue }
            let p = min(
                FisherExact.p(after, of: rest, against: before, of: length),
                FisherExact.p(before, of: length, against: after, of: rest))
            if p < best?.p ?? significance { best = (traits.startIndex + cut, p) }
        }
        return best?.cut
    }

    /// Where two shares fit a series best (least squares), not before `first` and not after `last`; nil for a series
    /// that is all one.
    private static func cut(of series: [Bool], first: Int, last: Int) -> Int? {
        let total = series.count(where: \.self)
        guard total > 0, total < series.count else { return nil }
        var (best, before): ((cut: Int, gain: Double)?, Int) = (nil, 0)
        for cut in series.indices {
            let (length, rest) = (Double(cut), Double(series.count - cut))
            if cut >= max(1, first), cut <= last {
                let difference = Double(total - before) / rest - Double(before) / length
                let gain = length * rest * difference * difference
                if gain > best?.gain ?? 0 { best = (cut, gain) }
            }
            if series[cut] { before += 1 }
        }
        return best?.cut
    }

    /// The first failing output of the trouble: the first one at or after the cut that best explains who fails.
    static func onset(of failing: [Bool]) -> Int? {
        guard let first = failing.firstIndex(of: true) else { return nil }
        guard let cut = cut(of: failing, first: 1, last: failing.count - 1) else { return first }
        let (before, after) = (failing[..<cut].count(where: \.self), failing[cut...].count(where: \.self))
        let rises = after * cut > before * (failing.count - cut)
        return rises ? failing[cut...].firstIndex(of: true) ?? first : first
    }
}
