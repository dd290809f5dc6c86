import Basics

/// When the heartbeat is sent, and what is said of one that fails.
struct HeartbeatMachine: Sendable {
    private var lastSent: Instant?
    private var isFailing = false

    static let interval = Span.minutes(5)

    /// It is sent only while scans end: the latest one may be two intervals old, and five minutes.
    func isDue(at now: Instant, lastScan: Instant?, cadence: Span) -> Bool {
        guard let lastScan, now - lastScan <= cadence + cadence + .minutes(5) else { return false }
        return lastSent.map { now - $0 >= Self.interval || now < $0 } ?? true
    }

    /// - Returns: a sentence when that changes whether it arrives.
    mutating func sent(fault: String?, at now: Instant) -> String? {
        // A failed one is sent again at the next check.
        lastSent = fault == nil ? now : lastSent
        let wasFailing = isFailing
        isFailing = fault != nil
        if let fault { return wasFailing ? nil : "The heartbeat could not be sent. \(fault)" }
        return wasFailing ? "The heartbeat arrives again." : nil
    }
}
