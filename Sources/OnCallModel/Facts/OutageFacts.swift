package import Basics

/// A source that does not answer, or a job of the agent that does not run.
package struct OutageFacts: ClassFacts, JSONRecord {
    package static let type = DetectionType.sourceDown

    package enum Part: String, CaseIterable, Hashable, Sendable, JSONConvertible {
        case source, job
    }

    package var part = Part.source
    /// What the source answered, or why the job did not run.
    package var reason = ""
    package var since = Instant(milliseconds: 0)
    /// Minutes from then until it was reported.
    package var minutes = 0.0

    package init() {}

    package var quotes: [String] { reason.isEmpty ? [] : [reason] }

    package static let members: [JSONMember<OutageFacts>] = [
        .init("part", \.part), .init("reason", \.reason), .init("since", \.since), .init("minutes", \.minutes),
    ]
}
