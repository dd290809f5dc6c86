import Basics
package import OnCallModel

/// The Quality view.
extension ConsoleState {
    /// Those that drifted first, then those that are learnt, then the rest; by name.
    package var shownFeatures: [FeatureSnapshot] {
        let filter = (lists[.quality]?.filter ?? "").lowercased()
        let rows = (features ?? []).filter {
            filter.isEmpty || $0.feature.lowercased().contains(filter) || $0.state.rawValue.contains(filter)
        }
        let order: [FeatureSnapshot.State] = [.drifted, .learned, .learning]
        return order.flatMap { state in rows.filter { $0.state == state }.sorted { $0.feature < $1.feature } }
    }

    /// The latest first.
    package var shownDrifts: [DriftEvent] {
        (drifts ?? []).sorted { ($0.at, $0.id) > ($1.at, $1.id) }
    }

    package var selectedFeature: FeatureSnapshot? {
        if let openFeature { return features?.first { $0.feature == openFeature } }
        let rows = shownFeatures
        return view == .quality && rows.indices.contains(position) ? rows[position] : nil
    }

    mutating func ask(toAccept feature: FeatureSnapshot) {
        let changes = feature.candidate.map { feature.profile.changes(to: $0) } ?? []
        overlay = .question(
            Overlay.Question(
                title: "Accept these outputs?",
                sentence: "Version \(feature.version + 1) of \(feature.feature) is what it gives now",
                requests: changes.map { change in
                    "\(change.path): \(change.was.isEmpty ? "nothing" : change.was) → "
                        + (change.now.isEmpty ? "nothing" : change.now)
                },
                facts: [
                    "Accepted as \(author)", "Its drift incident is resolved; later outputs are held against this",
                ],
                intent: .acceptOutputs(feature: feature.feature), whatItHolds: "It changes:"))
    }
}
