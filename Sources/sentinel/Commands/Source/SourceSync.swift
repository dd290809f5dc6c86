import Basics
import Configuration
import Dispatch
import Glibc
import OnCallModel
import SourceEngine
import SourceSpec

/// `sentinel source sync`: updates mirrors, and reads older history.
enum SourceSync {
    static func run(_ names: [String], since text: String?, _ composition: Composition) async throws -> ExitStatus {
        let now = composition.clock.now()
        let since = try text.map { try moment($0, before: now) }
        let tables = try tables(names, composition.catalog)
        let display = SyncDisplay(isTerminal: isatty(2) == 1)
        signal(SIGINT, SIG_IGN)
        let interrupt = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        interrupt.setEventHandler {
            display.end()
            Output.complain(Notice.syncStopped)
            exit(ExitStatus.failed.rawValue)
        }
        interrupt.resume()
        let reports = await composition.engine.sync(tables, since: since) { display.show($0) }
        interrupt.cancel()
        display.end()
        return summary(reports, display.latest, since: since, keeping: composition)
    }

    /// `30d`, `12h`, or a date in UTC.
    static func moment(_ text: String, before now: Instant) throws -> Instant {
        if let span = Span(argument: text) { return now - span }
        if let moment = Instant(iso8601: text.count == 10 ? text + "T00:00:00Z" : text), moment < now { return moment }
        throw UsageError.invalidDuration("--since", text, example: "30d, or a past date like 2026-11-01")
    }

    /// Nil means all.
    private static func tables(_ names: [String], _ catalog: SourceCatalog) throws -> [QualifiedName]? {
        guard !names.isEmpty else { return nil }
        let mirrored = catalog.specs.flatMap { spec in
            spec.overlay.mirrors.keys.map { QualifiedName(spec.name, $0) }
        }
        return try names.flatMap { name in
            let found = mirrored.filter { $0.schema == name.lowercased() || $0.description == name.lowercased() }
            guard found.isEmpty else { return found }
            let known = mirrored.map(\.description) + mirrored.map(\.schema)
            throw UsageError(
                "\"\(name)\" is not a mirrored table or source.", nearest: Suggestion.nearest(to: name, among: known))
        }
    }

    private static func summary(
        _ reports: [SourceReport], _ progress: [QualifiedName: SyncProgress], since: Instant?,
        keeping composition: Composition
    ) -> ExitStatus {
        for (name, progress) in progress.sorted(by: { $0.key < $1.key }) {
            Output.line("\(name): \(Format.grouped(progress.rows)) rows in \(Format.grouped(progress.calls)) calls")
        }
        var isComplete = true
        for report in reports where report.state.isIncomplete && report.state != .notConfigured {
            isComplete = false
            Output.complain(report.message ?? Notice.partialData(report.source))
        }
        let kept = (try? composition.settingsFile.load().retentionDays) ?? 35
        if let since, composition.clock.now() - since > .days(Double(kept)) {
            Output.complain(Notice.retention(kept))
        }
        return isComplete ? .done : .partial
    }
}

/// Progress of a sync: on a terminal one line per table, redrawn as pages arrive; otherwise one line per finished window.
final class SyncDisplay: Sendable {
    private struct State {
        var latest: [QualifiedName: SyncProgress] = [:]
        var drawn = 0
        var lastDraw = ContinuousClock.now - .seconds(1)
        var isOver = false
        var started = ContinuousClock.now
    }

    private let isTerminal: Bool
    /// Nothing is drawn before this delay: a quick read needs no progress bar.
    private let delay: Duration
    private let state = Lock(State())

    init(isTerminal: Bool, delay: Duration = .zero) {
        self.isTerminal = isTerminal
        self.delay = delay
    }

    var latest: [QualifiedName: SyncProgress] { state.withLock(\.latest) }

    func show(_ progress: SyncProgress) {
        state.withLock { state in
            let known = state.latest[progress.table]
            state.latest[progress.table] = progress
            guard !state.isOver else { return }
            if isTerminal {
                let now = ContinuousClock.now
                guard now - state.lastDraw > .milliseconds(100), now - state.started >= delay else { return }
                draw(&state)
            } else if progress.windowsPlanned > 1, progress.windowsDone > known?.windowsDone ?? 0 {
                put("\(progress.table): \(progress.windowsDone) of \(progress.windowsPlanned) windows\n")
            }
        }
    }

    func end() {
        state.withLock { state in
            guard !state.isOver else { return }
            if isTerminal { draw(&state) }
            state.isOver = true
        }
    }

    /// Clears the lines, ready for the next statement.
    func clear() {
        state.withLock { state in
            if isTerminal, state.drawn > 0 { put("\u{1B}[\(state.drawn)A\r\u{1B}[J") }
            state = State()
        }
    }

    private func draw(_ state: inout State) {
        state.lastDraw = ContinuousClock.now
        let columns = Self.terminalWidth
        let lines = state.latest.values.sorted { $0.table < $1.table }.map { line($0, columns, state.started) }
        let up = state.drawn > 0 ? "\u{1B}[\(state.drawn)A" : ""
        put(up + lines.map { "\r\u{1B}[K\($0)\n" }.joined())
        state.drawn = lines.count
    }

    private func line(_ progress: SyncProgress, _ columns: Int, _ started: ContinuousClock.Instant) -> String {
        let width = max(4, min(24, columns - 60))
        let share = Double(progress.windowsDone) / Double(max(1, progress.windowsPlanned))
        let filled = Int((share * Double(width)).rounded())
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
        let seconds = max(0.1, Double((ContinuousClock.now - started).components.seconds))
        let left = share > 0 && share < 1 ? ", \(Format.duration(.seconds(seconds / share * (1 - share)))) left" : ""
        let text =
            "\(progress.table) [\(bar)] \(progress.windowsDone)/\(progress.windowsPlanned), "
            + "\(Format.grouped(progress.rows)) rows, \(Format.grouped(progress.calls)) calls\(left)"
        return String(text.prefix(columns - 1))
    }

    private static var terminalWidth: Int {
        var size = winsize()
        return ioctl(2, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }

    private func put(_ text: String) {
        _ = Array(text.utf8).withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
    }
}
