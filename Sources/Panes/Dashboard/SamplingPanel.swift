import Basics
import CellGrid
import OnCallModel

/// How many traces of the last 24 hours the sampler kept, and why: a panel where there is room, else a line.
enum SamplingPanel {
    static func draw(_ sampling: SamplingStats, on grid: inout Grid, in area: Rect) {
        guard sampling.total > 0, area.height > 0 else { return }
        let (x, total) = (area.x + 2, Format.grouped(sampling.total))
        if area.height < 3 {
            // In the columns of the states above it.
            let reasons = sampling.reasons.map { "\(title(of: $0)) \(Format.grouped($0.count))" }
            grid.write("sampling", at: x, area.y, in: area)
            grid.write("\(share(sampling)) kept", at: x + 13, area.y, role: .info, in: area)
            grid.write(
                "of \(total): \(reasons.joined(separator: ", "))", at: x + 24, area.y, width: area.width - 27,
                role: .dim,
                in: area)
            return
        }
        grid.write("Sampling, 24 h", at: x - 1, area.y, role: .title, in: area)
        let end = grid.write(bar(of: sampling.kept, among: sampling.total, role: .accent), at: x, area.y + 1, in: area)
        let summary = "  \(Format.grouped(sampling.kept)) of \(total) traces kept (\(share(sampling)))"
        grid.write(summary, at: end, area.y + 1, width: area.x + area.width - end, in: area)
        let top = sampling.reasons.map(\.count).max() ?? 0
        for (row, reason) in sampling.reasons.prefix(area.height - 2).enumerated() {
            let y = area.y + 2 + row
            grid.write(title(of: reason), at: x, y, width: 14, role: .dim, in: area)
            grid.write(Format.grouped(reason.count), at: x + 14, y, width: 9, isRight: true, in: area)
            _ = grid.write(bar(of: reason.count, among: top, role: .info), at: x + 26, y, in: area)
        }
    }

    private static func bar(of count: Int, among all: Int, role: Role) -> [Line] {
        let width = 24
        let share = all > 0 ? Double(count) / Double(all) : 0
        // Any count above zero is visible.
        let filled = count > 0 ? max(1, Int((share * Double(width)).rounded())) : 0
        return [
            (String(repeating: "█", count: filled), role),
            (String(repeating: "·", count: max(0, width - filled)), .dim),
        ]
    }

    /// With one decimal below 10 %.
    private static func share(_ sampling: SamplingStats) -> String {
        let percent = Double(sampling.kept) / Double(sampling.total) * 100
        return "\(Format.decimal(percent, digits: percent < 10 && sampling.kept > 0 ? 1 : 0)) %"
    }

    private static func title(of reason: SamplingStats.Reason) -> String { reason.name.replacing("_", with: " ") }
}
