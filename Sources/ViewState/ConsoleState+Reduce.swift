import Basics
import OnCallModel

extension ConsoleState {
    /// The only place where the console's state changes.
    package mutating func reduce(_ event: ConsoleEvent) -> [ConsoleEffect] {
        let effects = take(event)
        return effects + Pane.allCases.flatMap { $0.spec.settle(&self) }
    }

    private mutating func take(_ event: ConsoleEvent) -> [ConsoleEffect] {
        switch event {
        case .key(let key): return press(key)
        case .paste(let text): paste(text)
        case .tick(let now): advance(to: now)
        case .resized(let size): self.size = size
        case .painted: markPainted()
        case .loaded(let change): change(&self)
        case .answered(let answer): say(answer.text, mood: answer.isRefused ? .failed : .done)
        case .failed(let text): say(text, mood: .failed)
        }
        return []
    }

    private mutating func advance(to now: Instant) {
        self.now = now
        if let status, status.until <= now { self.status = nil }
    }

    mutating func say(_ text: String, mood: Status.Mood = .done) {
        status = Status(text: text, mood: mood, until: now + .seconds(mood == .failed ? 12 : 6))
    }

    mutating func append(_ intent: Intent) -> [ConsoleEffect] {
        if isReadOnly {
            say("Read-only mode: request not sent.", mood: .failed)
            return []
        }
        return [.append(intent)]
    }

    // MARK: keys

    mutating func press(_ key: Key) -> [ConsoleEffect] {
        if key == .control("c") { return [.quit] }
        if let overlay { return press(key, over: overlay) }
        if list.isFiltering {
            typeFilter(key)
            return []
        }
        return ConsoleAction.action(for: key, in: pane)?.run(on: &self) ?? []
    }

    private mutating func typeFilter(_ key: Key) {
        switch key {
        case .escape: (list.filter, list.isFiltering) = ("", false)
        case .enter: list.isFiltering = false
        case .up, .down: move(by: key == .up ? -1 : 1)
        default: _ = list.filter.edit(key)
        }
    }
}
