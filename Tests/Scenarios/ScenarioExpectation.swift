package import Basics

/// What must come of a part: a finding, or none.
package struct ScenarioExpectation: Hashable, Sendable {
    /// The classes of failure, by the names of `incident_reports.detection_type`.
    package enum Failure: String, CaseIterable, Hashable, Sendable {
        case costSpike = "cost_spike"
        case errorCascade = "error_cascade"
        case promptDrift = "prompt_drift"
        case agentLoop = "agent_loop"
        case toolFailure = "tool_failure"
    }

    package enum Verdict: Hashable, Sendable {
        /// There is a finding that is not a note.
        case found
        /// Such a finding is neither required nor wrong: a cascade costs money too.
        case allowed
        /// Nothing but notes.
        case silent
    }

    package enum Cause: Hashable, Sendable {
        /// Its sha.
        case commit(String)
        /// A version of a prompt, and no commit.
        case prompt(String, version: Int)
        /// A cause outside the repository, whatever was committed before.
        case noCode
        /// Not checked.
        case unasked
    }

    package var failure: Failure
    package var verdict: Verdict
    /// As a finding names it: a trace, a feature, a tool or an issue of Sentry.
    package var subject: String
    package var cause: Cause
    /// When it began; nil if silent.
    package var onset: Instant?
    /// One sentence that says what happened.
    package var sentence: String

    static func found(
        _ failure: Failure, _ subject: String, cause: Cause = .unasked, onset: Instant, _ sentence: String
    ) -> ScenarioExpectation {
        ScenarioExpectation(
            failure: failure, verdict: .found, subject: subject, cause: cause, onset: onset, sentence: sentence)
    }

    static func silent(_ failure: Failure, _ subject: String, _ sentence: String) -> ScenarioExpectation {
        ScenarioExpectation(
            failure: failure, verdict: .silent, subject: subject, cause: .unasked, onset: nil, sentence: sentence)
    }

    static func allowed(_ failure: Failure, _ subject: String, onset: Instant, _ sentence: String)
        -> ScenarioExpectation
    {
        ScenarioExpectation(
            failure: failure, verdict: .allowed, subject: subject, cause: .unasked, onset: onset, sentence: sentence)
    }
}
