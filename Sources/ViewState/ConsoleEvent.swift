package import Basics
package import OnCallModel

/// What happens to the console.
package enum ConsoleEvent: Sendable {
    case key(Key)
    /// Pasted text: it goes into a text field and nowhere else.
    case paste(String)
    case tick(Instant)
    case resized(ConsoleState.Size)
    /// The current state is on the screen.
    case painted
    /// The store answered, and the change puts the answer where a pane keeps it: see the two functions below.
    case loaded(change: @Sendable (inout ConsoleState) -> Void)
    /// The answer to an intent.
    case answered(IntentAnswer)
    case failed(String)

    /// What a pane always observes.
    package static func loaded<Value: Sendable>(
        _ place: any WritableKeyPath<ConsoleState, Value?> & Sendable, _ value: Value
    ) -> ConsoleEvent {
        .loaded { $0[keyPath: place] = value }
    }

    /// What a pane observes about one thing. The answer is dropped if another thing is shown by now.
    package static func loaded<ID, Value>(
        _ place: any WritableKeyPath<ConsoleState, Answer<ID, Value>?> & Sendable, _ answer: Answer<ID, Value>,
        if wanted: any KeyPath<ConsoleState, ID?> & Sendable
    ) -> ConsoleEvent {
        .loaded { if $0[keyPath: wanted] == answer.id { $0[keyPath: place] = answer } }
    }
}

/// What the console must do. Observing the store is not an effect: what is observed follows from the state
/// (Console/PaneQueries.swift).
package enum ConsoleEffect: Hashable, Sendable {
    case append(Intent)
    case useTheme(String)
    case redraw
    case suspend
    /// Opens the user's editor for a note about an incident.
    case editNote(incident: Int64)
    /// Answers a saved question: its name and `key=value` words.
    case ask([String])
    case quit
}
