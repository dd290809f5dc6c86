import Basics
import Governance
import OnCallModel

/// Stops the agent that runs a trace, and then looks whether it really stopped.
///
/// Both executors may be told twice without harm (the flag stands, the webhook carries an idempotency key), so an attempt
/// whose outcome was lost is taken up by sending and watching again. An agent that was stopped before the loss asks for no
/// flag any more, so then the silence of the trace alone decides.
struct KillLoop: Act {
    let trace: String
    let agent: String
    let context: ActContext
    let executors: KillExecutors

    private var ports: KillPorts { executors.ports }
    private var timing: KillTiming { ports.timing }

    func requests(key: String) -> [String] {
        let flag = flag(allowedBy: "…", now: context.attemptedAt)
        var lines: [String] = []
        if let address = executors.flagAddress(trace: trace, agent: agent) {
            lines.append("Set the kill flag: GET \(address) returns \(KillFlagRoutes.document(flag).serialized)")
        }
        if executors.webhook.isConfigured {
            lines.append(executors.webhook.request(flag, key: key).preview)
        }
        if lines.isEmpty { return [noWay] }
        let quiet = KillVerification(timing: timing, usualInterval: usualInterval, sentAt: flag.since, baseline: nil)
            .quiet
        return lines + ["Then watch the trace until there is no step for \(Int(quiet.seconds.rounded(.up))) s"]
    }

    func reconcile(_ permission: Permission) async -> Outcome {
        await kill(permission, stoodBefore: ports.flags.flag(of: trace) != nil)
    }

    func perform(_ permission: Permission) async -> Outcome {
        await kill(permission, stoodBefore: false)
    }

    /// - Parameter stoodBefore: The flag stood before, so the agent had its chance to ask.
    private func kill(_ permission: Permission, stoodBefore: Bool) async -> Outcome {
        await outcome { () async throws(ActFault) -> Outcome in
            // Beside the kill and not before it: a slow source must not hold it up.
            async let baseline = try? ports.latestStep(trace)
            let flag = try await raise(allowedBy: permission.ground.sentence)
            var acceptedAt: Instant?
            var refusal: ActFault?
            if executors.webhook.isConfigured {
                do throws(ActFault) {
                    try await executors.webhook.send(flag, key: permission.key.text)
                    acceptedAt = executors.clock.now()
                } catch {
                    refusal = error
                }
            }
            if acceptedAt == nil, !stoodBefore, !(await isListening()) { throw refusal ?? .failed(noWay) }
            let verification = KillVerification(
                timing: timing, usualInterval: usualInterval, sentAt: executors.clock.now(),
                baseline: await baseline)
            return await watch(verification, acceptedAt: acceptedAt)
        }
    }

    private func raise(allowedBy: String) async throws(ActFault) -> KillFlags.Flag {
        let flag = flag(allowedBy: allowedBy, now: executors.clock.now())
        do {
            try await ports.flags.raise(flag)
        } catch {
            throw .retry("The kill flag could not be stored: \(executors.text.line("\(error)")).")
        }
        return ports.flags.flag(of: trace) ?? flag
    }

    private func flag(allowedBy: String, now: Instant) -> KillFlags.Flag {
        let loop = context.loop.map {
            ": \($0.pattern), \(counted($0.generations, "generation")), \(Format.dollars($0.cost))"
        }
        return KillFlags.Flag(
            trace: trace, agent: agent,
            reason: executors.text.line("Killed by Sentinel, allowed by \(allowedBy)\(loop ?? "")."), since: now)
    }

    /// Whether an agent asks for its flag. A process that has just started has heard nobody yet, so it gives the agent the
    /// time of two of its steps to ask.
    private func isListening() async -> Bool {
        let patience = min(max(timing.grace, usualInterval + usualInterval), .seconds(30))
        let recent = max(timing.listening, usualInterval + usualInterval)
        while true {
            let now = executors.clock.now()
            if executors.listenerAsked(trace: trace, agent: agent, within: recent, now: now) != nil { return true }
            let end = ports.flags.startedAt + patience
            guard ports.address != nil, now < end else { return false }
            guard (try? await ports.sleep(min(timing.pollInterval, end - now))) != nil else { return false }
        }
    }

    private func watch(_ start: KillVerification, acceptedAt: Instant?) async -> Outcome {
        var verification = start
        var failure: String?
        while true {
            var progress: TraceProgress?
            do {
                progress = try await ports.latestStep(trace)
                failure = progress == nil ? "the trace is not in the source" : nil
            } catch {
                failure = executors.text.line("\(error)")
            }
            let now = executors.clock.now()
            let told = [acceptedAt, ports.flags.answeredAt(trace: trace)].compactMap { $0 }.min()
            switch verification.observe(progress, tookEffectAt: told, now: now) {
            case .keepWatching(let next):
                guard (try? await ports.sleep(next - now)) != nil else {
                    return .unknown(reason: "Sentinel stopped while it watched the killed trace; it checks again.")
                }
            case .stopped(let since, let latest):
                return .done(detail: stopped(since: since, latest: latest, now: now, acceptedAt), reference: nil)
            case .stillRunning(let steps, let until):
                return .failed(
                    reason: "The kill was sent (\(delivery(acceptedAt))), but the trace had "
                        + "\(counted(steps, "more step")) until \(until.timeOfDay) UTC; stop the agent manually.")
            case .notSeen:
                return .unknown(
                    reason:
                        "The kill was sent (\(delivery(acceptedAt))), but whether the trace stopped could not be verified: "
                        + "\(failure ?? "no answer"). Check trace \(executors.text.line(trace, limit: 80)).")
            }
        }
    }

    private func stopped(since: Instant, latest: TraceProgress, now: Instant, _ acceptedAt: Instant?) -> String {
        "Stopped at \(latest.lastSeen.timeOfDay) UTC after \(counted(latest.generations, "generation")), "
            + "\(Format.dollars(latest.cost)); no step for \(Int((now - since).seconds)) s since \(since.timeOfDay) "
            + "(\(delivery(acceptedAt)))"
    }

    /// How the agent heard of the kill.
    private func delivery(_ acceptedAt: Instant?) -> String {
        var ways: [String] = []
        if let answered = ports.flags.answeredAt(trace: trace) {
            ways.append("the agent fetched the kill flag at \(answered.timeOfDay)")
        }
        if let acceptedAt { ways.append("the kill webhook accepted it at \(acceptedAt.timeOfDay)") }
        if ways.isEmpty { return "the flag is set; the agent has not polled it since" }
        return ways.joined(separator: ", ")
    }

    /// The mean time between two steps so far.
    private var usualInterval: Span {
        guard let loop = context.loop, loop.generations > 1 else { return .seconds(0) }
        return .seconds(max(0, (loop.lastSeen - loop.firstSeen).seconds) / Double(loop.generations - 1))
    }

    private var noWay: String {
        let name = executors.text.line(agent.isEmpty ? trace : agent, limit: 80)
        let url = executors.flagAddress(trace: trace, agent: agent)
        let poll =
            url.map { "let it poll GET \($0) before each step" } ?? "run Sentinel's agent with its loopback server"
        return "No way to stop \(name) is configured: \(poll), or set AGENT_KILL_URL and AGENT_KILL_SECRET."
    }
}
