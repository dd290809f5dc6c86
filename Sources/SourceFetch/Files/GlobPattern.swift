import Glibc

/// A pattern of paths below a folder: `*`, `?` and `[a-z]` within one name, `**` for any number of folders.
struct GlobPattern: Hashable, Sendable {
    private let segments: [String]

    init(_ text: String) {
        segments = text.split(separator: "/").map(String.init)
    }

    /// `path` are the names from the folder down to the file.
    func matches(_ path: [String]) -> Bool {
        Self.matches(segments[...], path[...])
    }

    /// Whether a file somewhere below `folder` could match.
    func mayMatch(below folder: [String]) -> Bool {
        var pattern = segments[...]
        for name in folder {
            guard let first = pattern.first else { return false }
            if first == "**" { return true }
            guard Self.matches(first, name) else { return false }
            pattern = pattern.dropFirst()
        }
        return !pattern.isEmpty
    }

    private static func matches(_ pattern: ArraySlice<String>, _ path: ArraySlice<String>) -> Bool {
        guard let first = pattern.first else { return path.isEmpty }
        if first == "**" {
            let rest = pattern.drop { $0 == "**" }
            if rest.isEmpty { return !path.isEmpty }
            return path.indices.contains { matches(rest, path[$0...]) }
        }
        guard let name = path.first, matches(first, name) else { return false }
        return matches(pattern.dropFirst(), path.dropFirst())
    }

    private static func matches(_ pattern: String, _ name: String) -> Bool {
        fnmatch(pattern, name, FNM_NOESCAPE) == 0
    }
}
