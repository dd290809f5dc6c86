import Basics
import OnCallModel

/// The sentences of a kill: how it ended, how the agent received it, and what is missing for one.
struct KillText: Sendable {
    let traces: [String]
    let agent: String
    let context: ActContext
    let executors: KillExecutors
    /// What was done to stop it and is certain, such as "LiteLLM key 3f2a9c01 is blocked"; nil for a kill by flag and webhook.
    var way: String?

    private var flags: KillFlags { executors.ports.flags }

    /// The outcome when every trace has a verdict.
    func outcome(
        of watch: KillWatch, _ sent: KillLoop.WebhookAnswers, failure: String?, now: Instant
    ) -> Outcome {
        if traces.count == 1, let verdict = watch.verdicts[traces[0]] {
            return outcome(
                of: verdict, sent.accepted[traces[0]], rate: watch.rate, failure: failure, now: now)
        }
        let (stopped, running, unknown) = (watch.stopped, watch.running, watch.unknown)
        let ways = delivery(sent)
        if running.isEmpty, unknown.isEmpty {
            let cost = watch.traces.compactMap { context.loop(of: $0)?.cost }.reduce(0, +)
            return .done(
                detail: "All \(traces.count) traces stopped; they cost \(Format.dollars(cost)) (\(ways))",
                reference: nil)
        }
        let proved = stopped.isEmpty ? "" : "\(counted(stopped.count, "trace")) stopped. "
        if running.isEmpty {
            return .unknown(
                reason: "\(proved)\(did(ways)), but whether \(counted(unknown.count, "trace")) stopped "
                    + "could not be verified: \(failure ?? "no answer"). Check \(names(unknown)).")
        }
        let more = unknown.isEmpty ? "" : ", and \(unknown.count) could not be verified"
        return .failed(
            reason: "\(still(watch.rate))\(proved)\(did(ways)), but \(counted(running.count, "trace")) went on\(more): "
                + "\(names(running)).", stopped: stopped)
    }

    private func outcome(
        of verdict: KillVerification.Verdict, _ acceptedAt: Instant?, rate: Double?, failure: String?, now: Instant
    ) -> Outcome {
        let way = delivery(of: traces[0], acceptedAt)
        switch verdict {
        case .stopped(let since, let latest):
            return .done(
                detail:
                    "Stopped at \(latest.lastSeen.timeOfDay) UTC after \(counted(latest.generations, "generation")), "
                    + "\(Format.dollars(latest.cost)); no step for \(Int((now - since).seconds)) s since "
                    + "\(since.timeOfDay) (\(way))", reference: nil)
        case .stillRunning(let steps, let until):
            return .failed(
                reason: "\(still(rate))\(did(way)), but the trace had \(counted(steps, "more step")) until "
                    + "\(until.timeOfDay) UTC.")
        case .notSeen, .keepWatching:
            return .unknown(
                reason: "\(did(way)), but whether the trace stopped could not be verified: "
                    + "\(failure ?? "no answer"). Check trace \(executors.text.line(traces[0], limit: 80)).")
        }
    }

    private func did(_ ways: String) -> String { way ?? "The kill was sent (\(ways))" }

    /// `Still $0.40/min. `; empty if the rate is not known, or nothing.
    private func still(_ rate: Double?) -> String {
        rate.flatMap { $0 >= 0.005 ? "Still \(Format.dollars($0))/min. " : nil } ?? ""
    }

    /// `trace a, trace b and 18 more`.
    private func names(_ some: [String]) -> String {
        let listed = some.prefix(5).map { executors.text.line($0, limit: 80) }.joined(separator: ", ")
        let more = some.count > 5 ? " and \(some.count - 5) more" : ""
        return (some.count == 1 ? "trace " : "traces ") + listed + more
    }

    /// How the agent received the kill of one trace.
    private func delivery(of trace: String, _ acceptedAt: Instant?) -> String {
        if let way { return way }
        let ways = [
            flags.deliveredAt(trace: trace).map { "the agent fetched the kill flag at \($0.timeOfDay)" },
            acceptedAt.map { "the kill webhook accepted it at \($0.timeOfDay)" },
        ].compactMap { $0 }
        return ways.isEmpty ? "the flag is set; the agent has not polled it since" : ways.joined(separator: ", ")
    }

    /// How the agent received the kill of many.
    private func delivery(_ sent: KillLoop.WebhookAnswers) -> String {
        if let way { return way }
        let fetched = traces.count { flags.deliveredAt(trace: $0) != nil }
        let ways = [
            fetched > 0 ? "the agent fetched \(fetched) of \(traces.count) kill flags" : nil,
            sent.accepted.isEmpty ? nil : "the kill webhook accepted \(sent.accepted.count) of \(traces.count)",
            sent.accepted.count < traces.count ? sent.refusal.map { "it refused others: \($0.reason)" } : nil,
        ].compactMap { $0 }
        return ways.isEmpty ? "the flags are set; the agent has not polled them since" : ways.joined(separator: ", ")
    }

    var noWay: String {
        let trace = traces.first ?? ""
        let name = executors.text.line(agent.isEmpty ? trace : agent, limit: 80)
        let poll =
            executors.flagAddress(trace: trace, agent: agent).map { "let it poll GET \($0) before each step" }
            ?? "run Sentinel's agent with its loopback server"
        return "No way to stop \(name) is configured: \(poll), or set AGENT_KILL_URL and AGENT_KILL_SECRET."
    }
}
