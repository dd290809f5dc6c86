/// What an incident is compared by with past ones.
package struct IncidentTraits: Hashable, Sendable {
    package var incident: Int64
    package var type: DetectionType
    /// The agent of a looping trace; what the finding is about otherwise.
    package var subject: String
    /// The words of its errors that are not in common use.
    package var errors: Set<String>
    /// The changed files of its suspects.
    package var files: Set<String>
    /// The tools and steps that failed or repeated.
    package var tools: Set<String>
    /// The hour of the week of its onset in UTC: 0 is Thursday, 00:00, as of the epoch.
    package var weekHour: Int
    /// The kind of its cause, as a phrase: `a change of tokens`, `more traffic`. Empty if none is named.
    package var cause: String

    package init(
        incident: Int64, type: DetectionType, subject: String, errors: Set<String> = [], files: Set<String> = [],
        tools: Set<String> = [], weekHour: Int = 0, cause: String = ""
    ) {
        (self.incident, self.type, self.subject, self.errors) = (incident, type, subject, errors)
        (self.files, self.tools, self.weekHour, self.cause) = (files, tools, weekHour, cause)
    }
}

/// A past incident that an incident resembles.
package struct Likeness: Hashable, Sendable {
    package var past: Int64
    package var score: Double
    /// One phrase for each term: "+3.0 same subject (support-bot)".
    package var why: [String]
    /// The same class of failure of the same subject: the same problem again.
    package var isSame: Bool

    package init(past: Int64, score: Double, why: [String], isSame: Bool) {
        (self.past, self.score, self.why, self.isSame) = (past, score, why, isSame)
    }
}
