/// When an observer fetches: at once after a change, never twice at the same time, and once more when a change came
/// while it fetched.
struct ObservationMachine: Hashable, Sendable {
    enum State: Hashable, Sendable {
        case idle, fetching, fetchingAndNeedsFetch
    }

    enum Step: Hashable, Sendable {
        case fetch, wait
    }

    private(set) var state = State.idle

    /// Something that the query reads may have changed, or nothing was fetched yet.
    mutating func changed() -> Step {
        switch state {
        case .idle:
            state = .fetching
            return .fetch
        case .fetching, .fetchingAndNeedsFetch:
            state = .fetchingAndNeedsFetch
            return .wait
        }
    }

    /// A fetch that was asked for has ended.
    mutating func fetched() -> Step {
        switch state {
        case .fetchingAndNeedsFetch:
            state = .fetching
            return .fetch
        case .fetching, .idle:
            state = .idle
            return .wait
        }
    }
}
