package import CellGrid

/// A graph as layers of names joined by lines, a cause above or left of its effects.
///
/// The layers run to the right where that fits the width, else down, to be moved about. What is too large to read is
/// folded, and what is drawn for several steps bears a plus; a failed or causing step is never among them. As in the
/// list the vertical of a crossing is unbroken, and a join is a tee.
package struct OverviewDrawing: Hashable, Sendable {
    /// Of the whole picture, in cells.
    package let width: Int
    package let height: Int
    /// Whether the layers follow one another from left to right.
    package let isRight: Bool
    package var crossings: Int { layers.graph.crossings }
    /// The ids of the drawn nodes, layer by layer. What stands for several has the id of the first of them.
    package let nodes: [String]

    let lines: OverviewLines
    private let shape: GraphShape
    private let layers: OverviewLayers
    private let labels: [Label]
    private let roles: [Role]
    /// By node of the shape, the drawn node that stands for it.
    private let drawn: [Int]
    private let order: [Int]

    private struct Label: Hashable, Sendable {
        var mark: String
        var name: String
        var role: Role
        var columns: Int { (mark.isEmpty ? 0 : 2) + TextWidth.of(name) }
    }

    /// - Parameter unfolded: ids of nodes that must be drawn each by itself, as ``members(of:)`` gives them.
    /// - Throws: ``OverviewRefusal`` where more nodes may not be folded than a picture can hold.
    package init(
        _ shape: GraphShape, width: Int, unfolded: Set<String> = [], limits: OverviewLimits = OverviewLimits()
    ) throws(OverviewRefusal) {
        let layers = try OverviewLayers(shape, unfolded: unfolded, limits: limits)
        var drawn = Array(repeating: 0, count: shape.nodes.count)
        for (node, group) in layers.fold.groups.enumerated() { for member in group { drawn[member] = node } }
        let attempts = [(24, true), (14, true), (18, false)].lazy.map { cap, isRight in
            let labels = Self.labels(layers.fold, shape, cap: cap)
            return (
                labels, OverviewLines(layers.graph, sizes: labels.map { $0.columns + 2 }, isRight: isRight), isRight
            )
        }
        var best = attempts[0]
        if best.1.width > width { best = attempts[1] }
        if best.1.width > width { best = attempts[2] }
        (self.shape, self.layers, self.drawn) = (shape, layers, drawn)
        (labels, lines, isRight) = best
        (self.width, height) = (best.1.width, best.1.height)
        order = layers.graph.layers.joined().filter { !layers.graph.isBend($0) }
        nodes = order.map { shape.nodes[layers.fold.groups[$0][0]].id }
        var roles: [OverviewLayers.Edge: Role] = [:]
        for link in shape.links.all.reversed() {
            roles[.init(from: drawn[link.from], to: drawn[link.to])] = shape.edges[link.edge].role
        }
        self.roles = layers.edges.map { roles[$0] ?? .dim }
    }

    private static func labels(_ fold: GraphFold, _ shape: GraphShape, cap: Int) -> [Label] {
        fold.groups.indices.map { drawn in
            let group = fold.groups[drawn]
            guard group.count > 1 else {
                let node = shape.nodes[group[0]]
                let mark = TextWidth.prefix(ForeignText.inert(node.mark), width: 1)
                return Label(
                    mark: mark == " " ? "" : mark, name: TextWidth.truncated(shape.name(of: group[0]), to: cap),
                    role: node.role)
            }
            let count = fold.isTree[drawn] ? " +\(group.count - 1)" : "\(group.count) steps"
            let root = fold.isTree[drawn] ? TextWidth.truncated(shape.name(of: group[0]), to: cap - count.count) : ""
            return Label(mark: "+", name: root + count, role: .accent)
        }
    }

    // MARK: drawing

    /// The window of the picture that begins at `origin`, in the whole of an area.
    package func draw(
        from origin: (x: Int, y: Int), selected: String?, in area: Rect, on grid: inout Grid
    ) {
        let path = shape.place(of: selected).map { place in
            GraphPath(of: drawn[place], parents: { layers.fold.ins[$0] }, children: { layers.fold.outs[$0] })
        }
        for y in max(0, origin.y)..<max(0, origin.y, min(height, origin.y + area.height)) {
            for stroke in lines.rows[y] where stroke.x >= origin.x && stroke.x < origin.x + area.width {
                grid.write(
                    stroke.glyph, at: area.x + stroke.x - origin.x, area.y + y - origin.y,
                    role: role(of: stroke, path), in: area)
            }
        }
        for node in layers.fold.groups.indices {
            write(
                node, path, at: area.x + lines.nodes[node].x - origin.x, area.y + lines.nodes[node].y - origin.y, area,
                &grid)
        }
    }

    private func role(of stroke: OverviewLines.Stroke, _ path: GraphPath?) -> Role {
        let edges = stroke.edges.map { layers.edges[$0] }
        guard let path else { return stroke.edges.first.map { roles[$0] } ?? .dim }
        return edges.contains { path.contains(from: $0.from, to: $0.to) } ? .title : .dim
    }

    /// Brackets stand round the selected one, for terminals without colours.
    private func write(_ node: Int, _ path: GraphPath?, at x: Int, _ y: Int, _ area: Rect, _ grid: inout Grid) {
        guard y >= area.y, y < area.y + area.height else { return }
        let (label, role) = (labels[node], path.role(of: node))
        if path?.selected == node {
            grid.write("[", at: x, y, role: role, in: area)
            grid.write("]", at: x + 1 + label.columns, y, role: role, in: area)
        }
        if !label.mark.isEmpty { grid.write(label.mark, at: x + 1, y, role: label.role, in: area) }
        grid.write(label.name, at: x + 1 + (label.mark.isEmpty ? 0 : 2), y, role: role, in: area)
    }

    // MARK: moving about

    /// The origin nearest to `origin` from which a window of a size shows a node whole, and nothing beyond the picture.
    package func origin(
        showing id: String?, in size: Rect, from origin: (x: Int, y: Int)
    ) -> (x: Int, y: Int) {
        var (x, y) = origin
        if let place = shape.place(of: id) {
            let (at, columns) = (lines.nodes[drawn[place]], labels[drawn[place]].columns + 2)
            x = min(max(x, at.x + columns - size.width), at.x)
            y = min(max(y, at.y + 1 - size.height), at.y)
        }
        return (max(0, min(x, width - size.width)), max(0, min(y, height - size.height)))
    }

    /// The id of the drawn node that stands for a node; nil for a node that is not in the shape.
    package func shown(_ id: String) -> String? {
        shape.place(of: id).map { shape.nodes[layers.fold.groups[drawn[$0]][0]].id }
    }

    /// The ids of all that is drawn as one with a node, itself among them.
    package func members(of id: String) -> [String] {
        guard let place = shape.place(of: id) else { return [] }
        return layers.fold.groups[drawn[place]].map { shape.nodes[$0].id }
    }

    /// Where a step leads from a node: along an edge, or within its layer; nil where it leads nowhere.
    package func id(after step: GraphStep, from id: String?) -> String? {
        let fold = layers.fold
        let node = shape.place(of: id).map { drawn[$0] }
        let found: Int?
        if let node, step == .next || step == .previous {
            let layer = layers.graph.layers.first { $0.contains(node) }?.filter { !layers.graph.isBend($0) } ?? []
            let index = (layer.firstIndex(of: node) ?? 0) + (step == .next ? 1 : -1)
            found = layer.indices.contains(index) ? layer[index] : nil
        } else {
            let walk = GraphWalk(
                order: order, isPinned: { fold.groups[$0].contains { shape.nodes[$0].isPinned } },
                parents: { fold.ins[$0] }, children: { fold.outs[$0] })
            found = walk.node(after: step, from: node) { order.firstIndex(of: $0) ?? 0 }
        }
        return found.map { shape.nodes[fold.groups[$0][0]].id }
    }
}
