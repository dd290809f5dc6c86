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

    /// If there is no room for all, problems come first, and the sources that are ok share one line, as do the detectors.
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
        let names = good.map(\.name).joined(separator: ", ")
        return [HealthLine(name: name, mark: mark, role: first.role, note: names, isGood: true)]
    }

    private static func line(_ source: SourceHealth, _ now: Instant) -> HealthLine {
        let (mark, role): Line =
            switch source.state {
            case .ok: ("✓ ok", .good)
            case .syncing: ("… syncing", .info)
            case .partial: ("! partial", .warn)
            case .noData: ("! no data", .warn)
            case .down: ("✗ down", .bad)
            case .refused: ("✗ refused", .bad)
            case .waiting: ("… waiting", .info)
            case .notChecked: ("· not checked", .dim)
            case .notConfigured: ("· not set", .dim)
            }
        let calls = "\(source.calls) call\(source.calls == 1 ? "" : "s")"
        let note = source.asOf.map { "\(Format.ago($0, now)), \(calls)" } ?? calls
        return HealthLine(
            name: source.name, mark: mark, role: role, note: source.message.isEmpty ? note : source.message,
            isGood: source.state == .ok)
    }

    private static func line(_ detector: DetectorHealth) -> HealthLine {
        let (mark, role): Line =
            switch detector.state {
            case .ok: ("✓ ok", .good)
            case .learning: ("… learning", .info)
            case .noData: ("! no data", .warn)
            case .partial: ("! partial", .warn)
            case .failed: ("✗ failed", .bad)
            case .notConfigured: ("· not set", .dim)
            }
        return HealthLine(
            name: detector.type.traits.noun, mark: mark, role: role, note: detector.message,
            isGood: detector.state == .ok)
    }
}
