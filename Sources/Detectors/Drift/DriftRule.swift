import Basics
import OnCallModel

/// Judges outputs by a profile: which deviations one output has, and how usual each of them was among the samples.
struct DriftRule: Sendable {
    let profile: OutputProfile

    /// With fewer samples nothing is called usual.
    static let minSamples = OutputProfile.minSamples
    /// An empty list is a deviation only where this many samples could have had one.
    private static let minLists = 30
    /// A deviation that fewer of the samples have is a failure by itself: a key is required from 99 % on. An unusual one
    /// fails only where it has become much more frequent.
    fileprivate static let maxRare = 0.01

    init(_ profile: OutputProfile) {
        self.profile = profile
    }

    /// Every deviation of one output that was unusual among the samples, with its share of them.
    func deviations(of sample: OutputSample) -> [Deviation: Share] {
        let (form, hits) = form(of: sample)
        let past = Share(hits: hits, of: profile.samples)
        let isUnusual = past.of >= Self.minSamples && past.rate <= Deviation.maxUsual
        return isUnusual ? [Deviation(what: form): past] : deviationsAtPaths(of: sample)
    }

    private func deviationsAtPaths(of sample: OutputSample) -> [Deviation: Share] {
        guard case .document(let value) = sample else { return [:] }
        let seen = OutputProfile.places(of: value)
        // Not all paths of a document with too many are known, so none of them is missing.
        let isComplete = seen.count < OutputProfile.maxPaths
        return Deviation.all(in: seen, against: profile).filter { deviation, past in
            guard past.of >= Self.minSamples, deviation.path != OutputProfile.root else { return false }
            return deviation.what != .missing || isComplete && (!deviation.isElement || past.of >= Self.minLists)
        }
    }

    /// The form of the whole output, and how many samples have it. A bare number or truth is a short text.
    private func form(of sample: OutputSample) -> (what: Deviation.What, samples: Int) {
        let kinds = profile.places[OutputProfile.root]?.kinds ?? [:]
        switch sample {
        case .blank: return (.blank, profile.blanks)
        case .document(let value) where [.object, .array].contains(value.kind):
            return (.kind(value.kind), kinds[value.kind] ?? 0)
        case .text, .document:
            let documents = (kinds[.object] ?? 0) + (kinds[.array] ?? 0)
            return (.text, profile.texts + kinds.values.reduce(0, +) - documents)
        }
    }

    /// The kinds that are usual at a path, for a sentence: `number`.
    func usualKinds(at path: String) -> String {
        if path == OutputProfile.root, profile.texts * 2 > profile.samples { return "text" }
        let kinds = profile.places[path]?.kinds ?? [:]
        let most = kinds.values.max() ?? 0
        return kinds.filter { $0.value * 5 >= most }.keys.sorted().map(\.rawValue).joined(separator: " or ")
    }
}

extension Share {
    /// So few samples have it that one output with it fails.
    var isRare: Bool { of >= DriftRule.minSamples && rate <= DriftRule.maxRare }
}

/// The original system's rule: an output passes if it is JSON with all top-level keys that any sample had; where the
/// samples are texts, if it is not empty.
enum SeedDriftRule {
    static func fails(_ sample: OutputSample, by profile: OutputProfile) -> Bool {
        let isJSON = profile.documents > 0
        switch sample {
        case .blank: return true
        case .text: return isJSON
        case .document(.object(let members)):
            let keys = Set(members.map { "\(OutputProfile.root).\($0.name.replacing(".", with: "․"))" })
            return isJSON
                && profile.places.keys.contains { path in
                    path.hasPrefix("$.") && OutputProfile.parent(of: path) == OutputProfile.root && !keys.contains(path)
                }
        case .document: return false
        }
    }
}
