/// The classes of failure, by the names of `incident_reports.detection_type` (contract).
package enum DetectionType: String, CaseIterable, Hashable, Sendable {
    case costSpike = "cost_spike"
    case errorCascade = "error_cascade"
    case promptDrift = "prompt_drift"
    case agentLoop = "agent_loop"
    case toolFailure = "tool_failure"
    /// No detector finds it: the agent watches its sources and jobs.
    case sourceDown = "source_down"
    /// No detector finds it: another system sent it.
    case outsideAlert = "outside_alert"

    /// The classes that detectors find.
    package static let detected = allCases.filter(\.traits.isDetected)
}

extension DetectionType {
    /// What the rest of the program needs to know of a class. Nothing outside of a class's own detector asks which class a
    /// finding is; it asks for a trait, or matches the case of its facts.
    package struct Traits: Sendable {
        /// What the subject of a finding is.
        package enum Subject: Hashable, Sendable {
            /// A feature, or `project` where no feature explains it.
            case feature
            case tool
            /// A trace id.
            case trace
            /// A Sentry issue's id.
            case issue
            /// A source or a job of Sentinel itself.
            case part
            /// The name of another system's alert.
            case alert
        }

        package enum Remedy: Hashable, Sendable {
            /// Stops the trace. Such findings share an incident with others of their class only where one agent loops alike in
            /// many traces, and no incident of theirs is held back because of another one.
            case killLoop
            case review
            case none
        }

        /// What two findings may share when nothing but the time of their onsets is known.
        package enum TimeTie: Hashable, Sendable {
            case none, cost, errors
        }

        /// The setting above which a finding is made, and the values that a backtest tries.
        package struct Threshold: Sendable {
            package let setting: String
            package let values: [Double]
        }

        /// `cost spike`, as a pane names it.
        package let noun: String
        /// What people write about it in messages, in lower case.
        package let talk: Set<String>
        package let subject: Subject
        package let remedy: Remedy
        package var tieByTime = TimeTie.none
        /// It judges what features and tools return: the quality patrol runs it, and the sampler keeps the traces it names.
        package var judgesOutputs = false
        /// A failing third-party service may be its cause.
        package var blamesServices = false
        /// A detector finds it in the rows of sources.
        package var isDetected = true
        /// Nil where the class has no single threshold.
        package var threshold: Threshold?

        package var hasOwnRemedy: Bool { remedy != .review }
    }

    /// `cost_spike, error_cascade or agent_loop`: the classes that have a trait, as a list in a sentence.
    package static func names(where isListed: (Traits) -> Bool = { _ in true }, _ conjunction: String = "or") -> String
    {
        let names = allCases.filter { isListed($0.traits) }.map(\.rawValue)
        return (names.dropLast(2) + [names.suffix(2).joined(separator: " \(conjunction) ")]).joined(separator: ", ")
    }

    package var traits: Traits {
        switch self {
        case .costSpike:
            Traits(
                noun: "cost spike", talk: ["cost", "costs", "spend", "spending", "bill", "expensive"],
                subject: .feature, remedy: .review, tieByTime: .cost,
                threshold: .init(setting: "cost_spike_multiplier", values: [1.5, 2, 2.5, 3, 4, 5, 7, 10]))
        case .errorCascade:
            Traits(
                noun: "error cascade", talk: ["errors", "exceptions"], subject: .issue, remedy: .review,
                tieByTime: .errors, blamesServices: true,
                threshold: .init(setting: "error_cascade_threshold", values: [1, 2, 5, 10, 20, 50]))
        case .promptDrift:
            Traits(
                noun: "prompt drift", talk: ["schema", "json", "malformed", "parse"], subject: .feature,
                remedy: .review, judgesOutputs: true,
                threshold: .init(setting: "drift_fail_rate", values: [0.05, 0.1, 0.15, 0.2, 0.3, 0.5]))
        case .agentLoop:
            Traits(
                noun: "agent loop", talk: ["loop", "loops", "looping", "stuck", "runaway"], subject: .trace,
                remedy: .killLoop,
                threshold: .init(
                    setting: "agent_loop_generation_threshold", values: [5, 8, 10, 15, 20, 30, 50]))
        case .toolFailure:
            Traits(
                noun: "tool failure", talk: ["tool", "tools"], subject: .tool, remedy: .review, judgesOutputs: true,
                blamesServices: true)
        case .sourceDown:
            Traits(
                noun: "outage of a source", talk: ["outage", "unreachable"], subject: .part, remedy: .none,
                isDetected: false)
        case .outsideAlert:
            Traits(
                noun: "alert from outside", talk: ["alert", "alerts"], subject: .alert, remedy: .none,
                isDetected: false)
        }
    }
}
