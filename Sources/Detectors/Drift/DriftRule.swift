import Basics
import OnCallModel

/// What is odd about one output, measured by a profile.
struct DriftViolation: Hashable, Comparable, Sendable {
    enum What: Hashable, Sendable {
        /// Nothing stands where nearly all outputs have something.
        case missing
        /// A list without elements.
        case empty
        /// Something of a kind that hardly ever stands there.
        case kind(OutputProfile.Kind)
        /// The whole output is empty.
        case blank
        /// The whole output is a text.
        case text
    }

    var path: String
    var what: What

    static func < (left: Self, right: Self) -> Bool { (left.path, left.word) < (right.path, right.word) }

    /// For the evidence: `missing`, `string`, `blank`.
    var word: String {
        switch what {
        case .missing: "missing"
        case .empty: "empty"
        case .kind(let kind): kind.rawValue
        case .blank: "blank"
        case .text: "text"
        }
    }
}

/// Judges outputs by a profile: which deviations one output has, and how usual each of them was among the samples.
struct DriftRule: Sendable {
    let profile: OutputProfile

    /// Less is no ground to call anything usual.
    static let leastSamples = OutputProfile.leastSamples
    /// A list that was never empty must have had this many chances to be.
    static let leastLists = 30
    /// What is rarer than this among the samples is a deviation by itself: a key is required from 99 % on.
    static let rare = 0.01
    /// What is rarer than this is a deviation only where it has become much more frequent.
    static let unusual = 0.2

    init(_ profile: OutputProfile) {
        self.profile = profile
    }

    /// How often a deviation was there among the samples that could have it.
    struct Past: Hashable, Sendable {
        var times: Int
        var of: Int

        var share: Double { of > 0 ? Double(times) / Double(of) : 0 }
        var isKnown: Bool { of >= DriftRule.leastSamples }
        var isRare: Bool { isKnown && share <= DriftRule.rare }
        var isUnusual: Bool { isKnown && share <= DriftRule.unusual }
    }

    /// Every deviation of one output that was unusual among the samples, with how unusual it was.
    func deviations(of sample: OutputSample) -> [DriftViolation: Past] {
        let form = form(of: sample)
        let past = Past(times: count(of: form), of: profile.samples)
        if past.isUnusual, let violation = Self.violation(form) { return [violation: past] }
        guard case .document(let value) = sample, !past.isUnusual else { return [:] }
        return deviations(of: OutputProfile.places(of: value))
    }

    private func deviations(of seen: [String: OutputProfile.Place]) -> [DriftViolation: Past] {
        var found: [DriftViolation: Past] = [:]
        // Of a document with too many paths not all were looked at, so none of them is missing.
        let isWhole = seen.count < OutputProfile.mostPaths
        for (path, place) in profile.places where path != OutputProfile.root {
            if let own = seen[path] {
                for kind in own.kinds.keys {
                    let past = Past(times: place.kinds[kind] ?? 0, of: place.present)
                    if past.isUnusual { found[DriftViolation(path: path, what: .kind(kind))] = past }
                }
            } else if isWhole, let parent = seen[OutputProfile.parent(of: path)] {
                let past = Past(times: place.possible - place.present, of: place.possible)
                guard past.isUnusual, let what = Self.absence(of: path, from: parent, place) else { continue }
                found[DriftViolation(path: path, what: what)] = past
            }
        }
        return found
    }

    /// A member is missing of an object, an element of a list; elsewhere the parent's own kind is what is odd.
    private static func absence(
        of path: String, from parent: OutputProfile.Place, _ place: OutputProfile.Place
    ) -> DriftViolation.What? {
        guard path.hasSuffix("[]") else { return parent.kinds[.object] == nil ? nil : .missing }
        return parent.kinds[.array] != nil && place.possible >= leastLists ? .empty : nil
    }

    // MARK: the form of the whole

    private enum Form: Hashable {
        case blank, text
        case kind(OutputProfile.Kind)
    }

    /// A bare number or truth is a short text.
    private func form(of sample: OutputSample) -> Form {
        switch sample {
        case .blank: .blank
        case .text: .text
        case .document(let value): value.kind == .object || value.kind == .array ? .kind(value.kind) : .text
        }
    }

    private func count(of form: Form) -> Int {
        let kinds = profile.places[OutputProfile.root]?.kinds ?? [:]
        return switch form {
        case .blank: profile.blanks
        case .kind(let kind): kinds[kind] ?? 0
        case .text: profile.texts + kinds.filter { $0.key != .object && $0.key != .array }.values.reduce(0, +)
        }
    }

    private static func violation(_ form: Form) -> DriftViolation? {
        switch form {
        case .blank: DriftViolation(path: OutputProfile.root, what: .blank)
        case .text: DriftViolation(path: OutputProfile.root, what: .text)
        case .kind(let kind): DriftViolation(path: OutputProfile.root, what: .kind(kind))
        }
    }

    // MARK: what a deviation was before

    /// The kinds that are usual at a path, for a sentence: `number`.
    func usualKinds(at path: String) -> String {
        if path == OutputProfile.root, profile.texts * 2 > profile.samples { return "text" }
        let kinds = profile.places[path]?.kinds ?? [:]
        let most = kinds.values.max() ?? 0
        return kinds.filter { $0.value * 5 >= most }.keys.sorted().map(\.rawValue).joined(separator: " or ")
    }
}

/// The original system's rule: an output passes when it is JSON with all top-level keys that any sample had; where the
/// samples are texts, when it is not empty.
enum SeedDriftRule {
    static func fails(_ sample: OutputSample, by profile: OutputProfile) -> Bool {
        let isJSON = profile.documents > 0
        switch sample {
        case .blank: return true
        case .text: return isJSON
        case .document(.object(let members)):
            guard isJSON else { return false }
            let keys = Set(members.map(\.name))
            return profile.places.keys.contains { path in
                guard path.hasPrefix("$."), OutputProfile.parent(of: path) == OutputProfile.root,
                    !path.hasSuffix("[]")
                else { return false }
                return !keys.contains(String(path.dropFirst(2)).replacing("․", with: "."))
            }
        case .document: return false
        }
    }
}
