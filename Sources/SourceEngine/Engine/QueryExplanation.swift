package import Basics

/// Which calls a statement would make.
package struct QueryExplanation: Hashable, Sendable {
    package enum Access: String, Hashable, Sendable {
        /// Read from the mirror, which is brought up to date first.
        case mirror
        /// Asked of the provider.
        case live
        /// Inputs and outputs that are fetched when they are read.
        case bodies
    }

    package struct Step: Hashable, Sendable {
        package var table: String
        package var access: Access
        /// The first request; empty where it depends on rows that are not known yet.
        package var request: String
        /// Calls that the step would make; nil where that cannot be known before it is run.
        package var calls: Int?
        /// Calls that it would make at least.
        package var minimum: Int
        package var note: String

        package init(
            table: String, access: Access, request: String = "", calls: Int?, minimum: Int = 1, note: String = ""
        ) {
            self.table = table
            self.access = access
            self.request = request
            self.calls = calls
            self.minimum = calls ?? minimum
            self.note = note
        }
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
