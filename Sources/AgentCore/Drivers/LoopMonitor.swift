import Actions
import Basics
import IncidentStore
import OnCallModel

/// Reads active loops every few seconds, so that the console shows their progress and their end.
actor LoopMonitor {
    private let writer: StoreWriter
    private let probe: TraceProbe
    private let clock: WallClock
    private let settings: SettingsHandler
    private let wakeSignal: WakeSignal
    private var monitored: Set<String> = []

    init(writer: StoreWriter, probe: TraceProbe, clock: WallClock, settings: SettingsHandler) {
        self.writer = writer
        self.probe = probe
        self.clock = clock
        self.settings = settings
        wakeSignal = WakeSignal(clock: clock)
    }

    /// The store has changed, perhaps by this monitor itself, so only a different set of active loops ends the wait.
    func storeChanged() async throws {
        if try await Set(active().map(\.loop.traceID)) != monitored { await wakeSignal.send() }
    }

    func run() async throws {
        while !Task.isCancelled {
            let loops = try await active()
            monitored = Set(loops.map(\.loop.traceID))
            try await refresh(loops)
            if !loops.isEmpty { try await finishQuiet() }
            let pause = Span.seconds(await settings.settings.loopWatchSeconds)
            // Without active loops, wait until there is one.
            await wakeSignal.wait(until: loops.isEmpty ? nil : clock.now() + pause)
        }
    }

    /// Without slow loops, which have a step every many minutes: the scans keep them up to date.
    private func active() async throws -> [LoopItem] {
        try await writer.read { try $0.activeLoops() }.filter { !$0.loop.isSlow }
    }

    private func refresh(_ items: [LoopItem]) async throws {
        // Loops that cannot be read now keep their figures and their age until the next round.
        guard let all = try? await probe.progress(of: items.map(\.loop.traceID)), !all.isEmpty else { return }
        let now = clock.now()
        try await writer.transaction { store in
            for item in items {
                guard let progress = all[item.loop.traceID] else { continue }
                try store.upsertLoop(item.loop.advanced(to: progress), incident: item.incident, asOf: now)
            }
        }
    }

    private func finishQuiet() async throws {
        let now = clock.now()
        try await writer.transaction { _ = try $0.finishLoops(at: now) }
    }
}

extension LoopEvidence {
    fileprivate func advanced(to progress: TraceProgress) -> LoopEvidence {
        var loop = self
        loop.repetitions += max(0, progress.generations - loop.generations)
        (loop.generations, loop.cost) = (progress.generations, progress.cost)
        (loop.lastSeen, loop.recentRate) = (progress.lastSeen, progress.recentRate)
        return loop
    }
}
