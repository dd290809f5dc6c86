import Basics

/// What the investigations of an agent share: their number at a time, and which sources were slow in this cycle.
actor InvestigationDesk {
    /// At most so many read at a time.
    static let capacity = 3
    /// The time limit of one investigation, and of one of its rounds.
    static let limit = Span.seconds(60)
    static let roundLimit = Span.seconds(20)
    /// The time limit for a source that was slow.
    static let shortLimit = Span.seconds(3)
    /// A source that takes longer than this for a statement is slow.
    static let slow = Span.seconds(10)

    private var free = capacity
    private var waiters: [CheckedContinuation<Void, Never>] = []
    private var slowSources: Set<String> = []

    /// Incidents whose pipelines were started and whose investigation has not ended.
    private var underInvestigation: Set<Int64> = []
    private var observers: [WakeSignal] = []

    func begin(_ incidents: [Int64]) { underInvestigation.formUnion(incidents) }

    /// The investigation of the incident has ended, or will not take place.
    func finished(_ incident: Int64) async {
        underInvestigation.remove(incident)
        for observer in observers { await observer.send() }
    }

    /// Returns when no older incident is being investigated, or at the deadline.
    func waitForOlder(than incident: Int64, until deadline: Instant) async {
        let changed = WakeSignal(clock: .system)
        observers.append(changed)
        defer { observers.removeAll { $0 === changed } }
        while underInvestigation.contains(where: { $0 < incident }), WallClock.system.now() < deadline,
            !Task.isCancelled
        {
            await changed.wait(until: deadline)
        }
    }

    /// Sources get another chance.
    func beginCycle() { slowSources = [] }

    func isSlow(_ source: String) -> Bool { slowSources.contains(source) }

    func noteSlow(_ source: String) { slowSources.insert(source) }

    /// Runs `body` when fewer than ``capacity`` others run.
    func inTurn<Result: Sendable>(_ body: @Sendable () async -> Result) async -> Result {
        if free > 0 { free -= 1 } else { await withCheckedContinuation { waiters.append($0) } }
        defer { if waiters.isEmpty { free += 1 } else { waiters.removeFirst().resume() } }
        return await body()
    }
}
