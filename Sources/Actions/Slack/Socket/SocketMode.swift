package import Basics
package import HTTPClient
import OnCallModel

/// Slack's Socket Mode: clicks arrive through connections that the agent opens, so that no public address is needed.
///
/// The machine decides. Frames are handled on the thread of their connection, so an envelope is acknowledged whatever Swift's pool
/// is busy with; the rest runs in tasks.
package final class SocketMode: Sendable {
    private let addresses: SocketAddresses
    private let http: HTTPClient
    private let clicks: SlackClicks
    private let clock: WallClock
    private let sleep: @Sendable (Span) async throws -> Void
    private let machine: Lock<SocketModeMachine>
    private let sockets = Lock<[Int: WebSocket]>([:])
    private let jobs: AsyncStream<SocketModeMachine.Effect>
    private let job: AsyncStream<SocketModeMachine.Effect>.Continuation

    /// Between the attempts to store a click: Slack does not send it again.
    private static let storePauses: [Span] = [.seconds(1), .seconds(2), .seconds(4), .seconds(8), .seconds(16)]

    /// Nil without `SLACK_APP_TOKEN`. `seed` spreads the reconnects of several agents.
    package init?(
        access: ProviderAccess, http: HTTPClient, clock: WallClock, clicks: SlackClicks, seed: UInt64,
        sleep: @escaping @Sendable (Span) async throws -> Void = { try await Task.sleep(for: $0.duration) }
    ) {
        guard !access.slack.appToken.isEmpty else { return nil }
        let calls = ProviderCalls(http: http, clock: clock, text: OutgoingText(redaction: access.redaction))
        addresses = SocketAddresses(access: access.slack, calls: calls)
        (self.http, self.clicks, self.clock, self.sleep) = (http, clicks, clock, sleep)
        machine = Lock(SocketModeMachine(seed: seed))
        (jobs, job) = AsyncStream.makeStream()
    }

    /// Where the work of a socket goes.
    package struct Outlets: Sendable {
        let store: @Sendable (SlackClicks.Click) async throws -> Void
        let report: @Sendable (_ sentence: String, _ isOpen: Bool) async -> Void

        /// `store` saves a click for the agent; `report` shows the state of the socket, as a sentence.
        package init(
            store: @escaping @Sendable (SlackClicks.Click) async throws -> Void,
            report: @escaping @Sendable (_ sentence: String, _ isOpen: Bool) async -> Void
        ) {
            (self.store, self.report) = (store, report)
        }
    }

    /// Runs until the task is cancelled, once.
    package func run(_ outlets: Outlets) async {
        await withDiscardingTaskGroup { group in
            receive(.started)
            for await effect in jobs { group.addTask { await self.carryOut(effect, outlets) } }
            group.cancelAll()
        }
        job.finish()
        for socket in sockets.withLock({ Array($0.values) }) { socket.close() }
        sockets.withLock { $0 = [:] }
    }

    private func receive(_ event: SocketModeMachine.Event) {
        let now = clock.now()
        for effect in machine.withLock({ $0.receive(event, at: now) }) { perform(effect) }
    }

    /// What goes out at once does so here, on any thread.
    private func perform(_ effect: SocketModeMachine.Effect) {
        switch effect {
        case .send(let id, let text): sockets.withLock { $0[id] }?.send(text)
        case .ping(let id): sockets.withLock { $0[id] }?.ping()
        case .close(let id): sockets.withLock { $0.removeValue(forKey: id) }?.close()
        case .connect, .askForAddress, .deliver, .wake, .report: job.yield(effect)
        }
    }

    private func carryOut(_ effect: SocketModeMachine.Effect, _ outlets: Outlets) async {
        switch effect {
        case .askForAddress: await receive(address())
        case .connect(let id, let address): connect(id, address)
        case .deliver(let envelope): await deliver(envelope, outlets)
        case .wake(let moment):
            // A cancelled task has nothing to wake.
            if (try? await sleep(max(moment - clock.now(), .milliseconds(1)))) != nil { receive(.tick) }
        case .report(let sentence, let isOpen): await outlets.report(sentence, isOpen)
        case .send, .ping, .close: perform(effect)
        }
    }

    private func address() async -> SocketModeMachine.Event {
        do throws(ActFault) {
            return .address(try await addresses.next())
        } catch {
            let pause: Span? = if case .retry(_, let after) = error.outcome { after } else { nil }
            return .noAddress(reason: error.reason, retryAfter: pause)
        }
    }

    private func connect(_ id: Int, _ address: WebSocketAddress) {
        sockets.withLock { sockets in
            sockets[id] = http.webSocket(address) { [weak self] event in
                guard let self else { return }
                switch event {
                case .opened, .sign: receive(.sign(id))
                case .text(let text): receive(.text(id, SocketFrame(text)))
                case .closed(let reason):
                    self.sockets.withLock { $0[id] = nil }
                    receive(.closed(id, reason: reason))
                }
            }
        }
    }

    private func deliver(_ envelope: SocketEnvelope, _ outlets: Outlets) async {
        guard envelope.kind == "interactive", case .accepted(let click) = await clicks.read(envelope) else { return }
        for pause in Self.storePauses + [nil] {
            do {
                return try await outlets.store(click)
            } catch {
                guard let pause else { break }
                try? await sleep(pause)
            }
        }
        clicks.forget(click)
        await outlets.report("A click in Slack was lost, because the store could not be written. Click again.", true)
    }
}
