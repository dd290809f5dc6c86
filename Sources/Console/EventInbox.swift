import Basics
import Terminal
import ViewState

/// Where everything that happens outside the terminal waits for the console's thread. In order, and for one consumer.
package final class EventInbox: Sendable {
    private struct State: Sendable {
        var events: [ConsoleEvent] = []
        var waker: TerminalSession.Waker?
    }

    private let state = Lock(State())

    package init() {}

    func post(_ event: ConsoleEvent) {
        state.withLock { state in
            state.events.append(event)
            state.waker?()
        }
    }

    /// Shows a sentence at the bottom of the screen.
    package func report(_ failure: String) {
        post(.failed(failure))
    }

    func attach(_ waker: TerminalSession.Waker) {
        state.withLock { $0.waker = waker }
    }

    func take() -> [ConsoleEvent] {
        state.withLock { state in
            defer { state.events = [] }
            return state.events
        }
    }
}
