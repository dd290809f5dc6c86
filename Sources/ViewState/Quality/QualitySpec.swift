package import Basics
package import OnCallModel

package struct QualityState: Hashable, Sendable {
    // Nil until the store has answered.
    package var features: [FeatureSnapshot]?
    package var drifts: [DriftEvent]?
}

package enum QualitySpec: PaneSpec {
    package static let title = "Quality"
    package static let shortTitle = "Qual"
    package static let keys: [Key] = [.character("5")]
    package static let tooltip = "Show the output quality of each feature"
    package static let actions: [ConsoleAction] =
        [
            .open { $0.open(row: QualityView($0).list.detail?.feature) },
            ConsoleAction(
                [.character("a")], "accept", "Accept the feature's current outputs (shows the changes first)",
                isProminent: true,
                disabled: { console in
                    guard let feature = QualityView(console).list.detail else { return "No feature is selected." }
                    return feature.candidate == nil
                        ? "The outputs of \(feature.feature) have not changed: there is nothing to accept." : nil
                },
                change: { console in
                    if let feature = QualityView(console).list.detail { console.ask(toAccept: feature) }
                }),
            ConsoleAction(
                [.character("s")], "check now", "Check the outputs of every feature now", isProminent: true,
                perform: { $0.append(.patrol) }),
        ] + ConsoleAction.search

    package static func rows(_ console: ConsoleState) -> [String] { QualityView(console).list.ids }

    package static func badge(_ console: ConsoleState) -> Int {
        console.quality.features?.count { $0.state == .drifted } ?? 0
    }
}

extension ConsoleState {
    fileprivate mutating func ask(toAccept feature: FeatureSnapshot) {
        let changes = feature.candidate.map { feature.profile.changes(to: $0) } ?? []
        overlay = .question(
            Overlay.Question(
                title: "Accept these outputs?",
                sentence: "Version \(feature.version + 1) of \(feature.feature) becomes what it returns now",
                requests: changes.map { change in
                    "\(change.path): \(change.was.isEmpty ? "none" : change.was) → "
                        + (change.now.isEmpty ? "none" : change.now)
                },
                facts: ["Accepted by \(author)", "Resolves its drift incident; later outputs are compared with this"],
                intent: .acceptOutputs(feature: feature.feature), heading: "Changes:"))
    }
}

/// The features: first the drifted, then the learned, then those that are learning.
package struct QualityView: Hashable, Sendable {
    package let now: Instant
    package let list: ListView<FeatureSnapshot>
    /// The latest first.
    package let drifts: [DriftEvent]
    /// Why no feature does not mean that there is none.
    package let unknown: String?

    package init(_ console: ConsoleState) {
        now = console.now
        unknown = console.unknown([.promptDrift])
        let ordered = console.quality.features.map { features in
            [.drifted, .learned, .learning].flatMap { (state: FeatureSnapshot.State) in
                features.filter { $0.state == state }.sorted { $0.feature < $1.feature }
            }
        }
        list = ListView(ordered, console.lists[.quality], id: \.feature) { [$0.feature, $0.state.rawValue].match($1) }
        drifts = (console.quality.drifts ?? []).sorted { ($0.at, $0.id) > ($1.at, $1.id) }
    }
}
