import Basics
import CellGrid
import OnCallModel
import ViewState

enum IncidentsPane {
    static func draw(_ view: IncidentsView, on grid: inout Grid, in area: Rect) {
        let (list, detail) = grid.divide(area, listWidth: area.width * 2 / 5, isOpen: view.list.isOpen)
        if let list {
            grid.list(
                view.list, title: "Incidents (\(view.list.rows.count))", columns: columns(list.width - 1, view.now),
                empty: view.unknown ?? "No incidents.", in: list)
        }
        if let detail { draw(view.detail, now: view.now, on: &grid, in: detail) }
    }

    static func columns(_ width: Int, _ now: Instant) -> [Column<IncidentSummary>] {
        var columns = [
            Column<IncidentSummary>("severity", 7) {
                ($0.severity.label.text, $0.isMuted ? .dim : $0.severity.label.role)
            }
        ]
        if width >= 36 {
            columns.append(Column("state", width >= 76 ? 16 : width >= 60 ? 14 : 11) { ($0.stateLabel(now), .dim) })
        }
        if width >= 54 { columns.append(Column("age", 6, isRight: true) { (Format.age(now - $0.firstSeen), .dim) }) }
        if width >= 60 {
            columns.append(Column("cost", 10, isRight: true) { (Format.dollars($0.costPerHour) + "/h", .money) })
        }
        if width >= 100 { columns.append(Column("seen", 11) { (Format.time($0.lastSeen, now), .dim) }) }
        return columns + [
            Column("headline") { incident in
                incident.undelivered.isEmpty
                    ? (incident.headline, incident.isMuted ? .dim : .text)
                    : ("Not delivered: \(incident.headline)", .bad)
            }
        ]
    }

    private static func draw(_ detail: IncidentsView.Detail?, now: Instant, on grid: inout Grid, in area: Rect) {
        switch detail {
        case .summary(let incident):
            grid.write(in: area) { block in
                block.add(incident, now)
                block.blank()
                block.add("Enter opens the report.", .dim)
            }
        case .reading(let id): grid.write("Reading incident \(id)…", at: area.x, area.y + 1, role: .dim, in: area)
        case .report(let detail, let scroll): grid.write(in: area, from: scroll) { $0.add(detail, now) }
        case nil: break
        }
    }
}
