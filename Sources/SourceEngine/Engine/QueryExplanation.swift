package import Basics

/// Which calls a statement would make.
package struct QueryExplanation: Hashable, Sendable {
    package enum Access: String, Hashable, Sendable {
        /// Read from the mirror, which is updated first.
        case mirror
        /// Read from the provider.
        case live
        /// Inputs and outputs that are fetched when they are read.
        case bodies
    }

    package struct Step: Hashable, Sendable {
        package var table: String
        package var access: Access
        /// The first request; empty if it depends on rows that are not known yet.
        package var request = ""
        /// The calls of the step; nil if the number is unknown before it is run.
        package var calls: Int?
        /// The minimum number of calls if ``calls`` is unknown.
        package var minimum = 1
        package var note = ""
    }

    package var steps: [Step]

    /// At least this many calls.
    package var calls: Int { steps.reduce(0) { $0 + ($1.calls ?? $1.minimum) } }
    package var isExact: Bool { steps.allSatisfy { $0.calls != nil } }

    package var rows: RowSet {
        RowSet(
            columns: ["table", "access", "calls", "request", "note"],
            rows: steps.map { step in
                [
                    .text(step.table), .text(step.access.rawValue), step.calls.map { .integer(Int64($0)) } ?? .null,
                    .text(step.request), .text(step.note),
                ]
            })
    }
}
