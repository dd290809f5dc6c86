import Basics
import OnCallModel

/// Proves by the traces themselves whether they stopped, whatever was to stop them.
struct KillProof: Sendable {
    let traces: [String]
    let context: ActContext
    let executors: KillExecutors
    /// What was done to stop them; nil for a kill by flag and webhook.
    var way: String?

    private var ports: KillPorts { executors.ports }
    private var text: KillText {
        let agent = context.loop?.agent ?? ""
        return KillText(traces: traces, agent: agent, context: context, executors: executors, way: way)
    }

    /// The last line of a dry run.
    var announcement: String {
        let quiet = traces.map { verification(of: $0, sentAt: context.attemptedAt, baseline: nil).quiet }.max()
        let seconds = Int((quiet ?? ports.timing.grace).seconds.rounded(.up))
        let watched = traces.count == 1 ? "the trace until there is" : "the traces until each has"
        return "Then watch \(watched) no step for \(seconds) s"
    }

    /// Watches the traces until each has a verdict.
    ///
    /// - Parameters:
    ///   - baseline: their progress before anything was sent.
    ///   - deliveredAt: when the agent learned of the kill of a trace; nil while it did not.
    func outcome(
        baseline: [String: TraceProgress], sent: KillLoop.WebhookAnswers = KillLoop.WebhookAnswers(),
        deliveredAt: (String) -> Instant?
    ) async -> Outcome {
        let sentAt = executors.clock.now()
        var watch = KillWatch(traces.map { ($0, verification(of: $0, sentAt: sentAt, baseline: baseline[$0])) })
        var failure: String?
        while true {
            var progress: [String: TraceProgress] = [:]
            do {
                let open = watch.open
                progress = try await ports.latestSteps(open)
                failure = open.allSatisfy { progress[$0] == nil } ? "the trace is not in the source" : nil
            } catch {
                failure = executors.text.line("\(error)")
            }
            let now = executors.clock.now()
            let step = watch.observe(progress, deliveredAt: deliveredAt, now: now)
            guard case .read(_, let next) = step else {
                return text.outcome(of: watch, sent, failure: failure, now: now)
            }
            guard (try? await ports.sleep(next - now)) != nil else {
                return .unknown(reason: "Sentinel stopped while it watched the killed trace; it checks again.")
            }
        }
    }

    private func verification(of trace: String, sentAt: Instant, baseline: TraceProgress?) -> KillVerification {
        KillVerification(
            timing: ports.timing, usualInterval: baseline?.recentPause ?? usualInterval(of: trace), sentAt: sentAt,
            baseline: baseline)
    }

    /// The mean time between two steps so far.
    func usualInterval(of trace: String) -> Span {
        guard let loop = context.loop(of: trace) ?? (traces.count == 1 ? context.loop : nil), loop.generations > 1
        else { return .seconds(0) }
        return .seconds(max(0, (loop.lastSeen - loop.firstSeen).seconds) / Double(loop.generations - 1))
    }
}
