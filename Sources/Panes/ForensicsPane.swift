import Basics
import CellGrid
import OnCallModel
import ViewState

/// What led to what around an incident, or the steps of a trace: a rail list with its times, or layers; and what is known
/// of the selected node below it, or at the right where there is room.
enum ForensicsPane {
    private static let wide = 120

    static func draw(_ state: ConsoleState, on grid: inout Grid, in area: Rect) {
        let (title, body) = area.splitTop(1)
        drawTitle(state, on: &grid, in: title)
        if let sentence = sentence(state) {
            let lines = IncidentReport.wrap(sentence, width: body.width - 2, role: .dim)
            grid.lines(lines, in: Rect(x: body.x + 1, y: body.y, width: body.width - 1, height: body.height))
            return
        }
        let shape = ForensicShape.shape(state)
        if area.width >= wide, !state.forensics.isOverview {
            let (left, right) = body.splitLeft(body.width * 3 / 5)
            drawGraph(shape, state, on: &grid, in: left)
            for y in right.y..<right.y + right.height { grid.write("│", at: right.x, y, role: .border) }
            drawDetails(
                state, on: &grid, in: Rect(x: right.x + 2, y: right.y, width: right.width - 3, height: right.height))
        } else {
            let below = body.height < 7 ? 0 : max(3, body.height * 2 / 5)
            let (top, bottom) = body.splitTop(body.height - below)
            drawGraph(shape, state, on: &grid, in: top)
            guard below > 0 else { return }
            let (rule, details) = bottom.splitTop(1)
            grid.write(String(repeating: "─", count: rule.width), at: rule.x, rule.y, role: .border, in: rule)
            drawDetails(
                state, on: &grid,
                in: Rect(x: details.x + 1, y: details.y, width: details.width - 2, height: details.height))
        }
    }

    /// Why there is nothing to draw; nil where there is.
    private static func sentence(_ state: ConsoleState) -> String? {
        let forensics = state.forensics
        if let trace = forensics.trace {
            return forensics.tree == nil ? "Reading trace \(trace)… Esc goes back." : nil
        }
        guard forensics.incident != nil else {
            return state.incidents == nil ? "Waiting for the store…" : "No incidents. A scan finds the first one."
        }
        guard let found = forensics.found else { return "Reading what the investigation found…" }
        return found.graph.nodes.isEmpty ? "This incident was not investigated yet: the next scan does it." : nil
    }

    private static func drawTitle(_ state: ConsoleState, on grid: inout Grid, in area: Rect) {
        let forensics = state.forensics
        var text = "Forensics"
        var role = Role.title
        if let trace = forensics.trace {
            let traces = forensics.found?.traces ?? []
            let place = traces.firstIndex { $0.traceID == trace }.map { " \($0 + 1) of \(traces.count)" } ?? ""
            text = "Trace\(place)  \(trace)"
            if let tree = forensics.tree {
                text = "Trace\(place)  \(tree.name)  \(Spelling.dollars(tree.cost))  \(tree.steps.count) steps"
                if tree.errors > 0 { text += "  \(tree.errors) failed" }
                if tree.name != trace { text += "  \(trace)" }
            }
        } else if let incident = state.examinedIncident {
            let (severity, color) = Spelling.severity(incident.severity)
            text =
                "\(severity.drop { $0 == " " })  incident \(incident.id)  \(incident.type.traits.noun)  \(incident.subject)"
            role = incident.state == .resolved ? .dim : color
        } else if let incident = forensics.incident {
            text = "incident \(incident)"
        }
        let line = TextWidth.truncated(ForeignText.inert(text), to: area.width - 2)
        grid.write(line, at: area.x + 1, area.y, role: role, in: area)
    }

    // MARK: the graph

    private static func drawGraph(_ shape: GraphShape, _ state: ConsoleState, on grid: inout Grid, in area: Rect) {
        if state.forensics.isOverview, area.height >= 3 {
            do throws(OverviewRefusal) {
                let drawing = try OverviewDrawing(shape, width: area.width - 2)
                let picture = Rect(x: area.x + 1, y: area.y, width: area.width - 2, height: area.height)
                let origin = drawing.origin(showing: state.selectedNode, in: picture, from: (0, 0))
                drawing.draw(from: origin, selected: state.selectedNode, in: picture, on: &grid)
                return
            } catch {
                let text = TextWidth.truncated(error.description, to: area.width - 2)
                grid.write(text, at: area.x + 1, area.y, role: .warn, in: area)
                drawList(shape, state, on: &grid, in: area.splitTop(1).rest)
                return
            }
        }
        drawList(shape, state, on: &grid, in: area)
    }

    private static func drawList(_ shape: GraphShape, _ state: ConsoleState, on grid: inout Grid, in area: Rect) {
        let isTrace = state.forensics.trace != nil
        let drawing = RailDrawing(shape, order: isTrace ? .branches : .time)
        var list = Rect(x: area.x, y: area.y, width: area.width - 1, height: area.height)
        if list.height >= 5 {
            let (heading, rest) = list.splitTop(1)
            drawing.drawHeading(figure: isTrace ? "cost" : "onset", in: heading.inset(1, 0), on: &grid)
            list = rest
        }
        let selected = state.selectedNode
        let window = Window(
            total: drawing.rows.count, height: list.height, position: selected.flatMap(drawing.row) ?? 0)
        let rows = window.first..<window.first + window.count
        drawing.draw(rows: rows, selected: selected, in: list.inset(1, 0), on: &grid)
        guard let row = selected.flatMap(drawing.row), rows.contains(row) else { return }
        grid.write("▌", at: list.x, list.y + row - window.first, role: .selection, in: list)
    }

    private static func drawDetails(_ state: ConsoleState, on grid: inout Grid, in area: Rect) {
        guard area.height > 0, area.width > 0 else { return }
        grid.lines(ForensicDetails.lines(state, width: area.width), in: area)
    }
}

/// A graph or a trace as the drawings take it.
enum ForensicShape {
    static func shape(_ state: ConsoleState) -> GraphShape {
        let rows = state.forensicRows
        if state.forensics.trace != nil {
            guard let tree = state.forensics.tree else { return GraphShape(nodes: [], edges: []) }
            return shape(tree, rows)
        }
        return shape(state.forensics.found?.graph ?? CausalGraph(), rows)
    }

    private static func shape(_ graph: CausalGraph, _ rows: ForensicRows) -> GraphShape {
        let culprits = Set(graph.edges.filter { $0.kind == .caused }.map(\.from))
        let suspects = Set(graph.edges.filter { $0.kind == .suspected }.map(\.from))
        let onset = graph.nodes.first { $0.kind == .finding }?.at ?? graph.nodes.first?.at ?? Instant(milliseconds: 0)
        let nodes = graph.nodes.map { node in
            let isCulprit = culprits.contains(node.id) && node.kind == .commit
            let (mark, role): (String, Role) =
                isCulprit
                ? ("!", .critical)
                : node.isTrouble
                    ? ("✗", .bad) : suspects.contains(node.id) ? ("?", .warn) : ("·", Self.role(of: node.kind))
            // What was long before is drawn at the edge of the axis, so that the rest can be told apart.
            let start = max(node.at, onset - .hours(6))
            return GraphNode(
                id: node.id, label: label(of: node), mark: mark, role: role,
                start: start.milliseconds, end: node.end.map { max($0, start).milliseconds } ?? start.milliseconds,
                figure: figure(of: node, onset: onset), isPinned: isCulprit || node.isTrouble)
        }
        return GraphShape(nodes: nodes.ordered(rows.ids), edges: rows.edges.map(edge))
    }

    /// Without its kind where the label says it.
    private static func label(of node: CausalGraph.Node) -> String {
        switch node.kind {
        case .incident, .finding, .commit, .error, .trace, .message: node.label
        case .deploy, .release, .monitor, .page, .prompt: "\(node.kind.rawValue) \(node.label)"
        }
    }

    private static func edge(_ edge: ForensicRows.Edge) -> GraphEdge {
        let role: Role =
            switch edge.kind {
            case .caused: .bad
            case .suspected: .warn
            case .contains, .sharedKey, .called, .reported, nil: .border
            case .preceded: .dim
            }
        return GraphEdge(from: edge.from, to: edge.to, role: role)
    }

    private static func role(of kind: CausalGraph.Node.Kind) -> Role {
        switch kind {
        case .incident, .finding, .error: .bad
        case .commit, .deploy, .release, .prompt: .accent
        case .trace: .info
        case .message, .monitor, .page: .dim
        }
    }

    /// `+12 min`, `-2 h`; a trace has its cost.
    private static func figure(of node: CausalGraph.Node, onset: Instant) -> String {
        if let cost = node.cost { return Spelling.dollars(cost) }
        let distance = node.at - onset
        if abs(distance.seconds) < 30 { return "0" }
        return distance.seconds < 0
            ? "-\(Spelling.span(onset - node.at))" : "+\(Spelling.span(distance))"
    }

    private static func shape(_ tree: TraceTree, _ rows: ForensicRows) -> GraphShape {
        let end = max(tree.end ?? tree.asOf, tree.steps.last?.start ?? tree.asOf)
        let nodes = tree.steps.map { step in
            let (mark, role): (String, Role) =
                step.isError
                ? ("✗", .bad)
                : step.level == "WARNING" ? ("!", .warn) : step.end == nil ? ("▸", .info) : ("✓", .good)
            let name = step.name.isEmpty ? step.type.lowercased() : step.name
            return GraphNode(
                id: step.id, label: name, mark: mark, role: role, start: step.start.milliseconds,
                end: (step.end ?? end).milliseconds, figure: step.cost > 0 ? Spelling.dollars(step.cost) : "",
                isPinned: step.isError)
        }
        return GraphShape(nodes: nodes, edges: rows.edges.map { GraphEdge(from: $0.from, to: $0.to, role: .border) })
    }
}

extension [GraphNode] {
    /// In the order of the ids.
    fileprivate func ordered(_ ids: [String]) -> [GraphNode] {
        let byID = Dictionary(map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return ids.compactMap { byID[$0] }
    }
}
