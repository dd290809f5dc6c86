package import Basics
package import OnCallModel

/// What is known of a change before it is merged.
package struct ChangeFeatures: Hashable, Sendable {
    package var added = 0
    package var removed = 0
    package var files = 0
    /// The earlier changes of its files, each counted once however many of the files it touched.
    package var priorChanges = 0
    /// Those of them that were fixes, and the same with each fix counted `exp(-age / 90 days)`.
    package var priorFixes = 0
    package var decayedFixes = 0.0
    /// The sums of their deltas, of those whose delta is known.
    package var errors = 0
    package var cost = 0.0
    /// How many of them have an unknown delta.
    package var unknown = 0

    package init() {}
}

/// The history of a branch, change by change: what each file went through, also under its earlier names.
///
/// Changes are added in the order of time. The features of a change are read before it is added, so none knows its own future.
package struct ChangeHistory: Sendable {
    /// The positions of the changes of each file.
    private var touched: [String: [Int]] = [:]
    package private(set) var changes: [CodeChange] = []
    /// Whether a fix repaired it, for each change: the fix followed within the horizon, and the change was the latest one of a
    /// file of the fix.
    package private(set) var isFollowed: [Bool] = []

    /// How long after a change a fix counts as its consequence.
    package let horizon: Span

    package static let decay = Span.days(90)

    package init(horizon: Span = .days(30)) {
        self.horizon = horizon
    }

    package init(_ changes: [CodeChange], horizon: Span = .days(30)) {
        self.init(horizon: horizon)
        for change in changes { add(change) }
    }

    package mutating func add(_ change: CodeChange) {
        let position = changes.count
        changes.append(change)
        isFollowed.append(false)
        for file in change.files {
            if let old = file.previousPath, old != file.path, let past = touched.removeValue(forKey: old) {
                touched[file.path] = (past + (touched[file.path] ?? [])).sorted()
            }
            if change.isFix, let latest = touched[file.path]?.last, change.at - changes[latest].at <= horizon {
                isFollowed[latest] = true
            }
            touched[file.path, default: []].append(position)
        }
    }

    /// The features of a change that is not added yet, at its moment.
    package func features(of change: CodeChange) -> ChangeFeatures {
        var features = ChangeFeatures()
        (features.added, features.removed) = (change.added, change.removed)
        features.files = change.files.count
        var known: Set<Int> = []
        for file in change.files {
            known.formUnion(touched[file.path] ?? [])
            if let old = file.previousPath { known.formUnion(touched[old] ?? []) }
        }
        features.priorChanges = known.count
        for position in known.sorted() {
            let earlier = changes[position]
            if earlier.isFix {
                features.priorFixes += 1
                features.decayedFixes += Self.weight(of: change.at - earlier.at)
            }
            features.errors += earlier.errorDelta ?? 0
            features.cost += earlier.costDelta ?? 0
            if earlier.errorDelta == nil || earlier.costDelta == nil { features.unknown += 1 }
        }
        return features
    }

    /// The earlier changes of one file, latest first, also under its earlier names.
    package func changes(of path: String, previousPath: String? = nil) -> [CodeChange] {
        let positions = Set((touched[path] ?? []) + (previousPath.flatMap { touched[$0] } ?? []))
        return positions.sorted(by: >).map { changes[$0] }
    }

    private static func weight(of age: Span) -> Double {
        Exponential.exp(-max(0, age.seconds) / decay.seconds)
    }
}
