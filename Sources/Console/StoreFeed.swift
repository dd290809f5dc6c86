package import Basics
import IncidentStore
import OnCallModel
import ViewState

/// Connects the console with the store: answers become events, what the operator requests becomes intents.
package final class StoreFeed: Sendable {
    private struct State: Sendable {
        var isStarted = false
        /// One for each of ``queries``; nil while the console needs no answer to it.
        var targets: [PaneQuery.Target?]
        var tasks: [Task<Void, Never>?]
        var probing: Task<Void, Never>?
    }

    private let reader: StoreReader
    private let inbox: IntentInbox
    private let probe: StoreProbe
    private let events: EventInbox
    private let clock: WallClock
    private let author: String
    private let queries: [PaneQuery]
    private let state: Lock<State>

    package init(path: String, events: EventInbox, clock: WallClock, author: String) {
        reader = StoreReader(path)
        inbox = IntentInbox(path)
        probe = StoreProbe(path)
        self.events = events
        self.clock = clock
        self.author = author
        queries = PaneQuery.all(clock)
        let count = queries.count
        state = Lock(State(targets: Array(repeating: nil, count: count), tasks: Array(repeating: nil, count: count)))
    }

    /// The store exists; the observations start.
    package func start() {
        state.withLock { state in
            state.isStarted = true
            state.tasks = state.targets.map(run)
            state.probing = Task { [probe, events] in await Self.watch(probe, events) }
        }
    }

    /// An agent that cannot write the store cannot say so in it.
    private static func watch(_ probe: StoreProbe, _ events: EventInbox) async {
        var shown: String?
        while !Task.isCancelled {
            let fault = await probe.fault()?.sentence
            if fault != shown { events.post(.loaded { $0.storeFault = fault }) }
            shown = fault
            try? await Task.sleep(for: .seconds(5))
        }
    }

    package func stop() {
        state.withLock { state in
            for task in state.tasks + [state.probing] { task?.cancel() }
            state.isStarted = false
        }
    }

    /// Observes what the panes need in this state, and nothing else.
    func follow(_ console: ConsoleState) {
        let wanted = queries.map { $0.target(console) }
        state.withLock { state in
            let old = state.targets
            state.targets = wanted
            guard state.isStarted else { return }
            for (index, target) in wanted.enumerated() where target?.subject != old[index]?.subject {
                state.tasks[index]?.cancel()
                state.tasks[index] = run(target)
            }
        }
    }

    private func run(_ target: PaneQuery.Target?) -> Task<Void, Never>? {
        target.map { target in
            Task { [reader, events] in
                do {
                    try await target.observe(reader, events)
                } catch {
                    if !Task.isCancelled { events.post(.failed("\(error)")) }
                }
            }
        }
    }

    /// Sends an intent, and reports its result when the agent has answered.
    func append(_ intent: Intent) async {
        do {
            let id = try await inbox.append(intent, author: author, at: clock.now())
            for try await answer in reader.observe(.answer(toIntent: id)) {
                guard let answer else { continue }
                events.post(.answered(answer))
                return
            }
        } catch {
            events.post(.failed("\(error)"))
        }
    }
}
