import Basics
import IncidentStore
import OnCallModel
import SourceEngine

/// Shows what a scan reads, how far it is, and what it waits for, once a second while that changes.
final class ScanProgress: Sendable {
    private let engine: SourceEngine
    private let writer: StoreWriter
    private let store: StoreGuard
    /// The tables that are being read, with their windows.
    private let tables = Lock<[String: (done: Int, planned: Int)]>([:])

    init(engine: SourceEngine, writer: StoreWriter, store: StoreGuard) {
        (self.engine, self.writer, self.store) = (engine, writer, store)
    }

    func note(_ progress: SyncProgress) {
        guard progress.windowsPlanned > 1 else { return }
        tables.withLock { $0["\(progress.table)"] = (progress.windowsDone, progress.windowsPlanned) }
    }

    /// Runs until the task is cancelled.
    func show() async {
        var shown: (text: String, sources: [SourceHealth]) = ("", [])
        while (try? await Task.sleep(for: .seconds(1))) != nil {
            let text = await text
            let sources = await engine.reports().map(SourceHealth.init).sorted { $0.name < $1.name }.map(reading)
            guard text != shown.text || sources != shown.sources else { continue }
            shown = (text, sources)
            _ = try? await store.attempt {
                try await writer.transaction { store in
                    if !text.isEmpty { try store.setActivity(text) }
                    try store.saveSources(sources, at: WallClock.system.now())
                }
            }
        }
    }

    /// "reading langfuse.observations: 3 of 9 windows; langfuse allows 30 calls a minute; 41 s left"
    private var text: String {
        get async {
            let reading = unread { _ in true }.prefix(2)
            let parts = (reading.isEmpty ? [] : ["reading " + reading.joined(separator: ", ")]) + (await engine.waits())
            return parts.joined(separator: "; ")
        }
    }

    private func reading(_ source: SourceHealth) -> SourceHealth {
        let rest = unread { $0.hasPrefix("\(source.name).") }
        guard source.state == .syncing, !rest.isEmpty else { return source }
        var source = source
        source.message = "Reading \(rest.joined(separator: ", "))."
        return source
    }

    /// The tables with the most missing windows first.
    private func unread(_ isWanted: (String) -> Bool) -> [String] {
        let rest = tables.withLock { $0 }.filter { $0.value.done < $0.value.planned && isWanted($0.key) }
        return rest.sorted { left, right in
            let (missing, other) = (left.value.planned - left.value.done, right.value.planned - right.value.done)
            return (other, left.key) < (missing, right.key)
        }.map { "\($0.key): \($0.value.done) of \($0.value.planned) windows" }
    }
}

extension SourceHealth {
    init(_ report: SourceReport) {
        let state: State =
            switch report.state {
            case .ok: .ok
            case .partial: .partial
            case .down: .down
            case .refused: .refused
            case .waiting: .waiting
            case .notChecked: .notChecked
            case .notConfigured: .notConfigured
            case .noData: .noData
            case .syncing: .syncing
            }
        self.init(
            name: report.source, state: state, asOf: report.asOf, calls: report.calls, message: report.message ?? "")
    }
}
