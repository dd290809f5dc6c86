import Basics
import CellGrid
import OnCallModel
import ViewState

/// The incidents: a list, and beside it or in its place the one that is open.
enum IncidentsPane {
    static func draw(_ state: ConsoleState, on grid: inout Grid, in area: Rect) {
        if state.openIncident != nil, area.width < 120 {
            drawDetail(state, on: &grid, in: area)
        } else if area.width >= 120 {
            let (left, right) = area.splitLeft(area.width * 2 / 5)
            drawList(state, on: &grid, in: left)
            for y in right.y..<right.y + right.height { grid.write("│", at: right.x, y, role: .border) }
            drawDetail(
                state, on: &grid, in: Rect(x: right.x + 2, y: right.y, width: right.width - 2, height: right.height))
        } else {
            drawList(state, on: &grid, in: area)
        }
    }

    private static func drawList(_ state: ConsoleState, on grid: inout Grid, in area: Rect) {
        let rows = state.shownIncidents
        let filter = state.lists[.incidents]?.filter ?? ""
        let title = filter.isEmpty ? "Incidents (\(rows.count))" : "Incidents (\(rows.count)) /\(filter)"
        grid.write(
            TextWidth.truncated(ForeignText.inert(title), to: area.width - 2), at: area.x + 1, area.y, role: .title,
            in: area)
        let body = Rect(x: area.x, y: area.y + 1, width: area.width - 1, height: area.height - 1)
        guard !rows.isEmpty else {
            let text =
                state.incidents == nil
                ? "Waiting for the store…"
                : filter.isEmpty
                    ? "No incidents. A scan finds the first one."
                    : "No incident holds “\(filter)”. Esc clears the filter."
            grid.write(text, at: area.x + 2, body.y, role: .dim, in: body)
            return
        }
        drawRows(state, rows, on: &grid, in: body)
    }

    static func drawRows(_ state: ConsoleState, _ rows: [IncidentSummary], on grid: inout Grid, in area: Rect) {
        let columns = columns(for: area.width)
        let window = Window(total: rows.count, height: area.height, position: state.position)
        for offset in 0..<window.count {
            let index = window.first + offset
            let incident = rows[index]
            let (severity, role) = Spelling.severity(incident.severity)
            let isMuted = LifeLines.isMuted(incident)
            let cells: [String: (text: String, role: Role)] = [
                "severity": (severity, isMuted ? .dim : role), "state": (LifeLines.mark(incident, state.now), .dim),
                "age": (Format.age(state.now - incident.firstSeen), .dim),
                "cost": (Format.dollars(incident.costPerHour) + "/h", .money),
                "seen": (Format.time(incident.lastSeen, state.now), .dim),
                "what": (incident.headline, isMuted ? .dim : .text),
            ]
            grid.row(
                columns.map { cells[$0.title] ?? ("", .text) }, columns: columns, at: area.y + offset, in: area,
                isSelected: index == state.position)
        }
    }

    private static func columns(for width: Int) -> [Column] {
        var columns = [Column(title: "severity", width: 7)]
        if width >= 36 { columns.append(Column(title: "state", width: width >= 76 ? 16 : width >= 60 ? 14 : 11)) }
        if width >= 54 { columns.append(Column(title: "age", width: 6, isRight: true)) }
        if width >= 60 { columns.append(Column(title: "cost", width: 10, isRight: true)) }
        if width >= 100 { columns.append(Column(title: "seen", width: 11)) }
        return columns + [Column(title: "what", width: 0)]
    }

    // MARK: detail

    private static func drawDetail(_ state: ConsoleState, on grid: inout Grid, in area: Rect) {
        guard let open = state.openIncident else {
            if let incident = state.selectedIncident { drawPreview(incident, state, on: &grid, in: area) }
            return
        }
        guard let detail = state.detail else {
            grid.write("Reading incident \(open)…", at: area.x + 1, area.y + 1, role: .dim, in: area)
            return
        }
        let body = Rect(x: area.x + 1, y: area.y, width: area.width - 2, height: area.height)
        grid.lines(IncidentReport.lines(detail, width: body.width, now: state.now), in: body, from: state.detailScroll)
    }

    private static func drawPreview(
        _ incident: IncidentSummary, _ state: ConsoleState, on grid: inout Grid, in area: Rect
    ) {
        let body = Rect(x: area.x + 1, y: area.y, width: area.width - 2, height: area.height)
        var lines = IncidentReport.head(incident, width: body.width, now: state.now)
        lines.append(("", .text))
        lines.append(("Enter opens the report.", .dim))
        grid.lines(lines, in: body)
    }
}
