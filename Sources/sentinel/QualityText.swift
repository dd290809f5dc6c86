import Basics
import IncidentStore
import OnCallModel

/// Features and drifts as the command line prints them.
enum QualityText {
    static func table(_ features: [FeatureSnapshot]) -> String {
        TextTable.list(
            features, orElse: "No features have been checked yet. Run `sentinel quality scan`.",
            ["feature", "state", "version", "samples", "failing", "last check", "required keys"]
        ) { feature in
            [
                .text(feature.feature), .text(feature.state.rawValue), Value(feature.version),
                Value(feature.profile.samples),
                .text(feature.checked == 0 ? "" : "\(feature.failed) of \(feature.checked)"),
                .text(feature.lookedAt?.iso8601Seconds ?? ""), .text(keys(feature.profile)),
            ]
        }
    }

    /// Outputs that are not JSON have no keys.
    private static func keys(_ profile: OutputProfile) -> String {
        if profile.documents * 2 < profile.samples { return profile.samples == 0 ? "" : "(text)" }
        let top = profile.requiredPaths.filter { OutputProfile.parent(of: $0) == OutputProfile.root }
        return top.map { String($0.dropFirst($0.hasPrefix("$.") ? 2 : 1)) }.joined(separator: ", ")
    }

    static func detail(_ feature: FeatureSnapshot, _ versions: [SnapshotVersion]) -> String {
        let accepted = feature.acceptedBy.map { ", accepted by \(TextTable.inert($0))" } ?? ""
        var text = """
            \(TextTable.inert(feature.feature)): \(feature.state.rawValue), snapshot \(feature.version) of \
            \(feature.capturedAt.iso8601Seconds)\(accepted)
            \(feature.profile.samples) samples, \(feature.profile.texts) texts, \(feature.profile.blanks) empty

            """
        if feature.checked > 0 { text += "\(feature.failed) of the latest \(feature.checked) outputs do not match\n" }
        text += "\n" + paths(feature.profile)
        if let candidate = feature.candidate {
            text += "\nCurrent outputs (`sentinel quality accept` makes them the snapshot)\n" + paths(candidate)
        }
        for version in versions {
            text += """
                \nSnapshot \(version.version) of \(version.capturedAt.iso8601Seconds), until \
                \(version.replacedAt.iso8601Seconds) (\(TextTable.inert(version.replacedBy)))
                \(paths(version.profile))
                """
        }
        return text
    }

    private static func paths(_ profile: OutputProfile) -> String {
        let required = Set(profile.requiredPaths)
        let places = profile.places.filter { $0.key != OutputProfile.root }.sorted { $0.key < $1.key }
        guard !places.isEmpty else { return "no keys\n" }
        return TextTable(
            ["key", "types", "in", ""],
            places.map { path, place in
                let kinds = place.kinds.keys.sorted().map(\.rawValue).joined(separator: " or ")
                let share = Double(place.present) / Double(max(1, place.possible))
                return [
                    .text(path), .text(kinds), .text(Format.percent(share)),
                    .text(required.contains(path) ? "required" : "optional"),
                ]
            }
        ).text
    }

    static func table(_ events: [DriftEvent]) -> String {
        TextTable.list(
            events, orElse: "No drift.",
            ["feature", "when", "kind", "severity", "failing", "incident", "contrast", "suspect"]
        ) { event in
            let value = event.facts.schema?.contrast?.value
            return [
                .text(event.feature), .text(event.at.iso8601Seconds), .text(event.kind.rawValue),
                .text(event.severity.rawValue), .text(event.failRate.map(Format.percent) ?? score(event)),
                event.incident.map(Value.integer) ?? .null, Value(value),
                .text(event.blameSHA.map { "\($0.prefix(7)) \(event.blameMessage ?? "")" } ?? ""),
            ]
        }
    }

    private static func score(_ event: DriftEvent) -> String {
        guard let facts = event.facts.score else { return "" }
        let (before, now) = (Format.decimal(facts.meanBefore, digits: 2), Format.decimal(facts.mean, digits: 2))
        return "\(facts.score) \(before) to \(now)"
    }
}
