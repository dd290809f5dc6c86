import Basics
import CellGrid
import OnCallModel

/// How many traces of the last 24 hours the sampler kept, and why: a panel where there is room, else a line.
enum SamplingPanel {
    private static let barWidth = 24
    /// With the title, the total and one reason.
    private static let minPanel = 3

    static func draw(_ sampling: SamplingStats, on grid: inout Grid, in area: Rect) {
        guard sampling.total > 0, area.height > 0 else { return }
        if area.height < minPanel { return drawLine(sampling, on: &grid, in: area) }
        grid.write("Sampling, 24 h", at: area.x + 1, area.y, role: .title, in: area)
        let end = drawBar(
            of: sampling.kept, among: sampling.total, width: barWidth, role: .accent, on: &grid, in: area,
            at: (area.x + 2, area.y + 1))
        grid.write(
            TextWidth.truncated("  \(summary(sampling))", to: max(0, area.x + area.width - end)), at: end, area.y + 1,
            in: area)
        let top = sampling.reasons.map(\.count).max() ?? 0
        for (row, reason) in sampling.reasons.prefix(area.height - 2).enumerated() {
            let y = area.y + 2 + row
            let count = Format.grouped(reason.count)
            grid.write(
                TextWidth.truncated(spelled(reason.name), to: 15), at: area.x + 2, y, role: .dim, in: area)
            grid.write(count, at: area.x + 25 - min(7, count.count), y, in: area)
            drawBar(
                of: reason.count, among: top, width: barWidth, role: .info, on: &grid, in: area, at: (area.x + 28, y))
        }
    }

    /// In the columns of the states above it.
    private static func drawLine(_ sampling: SamplingStats, on grid: inout Grid, in area: Rect) {
        let reasons = sampling.reasons.map { "\(spelled($0.name)) \(Format.grouped($0.count))" }
        grid.write("sampling", at: area.x + 2, area.y, in: area)
        grid.write("\(share(sampling)) kept", at: area.x + 15, area.y, role: .info, in: area)
        let text = "of \(Format.grouped(sampling.total)): \(reasons.joined(separator: ", "))"
        grid.write(
            TextWidth.truncated(text, to: max(0, area.width - 27)), at: area.x + 26, area.y, role: .dim, in: area)
    }

    @discardableResult
    private static func drawBar(
        of count: Int, among all: Int, width: Int, role: Role, on grid: inout Grid, in area: Rect,
        at place: (x: Int, y: Int)
    ) -> Int {
        let share = all > 0 ? Double(count) / Double(all) : 0
        // Any count above zero is visible.
        let filled = count > 0 ? max(1, Int((share * Double(width)).rounded())) : 0
        let end = grid.write(String(repeating: "█", count: filled), at: place.x, place.y, role: role, in: area)
        return grid.write(
            String(repeating: "·", count: max(0, width - filled)), at: end, place.y, role: .dim, in: area)
    }

    private static func summary(_ sampling: SamplingStats) -> String {
        "\(Format.grouped(sampling.kept)) of \(Format.grouped(sampling.total)) traces kept (\(share(sampling)))"
    }

    /// With one decimal below 10 %.
    private static func share(_ sampling: SamplingStats) -> String {
        let percent = Double(sampling.kept) / Double(sampling.total) * 100
        return "\(Format.decimal(percent, digits: percent < 10 && sampling.kept > 0 ? 1 : 0)) %"
    }

    private static func spelled(_ reason: String) -> String { reason.replacing("_", with: " ") }
}
