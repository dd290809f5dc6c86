import Basics
import CellGrid
import OnCallModel
import ViewState

enum DigestPane {
    static func draw(_ view: DigestView, on grid: inout Grid, in area: Rect) {
        let (list, detail) = grid.divide(area, listWidth: min(34, area.width / 3), isOpen: view.list.isOpen)
        if let list {
            grid.list(
                view.list, title: "Digests (\(view.list.rows.count))", columns: columns(list.width, view.now),
                hasHeadings: true, empty: "No digest has been made yet. Press m to make one.", in: list)
        }
        if let detail, let digest = view.list.detail {
            grid.write(in: detail, from: view.list.scroll) { $0.add(digest, view.now) }
        }
    }

    private static func columns(_ width: Int, _ now: Instant) -> [Column<DigestRecord>] {
        var columns = [Column<DigestRecord>("week", 8) { ($0.week, .text) }]
        if width >= 24 { columns.append(Column("of", 7) { ($0.isFinal ? "week" : "so far", .dim) }) }
        return columns + [Column("made") { (Format.ago($0.madeAt, now), .dim) }]
    }
}

extension TextBlock {
    fileprivate mutating func add(_ digest: DigestRecord, _ now: Instant) {
        let document = digest.document
        add(document.title, .title)
        add(document.summary)
        if !document.lead.isEmpty { add(document.lead, .dim) }
        for part in document.sections {
            section(part.heading) { block in part.lines.forEach { block.bullet($0) } }
        }
        section("Missing data") { block in (document.gaps + document.notes).forEach { block.bullet($0, .warn) } }
        blank()
        add("Made \(Format.time(digest.madeAt, now)) UTC. `sentinel digest --week \(digest.week)` prints it.", .dim)
    }
}
