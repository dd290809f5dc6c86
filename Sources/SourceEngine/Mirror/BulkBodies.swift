import Basics
import SourceFetch
import SourceSpec

/// Reads the bodies of many rows by ``BodyPlan`` and stores them, in the lowest priority.
struct BulkBodies: Sendable {
    /// How many reads run at once.
    private static let width = 4
    /// A page is to have about this many bytes. Langfuse sends at most five million.
    private static let pageBytes = 2_000_000.0
    /// What a row takes beside its bodies, and how much longer JSON makes them.
    private static let rowBytes = 250.0
    private static let escaping = 1.2
    /// With fewer stored rows the size of a body is not known.
    private static let minSample = 50
    /// No page is asked to be smaller.
    private static let minRows = 20

    let table: MirrorTable
    let file: MirrorFile
    let pages: any PageSource
    let clock: WallClock
    let usesFallback: Bool
    let maxWait: Span?
    /// No read is started after it.
    let deadline: ContinuousClock.Instant
    /// The calls that may still be made.
    let left: Lock<Int>

    struct Outcome: Sendable {
        var calls = 0
        /// Why some could not be read. That no call is left is not a failure.
        var failure: SourceError?
    }

    /// Reads until nothing is wanted, no call is left, or every way failed.
    func run(_ keys: Set<[Value]>) async throws -> Outcome {
        var outcome = Outcome()
        var wanted = try await file.wantedBodies(of: table.name, keys)
        var rows = try await pageRows()
        if rows == nil, wanted.count > table.bodyPage(usesFallback).usual, let newest = wanted.values.max(by: older) {
            // One page shows how large bodies are.
            let window = Interval(from: newest.time - table.mirror.slice, to: newest.time + .milliseconds(1))
            let probe = try await carryOut(.window(window), table.bodyPage(usesFallback).usual, maxPages: 1)
            outcome.calls += probe.calls
            if let error = probe.failure, !error.isRefusalOfRequest {
                outcome.failure = error
                return outcome
            }
            wanted = try await file.wantedBodies(of: table.name, Set(wanted.keys))
            rows = try await pageRows()
        }
        var ways = BodyPlan.Ways(windows: table.hasWindows)
        while !wanted.isEmpty {
            let refusal = try await read(wanted, rows ?? table.bodyPage(usesFallback).usual, ways, &outcome)
            guard let refusal, outcome.failure == nil else { return outcome }
            guard ways.windows || ways.names else {
                outcome.failure = refusal
                return outcome
            }
            // What serves no windows may serve names, and what serves no names may serve traces.
            if ways.windows { ways.windows = false } else { ways.names = false }
            wanted = try await file.wantedBodies(of: table.name, Set(wanted.keys))
        }
        return outcome
    }

    private func older(_ left: BodyPlan.Wanted, _ right: BodyPlan.Wanted) -> Bool { left.time < right.time }

    private var canRead: Bool { left.withLock { $0 } > 0 && ContinuousClock.now < deadline }

    private func takeCall() -> Bool {
        left.withLock { left in
            guard left > 0 else { return false }
            left -= 1
            return true
        }
    }

    /// The rows of a page of about the right size; nil if the size of bodies is not known.
    private func pageRows() async throws -> Int? {
        guard let size = try await file.bodySize(of: table.name, ofAtLeast: Self.minSample) else { return nil }
        let rows = Self.pageBytes / (size * Self.escaping + Self.rowBytes)
        return min(table.bodyPage(usesFallback).maximum, max(Self.minRows, Int(rows)))
    }

    /// Carries out a plan. Returns the error of a way that the provider refuses.
    private func read(
        _ wanted: [[Value]: BodyPlan.Wanted], _ rows: Int, _ ways: BodyPlan.Ways, _ outcome: inout Outcome
    ) async throws -> SourceError? {
        let plan = BodyPlan(wanted.values, pageRows: rows, ways: ways)
        var reads = plan.reads(rows: try await file.rowCounts(of: table.name, in: plan.cells))[...]
        var refusal: SourceError?
        try await withThrowingTaskGroup(of: Result.self) { group in
            var running = 0
            while true {
                while running < Self.width, canRead, let read = reads.popFirst() {
                    running += 1
                    group.addTask { try await carryOut(read, rows) }
                }
                guard let result = try await group.next() else { return }
                running -= 1
                outcome.calls += result.calls
                guard let error = result.failure else { continue }
                reads = []
                if error.isRefusalOfRequest { refusal = refusal ?? error } else { outcome.failure = error }
            }
        }
        return refusal
    }

    private struct Result: Sendable {
        var calls = 0
        var failure: SourceError?
    }

    /// Stores each page at once. Pages that are too large or too slow are asked for with fewer rows.
    private func carryOut(_ read: BodyPlan.Read, _ rows: Int, maxPages: Int = .max) async throws -> Result {
        var (read, rows, result) = (read, rows, Result())
        while takeCall() {
            let progress = Lock((pages: 0, taken: 1, oldest: Instant?.none))
            do {
                let outcome = try await pages.scan(scan(read, rows)) { page in
                    try await file.storeKnownBodies(page.rows, of: table.name, at: clock.now())
                    let oldest = page.rows.last.flatMap { TimeText.instant($0[table.timePosition]) }
                    let count = progress.withLock { progress in
                        progress.pages += 1
                        progress.oldest = oldest ?? progress.oldest
                        return progress.pages
                    }
                    guard count < maxPages, ContinuousClock.now < deadline, takeCall() else { return .stop }
                    progress.withLock { $0.taken += 1 }
                    return .more
                }
                result.calls += outcome.calls
                settle(taken: progress.withLock { $0.taken }, made: outcome.calls)
                return result
            } catch let error as SourceError {
                let (taken, oldest) = progress.withLock { ($0.taken, $0.oldest) }
                result.calls += error.calls
                settle(taken: taken, made: error.calls)
                guard error.suggestsShorterWindow, rows > Self.minRows else {
                    result.failure = error
                    return result
                }
                rows = max(Self.minRows, rows / 4)
                read = read.rest(from: oldest)
            }
        }
        return result
    }

    /// Gives back what was not called, and takes what retries cost.
    private func settle(taken: Int, made: Int) { left.withLock { $0 += taken - made } }

    private func scan(_ read: BodyPlan.Read, _ rows: Int) -> Scan {
        var scan = table.bodyScan(read, rows: rows, usesFallback: usesFallback)
        (scan.maxWait, scan.priority, scan.isDivisible) = (maxWait, .history, true)
        return scan
    }
}

extension BodyPlan.Read {
    /// What is left after the newest rows down to `oldest` were read.
    fileprivate func rest(from oldest: Instant?) -> BodyPlan.Read {
        guard let oldest else { return self }
        func cut(_ window: Interval) -> Interval {
            Interval(from: window.from, to: max(window.from, min(window.to, oldest + .milliseconds(1))))
        }
        return switch self {
        case .window(let window): .window(cut(window))
        case .name(let name, let window): .name(name, cut(window))
        case .group: self
        }
    }
}

extension SourceError {
    /// The provider works, but does not answer this request: another one for the same rows may be answered.
    fileprivate var isRefusalOfRequest: Bool {
        switch kind {
        case .rateLimited, .notConfigured: false
        case .notAuthorised: status == 403
        case .unavailable: suggestsShorterWindow
        default: true
        }
    }
}
