/// Decides when an observer fetches: immediately after a change, one fetch at a time, and again if a change came during a
/// fetch.
struct ObservationMachine: Hashable, Sendable {
    enum State: Hashable, Sendable {
        case idle, fetching, fetchingAndNeedsFetch
    }

    enum Step: Hashable, Sendable {
        case fetch, wait
    }

    private(set) var state = State.idle

    /// The data may have changed, or was not fetched yet.
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

    /// A fetch has ended.
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
