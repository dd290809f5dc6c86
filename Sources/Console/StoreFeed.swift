package import Basics
import IncidentStore
import OnCallModel
import ViewState

/// Connects the console with the store: answers become events, what the operator requests becomes intents.
package final class StoreFeed: Sendable {
    private struct State: Sendable {
        var isStarted = false
        var targets: [PaneQuery.Target?] = []
        var tasks: [Task<Void, Never>?] = []
    }

    private let reader: StoreReader
    private let inbox: IntentInbox
    private let events: EventInbox
    private let clock: WallClock
    private let author: String
    private let queries: [PaneQuery]
    private let state = Lock(State())

    package init(path: String, events: EventInbox, clock: WallClock, author: String) {
        reader = StoreReader(path)
        inbox = IntentInbox(path)
        self.events = events
        self.clock = clock
        self.author = author
        queries = PaneQuery.all(clock)
    }

    /// The store exists: what is wanted is observed from now on.
    package func start() {
        state.withLock { state in
            state.isStarted = true
            state.tasks = state.targets.map(run)
        }
    }

    package func stop() {
        state.withLock { state in
            for task in state.tasks { task?.cancel() }
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
            for try await outcome in reader.observe(.outcome(ofIntent: id)) {
                guard let outcome else { continue }
                events.post(.outcome(outcome))
                return
            }
        } catch {
            events.post(.failed("\(error)"))
        }
    }
}
