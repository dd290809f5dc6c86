import Basics
import CellGrid
import OnCallModel
import ViewState

enum RiskPane {
    static func draw(_ view: RiskView, on grid: inout Grid, in area: Rect) {
        let (list, detail) = grid.divide(area, listWidth: area.width / 2, isOpen: view.list.isOpen)
        if let list { drawList(view, on: &grid, in: list) }
        if let detail, let risk = view.list.detail {
            grid.write(in: detail, from: view.list.scroll) { $0.add(risk, above: view.threshold, view.now) }
        }
    }

    private static func drawList(_ view: RiskView, on grid: inout Grid, in area: Rect) {
        let files = area.height >= 13 ? min(view.files.count, 6) : 0
        let (list, below) = area.splitTop(files == 0 ? area.height : area.height - files - 3)
        let risky = view.list.rows.count { $0.score > view.threshold }
        let count = view.list.rows.count
        grid.list(
            view.list, title: risky > 0 ? "Pull requests (\(count), \(risky) risky)" : "Pull requests (\(count))",
            columns: columns(area.width, view), hasHeadings: true,
            empty: "No pull request was scored. Type / and its number, then s.", in: list)
        guard files > 0 else { return }
        grid.write(in: below.inset(1, 0)) { $0.add(view.files.prefix(files)) }
    }

    private static func columns(_ width: Int, _ view: RiskView) -> [Column<PullRisk>] {
        var columns = [
            Column<PullRisk>("number", 7, isRight: true) { ("#\($0.target.number)", .text) },
            Column("score", 5, isRight: true) { ("\($0.score)", $0.score > view.threshold ? .bad : .text) },
            Column("pct", 4, isRight: true) { risk in
                (
                    risk.percentile.map { Format.decimal($0, digits: 0) } ?? "–",
                    (risk.percentile ?? 0) > 95 ? .warn : .dim
                )
            },
        ]
        if width >= 56 { columns.append(Column("lines", 12) { ("+\($0.added) −\($0.removed)", .dim) }) }
        if width >= 76 { columns.append(Column("scored", 10) { (Format.ago($0.scoredAt, view.now), .dim) }) }
        return columns + [
            Column("title") { ($0.gaps.isEmpty ? $0.title : "(partial) \($0.title)", $0.isOpen ? .text : .dim) }
        ]
    }
}

extension TextBlock {
    fileprivate mutating func add(_ risk: PullRisk, above threshold: Int, _ now: Instant) {
        add("#\(risk.target.number) \(risk.title)", .title)
        add(
            "by \(risk.target.author), commit \(risk.target.head.prefix(7)), scored \(Format.ago(risk.scoredAt, now))",
            .dim)
        let percentile = risk.percentile.map { ", percentile \(Format.decimal($0, digits: 0))" } ?? ""
        add("Score \(risk.score) of 100\(percentile)", risk.score > threshold ? .bad : .text)
        for gap in risk.gaps { add(gap, .warn) }
        section("Assessment") { $0.add(risk.paragraph) }
        section("Recommendation") { $0.add(risk.recommendation) }
        section("Reasons") { block in risk.reasons.forEach { block.bullet($0) } }
        section("Files") { block in
            for file in risk.files.prefix(40) {
                let past =
                    file.changes == 0
                    ? "no history" : "\(file.changes) changes, \(file.fixes) fixes, \(file.errors) errors"
                block.line("+\(file.added) −\(file.removed)  \(file.path)  \(past)", file.errors > 0 ? .warn : .text)
            }
            if risk.files.count > 40 { block.add("\(risk.files.count - 40) more files", .dim) }
        }
    }

    fileprivate mutating func add(_ files: some Collection<RiskFile>) {
        section("Files by what followed their changes", .title) { block in
            for file in files {
                let trend = Format.sparkline(file.trend.map { Double($0 ?? 0) })
                let figures =
                    "\(file.errors) error\(file.errors == 1 ? "" : "s")  \(Format.dollars(file.cost))  \(file.fixes) of \(file.changes) fixes"
                block.line("\(trend)  \(figures)  \(file.path)", file.errors > 0 ? .warn : .dim)
            }
        }
    }
}
