import Basics
import CellGrid
import OnCallModel

/// The state of one source or detector, or of all that are ok, as one line.
struct HealthLine {
    var name: String
    var mark: String
    var role: Role
    var note: String
    var isGood: Bool

    /// Problems first. If there is no room for all, the sources that are ok share one line, and so do the detectors.
    static func lines(of board: Dashboard, at now: Instant, room: Int) -> [HealthLine] {
        let sources = board.sources.map { line($0, now) }
        let detectors = board.detectors.map(line)
        guard sources.count + detectors.count > room else { return sources + detectors }
        let problems = (sources + detectors).filter { !$0.isGood }
        return problems + summary("sources", sources) + summary("detectors", detectors)
    }

    private static func summary(_ name: String, _ lines: [HealthLine]) -> [HealthLine] {
        let good = lines.filter(\.isGood)
        guard let first = good.first else { return [] }
        let mark = good.count == lines.count ? first.mark : "\(first.mark) (\(good.count))"
        return [
            HealthLine(
                name: name, mark: mark, role: first.role, note: good.map(\.name).joined(separator: ", "), isGood: true)
        ]
    }

    private static func line(_ source: SourceHealth, _ now: Instant) -> HealthLine {
        let (mark, role) = mark(source.state)
        let age = source.asOf.map { Format.ago($0, now) } ?? ""
        let calls = "\(source.calls) call\(source.calls == 1 ? "" : "s")"
        let note =
            source.message.isEmpty ? [age, calls].filter { !$0.isEmpty }.joined(separator: ", ") : source.message
        return HealthLine(name: source.name, mark: mark, role: role, note: note, isGood: source.state == .ok)
    }

    private static func line(_ detector: DetectorHealth) -> HealthLine {
        let (mark, role) = mark(detector.state)
        return HealthLine(
            name: detector.type.traits.noun, mark: mark, role: role, note: detector.message,
            isGood: detector.state == .ok)
    }

    private static func mark(_ state: SourceHealth.State) -> (String, Role) {
        switch state {
        case .ok: ("✓ ok", .good)
        case .syncing: ("… syncing", .info)
        case .partial: ("! partial", .warn)
        case .noData: ("! no data", .warn)
        case .down: ("✗ down", .bad)
        case .notConfigured: ("· not set", .dim)
        }
    }

    private static func mark(_ state: DetectorHealth.State) -> (String, Role) {
        switch state {
        case .ok: ("✓ ok", .good)
        case .learning: ("… learning", .info)
        case .noData: ("! no data", .warn)
        case .partial: ("! partial", .warn)
        case .failed: ("✗ failed", .bad)
        }
    }
}
