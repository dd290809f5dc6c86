import Basics
import ViewState

/// The events from outside the terminal, in order, for the console's thread.
package final class EventInbox: Sendable {
    private struct State: Sendable {
        var events: [ConsoleEvent] = []
        var wake: (@Sendable () -> Void)?
    }

    private let state = Lock(State())

    package init() {}

    func post(_ event: ConsoleEvent) {
        state.withLock { state in
            state.events.append(event)
            state.wake?()
        }
    }

    /// Shows a sentence on the last line of the screen.
    package func report(_ failure: String) {
        post(.failed(failure))
    }

    /// Calls `wake` after every event, from any thread.
    func attach(_ wake: @escaping @Sendable () -> Void) {
        state.withLock { $0.wake = wake }
    }

    func take() -> [ConsoleEvent] {
        state.withLock { state in
            defer { state.events = [] }
            return state.events
        }
    }
}
