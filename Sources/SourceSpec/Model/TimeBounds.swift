package import Basics

/// How an API bounds the time of a table's rows.
package struct TimeBounds: Hashable, Sendable {
    package enum Window: Hashable, Sendable {
        /// Both ends are given: `[from, to)`. Each is the name of a filter of the table or else of a query parameter.
        case between(from: String, to: String)
        /// Only the start is given.
        case from(String)
        /// The API lists newest first and takes no bound: pages are read until one is older than the window.
        case newestFirst
    }

    /// How an instant is written.
    package enum Format: String, CaseIterable, Hashable, Sendable {
        case iso8601, iso8601Seconds = "iso8601_seconds", epochSeconds = "epoch_seconds"
        case epochMilliseconds = "epoch_milliseconds"
        /// Slack's `1512085950.000216`.
        case slack
    }

    /// A column of type Timestamp.
    package var column: String
    package var window: Window
    package var format: Format

    package init(column: String, window: Window, format: Format = .iso8601) {
        (self.column, self.window, self.format) = (column, window, format)
    }

    /// The names that bounds are given by.
    package var names: [String] {
        switch window {
        case .between(let from, let to): [from, to]
        case .from(let from): [from]
        case .newestFirst: []
        }
    }

    package func text(_ instant: Instant) -> String {
        switch format {
        case .iso8601: return instant.iso8601
        case .iso8601Seconds: return instant.iso8601Seconds
        case .epochSeconds: return String(instant.milliseconds / 1000)
        case .epochMilliseconds: return String(instant.milliseconds)
        case .slack:
            let fraction = String(instant.milliseconds % 1000)
            let padded = String(repeating: "0", count: 3 - fraction.count) + fraction
            return "\(instant.milliseconds / 1000).\(padded)000"
        }
    }

    /// The bounds of a window by name; an end that is nil, or that the API does not take, is left out.
    package func values(from: Instant?, to: Instant?) -> [MirrorSpec.Parameter] {
        let ends: [(String, Instant?)] =
            switch window {
            case .between(let start, let end): [(start, from), (end, to)]
            case .from(let start): [(start, from)]
            case .newestFirst: []
            }
        return ends.compactMap { name, moment in moment.map { .init(name: name, value: text($0)) } }
    }
}
