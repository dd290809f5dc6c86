import Basics
import CellGrid
import OnCallModel
import ViewState

/// A list of rails with their times, or the layered overview. The details of the selected node are below it, or beside it
/// where there is room.
enum ForensicsPane {
    static func draw(_ view: ForensicsView, on grid: inout Grid, in area: Rect) {
        let (title, body) = area.splitTop(1)
        drawTitle(view, on: &grid, in: title)
        if case .none(let reason) = view.subject {
            grid.write(in: body.inset(1, 0)) { $0.add(reason, .dim) }
            return
        }
        let shape = ForensicShape.shape(view)
        if area.width >= 120, !view.isOverview {
            let (left, right) = grid.divide(body, listWidth: body.width * 3 / 5, isOpen: false)
            if let left { drawGraph(shape, view, on: &grid, in: left) }
            if let right { drawDetails(view, on: &grid, in: right) }
        } else {
            let below = body.height < 7 ? 0 : max(3, body.height * 2 / 5)
            let (top, bottom) = body.splitTop(body.height - below)
            drawGraph(shape, view, on: &grid, in: top)
            guard below > 0 else { return }
            let (rule, details) = bottom.splitTop(1)
            grid.write(String(repeating: "─", count: rule.width), at: rule.x, rule.y, role: .border, in: rule)
            drawDetails(view, on: &grid, in: details.inset(1, 0))
        }
    }

    private static func drawDetails(_ view: ForensicsView, on grid: inout Grid, in area: Rect) {
        guard area.height > 0, area.width > 0, let id = view.selected else { return }
        grid.write(in: area) { $0.add(selected: id, of: view) }
    }

    private static func drawTitle(_ view: ForensicsView, on grid: inout Grid, in area: Rect) {
        var (text, role) = (view.title, Role.title)
        if case .trace(let tree, let place) = view.subject {
            text = "Trace\(place)  \(tree.name)  \(Format.dollars(tree.cost))  \(tree.steps.count) steps"
            if tree.errors > 0 { text += "  \(tree.errors) failed" }
            if tree.name != tree.traceID { text += "  \(tree.traceID)" }
        } else if let incident = view.incident {
            let (severity, color) = incident.severity.label
            let mark = severity.drop { $0 == " " }
            text = "\(mark)  incident \(incident.id)  \(incident.type.traits.noun)  \(incident.subject)"
            role = incident.state == .resolved ? .dim : color
        }
        grid.write(text, at: area.x + 1, area.y, width: area.width - 2, role: role, in: area)
    }

    // MARK: the graph

    private static func drawGraph(_ shape: GraphShape, _ view: ForensicsView, on grid: inout Grid, in area: Rect) {
        guard view.isOverview, area.height >= 3 else { return drawList(shape, view, on: &grid, in: area) }
        do throws(OverviewRefusal) {
            let picture = area.inset(1, 0)
            let drawing = try OverviewDrawing(shape, width: picture.width)
            let origin = drawing.origin(showing: view.selected, in: picture)
            drawing.draw(from: origin, selected: view.selected, in: picture, on: &grid)
        } catch {
            grid.write(error.description, at: area.x + 1, area.y, width: area.width - 2, role: .warn, in: area)
            drawList(shape, view, on: &grid, in: area.splitTop(1).rest)
        }
    }

    private static func drawList(_ shape: GraphShape, _ view: ForensicsView, on grid: inout Grid, in area: Rect) {
        let drawing = RailDrawing(shape)
        var list = Rect(x: area.x, y: area.y, width: area.width - 1, height: area.height)
        if list.height >= 5 {
            let (heading, rest) = list.splitTop(1)
            let isTrace = if case .trace = view.subject { true } else { false }
            drawing.drawHeading(figure: isTrace ? "cost" : "onset", in: heading.inset(1, 0), on: &grid)
            list = rest
        }
        let row = shape.row(of: view.selected)
        let window = Window(total: shape.nodes.count, height: list.height, position: row ?? 0)
        let rows = window.first..<window.first + window.count
        drawing.draw(rows: rows, selected: view.selected, in: list.inset(1, 0), on: &grid)
        guard let row, rows.contains(row) else { return }
        grid.write("▌", at: list.x, list.y + row - window.first, role: .selection, in: list)
    }
}
