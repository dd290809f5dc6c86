import Glibc

/// A time zone of the system's database: its offset from UTC at any time.
///
/// glibc converts to one zone per process only, and Foundation's zones need ICU, so the file itself is read (TZif, RFC 8536).
/// Debian's files list every change until 2037; later times have the offset of the last one.
package struct ZoneInfo: Hashable, Sendable {
    /// Seconds since 1970 of each change, and the offset from then on in seconds.
    private var changes: [(at: Int64, offset: Int64)]
    /// Before the first change.
    private var first: Int64

    package static let utc = ZoneInfo(changes: [], first: 0)

    private init(changes: [(at: Int64, offset: Int64)], first: Int64) {
        (self.changes, self.first) = (changes, first)
    }

    /// Nil for a name that the database does not have. `Europe/Berlin`, `UTC`.
    package init?(named name: String) {
        guard !name.isEmpty, name.count <= 64, !name.hasPrefix("/"), !name.contains(".."),
            name.utf8.allSatisfy({ $0.isWord || [0x2B, 0x2D, 0x2F, 0x5F].contains($0) }),
            let bytes = Self.read("/usr/share/zoneinfo/\(name)")
        else { return nil }
        self.init(bytes)
    }

    init?(_ bytes: [UInt8]) {
        guard let old = Header(bytes, at: 0), old.version >= 0x32,
            let header = Header(bytes, at: Header.size + old.bodySize(timeSize: 4)),
            header.types > 0, bytes.count >= header.body + header.bodySize(timeSize: 8)
        else { return nil }
        let indices = header.body + header.times * 8
        let types = indices + header.times
        func offset(ofType type: Int) -> Int64? {
            type < header.types
                ? Int64(Int32(truncatingIfNeeded: Self.integer(bytes, at: types + type * 6, size: 4))) : nil
        }
        var changes: [(at: Int64, offset: Int64)] = []
        for place in 0..<header.times {
            guard let offset = offset(ofType: Int(bytes[indices + place])) else { return nil }
            changes.append((Self.integer(bytes, at: header.body + place * 8, size: 8), offset))
        }
        self.init(changes: changes, first: offset(ofType: 0) ?? 0)
    }

    /// What is added to UTC for the local time.
    package func offset(at instant: Instant) -> Span {
        let seconds = instant.milliseconds / 1000
        var (low, high) = (0, changes.count)
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].at <= seconds { low = middle + 1 } else { high = middle }
        }
        return .milliseconds((low == 0 ? first : changes[low - 1].offset) * 1000)
    }

    /// The moment of a local time. One that a change skips is that much later; of one that comes twice, it is one of both.
    package func instant(ofLocal local: Instant) -> Instant {
        let guess = local - offset(at: local)
        return local - offset(at: guess)
    }

    package static func == (left: ZoneInfo, right: ZoneInfo) -> Bool {
        left.first == right.first && left.changes.elementsEqual(right.changes, by: ==)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(first)
        hasher.combine(changes.count)
    }

    // MARK: the file

    private struct Header {
        static let size = 44
        var version: UInt8
        var body: Int
        var utc, standard, leaps, times, types, characters: Int

        init?(_ bytes: [UInt8], at start: Int) {
            guard bytes.count >= start + Self.size, bytes[start..<start + 4].elementsEqual("TZif".utf8) else {
                return nil
            }
            let counts = (0..<6).map { Int(ZoneInfo.integer(bytes, at: start + 20 + $0 * 4, size: 4)) }
            guard counts.allSatisfy({ (0..<100_000).contains($0) }) else { return nil }
            (utc, standard, leaps) = (counts[0], counts[1], counts[2])
            (times, types, characters) = (counts[3], counts[4], counts[5])
            (version, body) = (bytes[start + 4], start + Self.size)
        }

        func bodySize(timeSize: Int) -> Int {
            times * (timeSize + 1) + types * 6 + characters + leaps * (timeSize + 4) + standard + utc
        }
    }

    private static func integer(_ bytes: [UInt8], at start: Int, size: Int) -> Int64 {
        Int64(truncatingIfNeeded: bytes[start..<start + size].reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }

    private static func read(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "rb") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 17)
        let count = fread(&bytes, 1, bytes.count, file)
        return Array(bytes.prefix(count))
    }
}
