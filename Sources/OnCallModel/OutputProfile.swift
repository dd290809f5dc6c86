package import Basics

/// What the outputs of a feature or a tool look like: the shape of many samples merged into one.
///
/// Every path of a JSON document is a text: `$` is the document, `$.answer` a member, `$.items[]` the elements of a list.
/// Paths deeper than ``maxDepth`` and more than ``maxPaths`` are left out, so a profile stays small whatever is fed to it.
package struct OutputProfile: Codable, Hashable, Sendable {
    package enum Kind: String, CaseIterable, Codable, CodingKeyRepresentable, Comparable, Hashable, Sendable {
        case object, array, string, number, boolean, null

        package static func < (left: Kind, right: Kind) -> Bool { left.rawValue < right.rawValue }
    }

    /// The statistics of one path.
    package struct Place: Codable, Hashable, Sendable {
        /// How many samples have each kind here. One sample counts once a kind, however long its list is.
        package var kinds: [Kind: Int]
        /// The number of samples with a value at this path.
        package var present: Int
        /// The number of samples whose parent is an object or list, so that this path could have a value.
        package var possible: Int

        package init(kinds: [Kind: Int] = [:], present: Int = 0, possible: Int = 0) {
            (self.kinds, self.present, self.possible) = (kinds, present, possible)
        }
    }

    /// Samples of any form.
    package private(set) var samples = 0
    /// Samples that were not JSON, and those that were empty or missing.
    package private(set) var texts = 0
    package private(set) var blanks = 0
    package private(set) var places: [String: Place] = [:]

    private enum CodingKeys: String, CodingKey {
        case samples, texts, blanks
        case places = "paths"
    }

    package static let root = "$"
    package static let maxDepth = 8
    package static let maxPaths = 200
    /// The number of elements of a list that are checked.
    package static let maxElements = 50

    package init() {}

    package init(samples: Int, texts: Int, blanks: Int, places: [String: Place]) {
        (self.samples, self.texts, self.blanks, self.places) = (samples, texts, blanks, places)
    }

    /// Samples that were JSON.
    package var documents: Int { samples - texts - blanks }

    package mutating func add(_ sample: OutputSample) {
        samples += 1
        switch sample {
        case .blank: blanks += 1
        case .text: texts += 1
        case .document(let value):
            let seen = Self.places(of: value)
            // Parents sort before what they hold, so a parent counts this sample already.
            for (path, place) in seen.sorted(by: { $0.key < $1.key }) { merge(place, at: path) }
            for path in places.keys where seen[path] == nil && seen[Self.parent(of: path)]?.holdsMore == true {
                places[path]?.possible += 1
            }
        }
    }

    private mutating func merge(_ place: Place, at path: String) {
        if var known = places[path] {
            for kind in place.kinds.keys { known.kinds[kind, default: 0] += 1 }
            known.present += 1
            known.possible += 1
            places[path] = known
        } else if places.count < Self.maxPaths {
            // The samples before may have had the parent, and nothing here.
            let parent = path == Self.root ? documents : places[Self.parent(of: path)]?.holders ?? 1
            places[path] = Place(kinds: place.kinds, present: 1, possible: max(1, parent))
        }
    }

    /// The path of which a path is a part; the root is its own.
    package static func parent(of path: String) -> String {
        if path.hasSuffix("[]") { return String(path.dropLast(2)) }
        guard let dot = path.lastIndex(of: ".") else { return root }
        return String(path[..<dot])
    }

    /// Every path of one document with its kinds.
    package static func places(of value: JSONValue) -> [String: Place] {
        var found: [String: Place] = [:]
        collect(value, at: root, depth: 0, into: &found)
        return found
    }

    private static func collect(_ value: JSONValue, at path: String, depth: Int, into found: inout [String: Place]) {
        guard found[path] != nil || found.count < maxPaths else { return }
        var place = found[path] ?? Place(present: 1, possible: 1)
        place.kinds[value.kind] = 1
        found[path] = place
        guard depth < maxDepth else { return }
        switch value {
        case .object(let members):
            for member in members {
                // A dot in a name would be read as a separate level.
                let name = member.name.replacing(".", with: "․")
                collect(member.value, at: "\(path).\(name)", depth: depth + 1, into: &found)
            }
        case .array(let elements):
            for element in elements.prefix(maxElements) {
                collect(element, at: "\(path)[]", depth: depth + 1, into: &found)
            }
        default: return
        }
    }
}

extension OutputProfile.Place {
    /// The number of samples with an object or list at this path.
    fileprivate var holders: Int { max(kinds[.object] ?? 0, kinds[.array] ?? 0) }
    fileprivate var holdsMore: Bool { holders > 0 }
}

/// One output as it is judged.
package enum OutputSample: Hashable, Sendable {
    /// Missing, or nothing but white space.
    case blank
    case text(String)
    case document(JSONValue)
}

extension JSONValue {
    package var kind: OutputProfile.Kind {
        switch self {
        case .null: .null
        case .bool: .boolean
        case .integer, .number: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }
}

extension OutputProfile {
    /// What `schema_snapshots.schema_json` has and `sentinel quality` prints. A `JSONDecoder` reads it.
    package var json: JSONValue {
        .fields([
            "samples": JSONValue(samples), "texts": JSONValue(texts), "blanks": JSONValue(blanks),
            "paths": .object(
                places.sorted { $0.key < $1.key }.map { path, place in
                    JSONValue.Member(
                        path,
                        .fields([
                            "kinds": .object(
                                place.kinds.sorted { $0.key < $1.key }.map {
                                    .init($0.key.rawValue, JSONValue($0.value))
                                }),
                            "present": JSONValue(place.present), "possible": JSONValue(place.possible),
                        ]))
                }),
        ])
    }
}
