import Basics
import Governance
import OnCallModel

/// Stops an agent in all traces in which it loops, and then verifies that each of them stopped.
///
/// An attempt whose outcome was lost after its start is not sent again: the traces themselves show whether they stopped. Only
/// the flags, which are read and not sent, are set again.
struct KillLoop: Act {
    let traces: [String]
    let agent: String
    let context: ActContext
    let executors: KillExecutors
    /// Stores that the kill may have been sent from now on.
    let announce: Announcement

    private var ports: KillPorts { executors.ports }
    private var timing: KillTiming { ports.timing }
    private var text: KillText { KillText(traces: traces, agent: agent, context: context, executors: executors) }

    private var webhook: KillWebhook { executors.webhook(of: agent, by: context.ladder) }
    private var proof: KillProof { KillProof(traces: traces, context: context, executors: executors) }

    /// The requests of so many traces are listed.
    static let listed = 20
    /// So many webhooks are sent at a time.
    private static let atOnce = 8

    func requests(key: String) -> [String] {
        let flags = traces.map { flag(of: $0, allowedBy: "the person who approves it", now: context.attemptedAt) }
        var lines: [String] = []
        for flag in flags.prefix(Self.listed) {
            if let address = executors.flagAddress(trace: flag.trace, agent: flag.agent) {
                lines.append("Set the kill flag: GET \(address) returns \(KillFlagRoutes.document(flag).serialized)")
            }
            if webhook.isConfigured {
                let own = webhookKey(key, of: flag.trace)
                lines.append(webhook.request(flag, key: own, approval: key).preview)
            }
        }
        if lines.isEmpty { return [text.noWay] }
        if traces.count > Self.listed { lines.append("The same for \(traces.count - Self.listed) more traces") }
        return lines + [proof.announcement]
    }

    func reconcile(_ permission: Permission) async -> Outcome {
        await outcome { () async throws(ActFault) -> Outcome in
            guard context.sentAt != nil else {
                throw .retry("Sentinel stopped before the kill was sent; it is sent now.")
            }
            async let baseline = try? ports.latestSteps(traces)
            _ = try await raise(allowedBy: permission.ground.sentence)
            return await follow(WebhookAnswers(), baseline: await baseline ?? [:])
        }
    }

    func perform(_ permission: Permission) async -> Outcome {
        await outcome { () async throws(ActFault) -> Outcome in
            // In parallel, because a slow source must not delay the kill.
            async let baseline = try? ports.latestSteps(traces)
            let flags = try await raise(allowedBy: permission.ground.sentence)
            try await announce()
            let sent = webhook.isConfigured ? await send(flags, key: permission.key.text) : WebhookAnswers()
            if sent.accepted.isEmpty, !(await isListening()) { throw sent.refusal ?? .failed(text.noWay) }
            return await follow(sent, baseline: await baseline ?? [:])
        }
    }

    // MARK: flags and webhooks

    private func raise(allowedBy: String) async throws(ActFault) -> [KillFlags.Flag] {
        var raised: [KillFlags.Flag] = []
        for trace in traces {
            let flag = flag(of: trace, allowedBy: allowedBy, now: executors.clock.now())
            do {
                try await ports.flags.raise(flag)
            } catch {
                throw .retry("The kill flag could not be stored: \(executors.text.line("\(error)")).")
            }
            raised.append(ports.flags.flag(of: trace) ?? flag)
        }
        return raised
    }

    private func flag(of trace: String, allowedBy: String, now: Instant) -> KillFlags.Flag {
        let loop = context.loop(of: trace)
        let why = loop.map { ": \($0.pattern), \(counted($0.generations, "generation")), \(Format.dollars($0.cost))" }
        return KillFlags.Flag(
            trace: trace, agent: loop?.agent ?? agent,
            reason: executors.text.line("Killed by Sentinel, allowed by \(allowedBy)\(why ?? "")."), since: now)
    }

    /// When the webhook accepted the kill of each trace, and why it refused one.
    struct WebhookAnswers: Sendable {
        var accepted: [String: Instant] = [:]
        var refusal: ActFault?
    }

    /// Every retry has the same key, so the receiver acts once for each trace.
    private func webhookKey(_ key: String, of trace: String) -> String {
        traces.count == 1 ? key : "\(key)/\(Fingerprint(trace))"
    }

    private func send(_ flags: [KillFlags.Flag], key: String) async -> WebhookAnswers {
        await withTaskGroup(of: (String, ActFault?).self) { group in
            var (answers, rest) = (WebhookAnswers(), flags[...])
            func start(_ flag: KillFlags.Flag) {
                let own = webhookKey(key, of: flag.trace)
                group.addTask { [webhook] in
                    do throws(ActFault) {
                        try await webhook.send(flag, key: own, approval: key)
                        return (flag.trace, nil)
                    } catch {
                        return (flag.trace, error)
                    }
                }
            }
            for flag in rest.prefix(Self.atOnce) { start(flag) }
            rest = rest.dropFirst(Self.atOnce)
            while let (trace, fault) = await group.next() {
                if let fault { answers.refusal = fault } else { answers.accepted[trace] = executors.clock.now() }
                if let next = rest.popFirst() { start(next) }
            }
            return answers
        }
    }

    /// Whether the agent polls its flag, in any of its traces. A process that has just started has no record of polls, so it
    /// waits for two steps of the agent.
    private func isListening() async -> Bool {
        guard ports.address != nil else { return false }
        let usual = traces.map(proof.usualInterval).max() ?? .seconds(0)
        let end = ports.flags.startedAt + min(max(timing.grace, usual + usual), .seconds(30))
        let recent = max(timing.listening, usual + usual)
        while true {
            let now = executors.clock.now()
            let isPolled = traces.contains { trace in
                let own = context.loop(of: trace)?.agent ?? agent
                return ports.flags.lastPolled(trace: trace, agent: own).map { now - $0 <= recent } ?? false
            }
            if isPolled { return true }
            guard now < end else { return false }
            guard (try? await ports.sleep(min(timing.pollInterval, end - now))) != nil else { return false }
        }
    }

    // MARK: proof

    private func follow(_ sent: WebhookAnswers, baseline: [String: TraceProgress]) async -> Outcome {
        await proof.outcome(baseline: baseline, sent: sent) { trace in
            [sent.accepted[trace], ports.flags.deliveredAt(trace: trace)].compactMap { $0 }.min()
        }
    }
}
