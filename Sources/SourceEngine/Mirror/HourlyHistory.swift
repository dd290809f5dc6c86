import Basics
import SourceFetch

/// Fills the hours before the mirrored rows with sums from the provider: newest first, one day per call, halved if a day has too
/// many groups, within the daily calls of the smallest plan.
struct HourlyHistory: Sendable {
    /// How long rows are mirrored if their history is read as sums.
    static let rows = Span.hours(26)
    /// The detectors' baseline, and two more hours.
    static let lookback = Span.days(28) + .hours(2)
    /// Langfuse's smallest plan allows 100 per day.
    static let callsPerDay = 90

    let table: MirrorTable
    let file: MirrorFile
    let sums: any HourlySums
    let clock: WallClock
    let retention: Span

    /// Adds the calls to `outcome`. If calls run out, its note lists the missing hours.
    func run(_ outcome: inout SyncOutcome) async {
        do {
            try await fill(&outcome)
        } catch let error as SourceError {
            outcome.calls += error.calls
            // An older server has no such API; its rows are then the only history.
            if error.kind != .notFound { outcome.failure = outcome.failure ?? error }
        } catch is CancellationError {
            return
        } catch {
            outcome.note = outcome.note ?? "The hourly history of \(table.name) could not be stored: \(error)."
        }
    }

    private func fill(_ outcome: inout SyncOutcome) async throws {
        guard let start = outcome.state.coverage.intervals.last?.from.startOfHour else { return }
        let now = clock.now()
        let horizon = max(now - Self.lookback, now - retention).startOfHour
        guard horizon < start else { return }
        let known = try await file.hourlyCoverage(of: table.name)
        var windows = known.gaps(in: Interval(from: horizon, to: start)).reversed().flatMap { $0.slices(of: .days(1)) }
        while let window = windows.first {
            try Task.checkCancellation()
            guard try await file.takeHourlyCall(of: table.name, at: now, maximum: Self.callsPerDay) else {
                outcome.note =
                    "\(table.name): sums before \(window.to.iso8601Seconds) are read tomorrow; the limit of \(Self.callsPerDay) calls per day is reached."
                return
            }
            do {
                let found = try await sums.hours(from: window.from, to: window.to)
                outcome.calls += 1
                try await file.writeHourly(found, covering: window, of: table.name)
                windows.removeFirst()
            } catch let error as SourceError where error.kind == .tooMuch && window.length > .hours(1) {
                outcome.calls += error.calls
                let middle = (window.from + .milliseconds(window.length.milliseconds / 2)).startOfHour
                let halves = [Interval(from: middle, to: window.to), Interval(from: window.from, to: middle)]
                windows.replaceSubrange(0..<1, with: halves.filter { !$0.isEmpty })
            }
        }
    }
}
