/// A profile in words.
extension OutputProfile {
    /// A path is required if at least this share of the samples that could have it do, given enough samples.
    package static let requiredShare = 0.99
    package static let minSamples = 10

    package var requiredPaths: [String] { places.keys.filter { $0 != Self.root && isRequired($0) == true }.sorted() }

    /// The other paths that were seen.
    package var optionalPaths: [String] {
        places.keys.filter { $0 != Self.root && isRequired($0) != true }.sorted()
    }

    /// Nil while there are too few samples.
    package func isRequired(_ path: String) -> Bool? {
        guard let place = places[path], place.possible >= Self.minSamples else { return nil }
        return Double(place.present) >= Self.requiredShare * Double(place.possible)
    }

    /// The keys of the document itself, or of its elements where it is a list; sorted.
    package var keys: [String] {
        let prefixes = ["\(Self.root).", "\(Self.root)[]."]
        return places.keys.compactMap { path in
            guard let prefix = prefixes.first(where: path.hasPrefix) else { return nil }
            let name = path.dropFirst(prefix.count)
            return name.contains(".") || name.hasSuffix("[]") ? nil : String(name)
        }.sorted()
    }

    /// What the outputs mostly are: `JSON object`, `JSON list`, `text`, `empty`.
    package var form: String {
        guard samples > 0 else { return "nothing yet" }
        if texts >= documents, texts >= blanks { return "text" }
        if blanks > documents { return "empty" }
        let kinds = places[Self.root]?.kinds ?? [:]
        let most = kinds.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
        return most == .array ? "JSON list" : most == .object ? "JSON object" : "JSON \(most?.rawValue ?? "value")"
    }

    /// One difference between two profiles: a path that was added or removed, or whose kinds changed.
    package struct Change: Hashable, Sendable {
        package var path: String
        /// `string`, `number or null`; empty where there was, or is, nothing.
        package var was: String
        package var now: String
    }

    /// What accepting `other` in this one's place changes, by path. Kinds below a tenth of a path's samples are left out.
    package func changes(to other: OutputProfile) -> [Change] {
        Set(places.keys).union(other.places.keys).sorted().compactMap { path in
            let (was, now) = (places[path]?.kindNames ?? "", other.places[path]?.kindNames ?? "")
            return was == now ? nil : Change(path: path, was: was, now: now)
        }
    }
}

extension OutputProfile.Place {
    /// `number or null`, the most frequent first.
    package var kindNames: String {
        let total = kinds.values.reduce(0, +)
        return kinds.filter { $0.value * 10 >= total }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map(\.key.rawValue).joined(separator: " or ")
    }
}
