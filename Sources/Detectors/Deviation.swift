import Basics
import OnCallModel

/// How often something was the case, of how many.
struct Share: Hashable, Sendable {
    var hits: Int
    var of: Int

    var rate: Double { of > 0 ? Double(hits) / Double(of) : 0 }

    static func += (sum: inout Share, part: Share) {
        sum.hits += part.hits
        sum.of += part.of
    }
}

/// One difference between an output and the samples of a profile: in the form of the whole, or at one path.
struct Deviation: Hashable, Comparable, Sendable {
    enum What: Hashable, Sendable {
        /// No value where nearly all samples have one; of the elements of a list: the list is empty.
        case missing
        /// A value of a kind that is rare there.
        case kind(OutputProfile.Kind)
        /// The whole output is empty.
        case blank
        /// The whole output is a text.
        case text
    }

    var path = OutputProfile.root
    var what: What

    /// A deviation that more of the samples have is usual.
    static let maxUsual = 0.2

    static func < (left: Self, right: Self) -> Bool { (left.path, left.word) < (right.path, right.word) }

    var isElement: Bool { path.hasSuffix("[]") }

    /// For the evidence: `missing`, `string`, `blank`.
    var word: String {
        switch what {
        case .missing: isElement ? "empty" : "missing"
        case .kind(let kind): kind.rawValue
        case .blank: "blank"
        case .text: "text"
        }
    }

    /// The unusual deviations of a document at the paths of a profile, and the share of the samples that have each.
    static func all(
        in seen: [String: OutputProfile.Place], against profile: OutputProfile
    ) -> [Deviation: Share] {
        var found: Set<Deviation> = []
        for path in profile.places.keys {
            if let place = seen[path] {
                found.formUnion(place.kinds.keys.map { Deviation(path: path, what: .kind($0)) })
            } else if path != OutputProfile.root {
                found.insert(Deviation(path: path, what: .missing))
            }
        }
        let shares = found.filter { $0.isPossible(in: seen) }.map { ($0, $0.share(in: profile)) }
        return Dictionary(uniqueKeysWithValues: shares.filter { $0.1.of > 0 && $0.1.rate <= maxUsual })
    }

    /// Of a profile's samples, those that have the deviation; for one at a path.
    func share(in profile: OutputProfile) -> Share {
        guard let place = profile.places[path] else { return Share(hits: 0, of: 0) }
        if case .kind(let kind) = what { return Share(hits: place.kinds[kind] ?? 0, of: place.present) }
        return Share(hits: max(0, place.possible - place.present), of: place.possible)
    }

    /// Whether a document could have it: a value is missing only if its parent is an object or list.
    func isPossible(in seen: [String: OutputProfile.Place]) -> Bool {
        guard what == .missing else { return seen[path] != nil }
        return seen[OutputProfile.parent(of: path)]?.kinds[isElement ? .array : .object] != nil
    }

    /// Whether a document has it.
    func holds(in seen: [String: OutputProfile.Place]) -> Bool {
        guard case .kind(let kind) = what else { return seen[path] == nil }
        return seen[path]?.kinds[kind] != nil
    }
}
