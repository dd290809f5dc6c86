import Actions
import Basics
import IncidentStore
import OnCallModel

/// Reads burning loops again every few seconds, so that the console shows them live and sees them die.
actor LoopMonitor {
    private let writer: StoreWriter
    private let probe: TraceProbe
    private let clock: WallClock
    private let settings: SettingsHandler
    private let wakeSignal: WakeSignal
    private var watched: Set<String> = []

    /// A loop that takes no step for this long has ended by itself.
    private static let quiet = Span.minutes(10)

    init(writer: StoreWriter, probe: TraceProbe, clock: WallClock, settings: SettingsHandler) {
        self.writer = writer
        self.probe = probe
        self.clock = clock
        self.settings = settings
        wakeSignal = WakeSignal(clock: clock)
    }

    /// The store has changed, by this watch's own writing as well: only another set of burning loops ends the wait.
    func storeChanged() async throws {
        if try await Set(burning().map(\.loop.traceID)) != watched { await wakeSignal.send() }
    }

    func run() async throws {
        while !Task.isCancelled {
            let burning = try await burning()
            watched = Set(burning.map(\.loop.traceID))
            for item in burning { try await refresh(item) }
            if !burning.isEmpty { try await finishQuiet() }
            let pause = Span.seconds(await settings.settings.loopWatchSeconds)
            // Nothing burns: wait until something does.
            await wakeSignal.wait(until: burning.isEmpty ? nil : clock.now() + pause)
        }
    }

    /// A slow loop takes a step in many minutes: the cycle's own reading keeps up with it.
    private func burning() async throws -> [LoopItem] {
        try await writer.read { try $0.burningLoops() }.filter { !$0.loop.isSlow }
    }

    private func refresh(_ item: LoopItem) async throws {
        let age = Span.seconds(await settings.settings.loopWatchSeconds / 2)
        // What cannot be read now keeps its figures and their age; the next turn tries again.
        guard let progress = try? await probe.progress(of: item.loop.traceID, age: age) else { return }
        var loop = item.loop
        loop.repetitions += max(0, progress.generations - loop.generations)
        loop.generations = progress.generations
        loop.cost = progress.cost
        loop.lastSeen = progress.lastSeen
        let refreshed = loop
        let now = clock.now()
        try await writer.transaction { try $0.upsertLoop(refreshed, incident: item.incident, asOf: now) }
    }

    private func finishQuiet() async throws {
        let now = clock.now()
        let moment = now - Self.quiet
        _ = try await writer.transaction { try $0.finishLoops(quietSince: moment, at: now) }
    }
}
