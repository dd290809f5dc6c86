import Basics
import CellGrid

/// A graph as layers of names joined by lines, a cause above or left of its effects.
///
/// The layers run to the right where that fits the width, else down. A graph that is too large to read is folded, and a name
/// that stands for several steps has a plus; a failed or causing step is never folded. As in the list, the vertical of a
/// crossing is unbroken, and a join is a tee.
struct OverviewDrawing {
    /// Of the whole picture, in cells.
    let width: Int
    let height: Int
    /// The layers follow one another from left to right.
    let isRight: Bool
    let layers: OverviewLayers
    /// By node of the shape, the drawn node that stands for it.
    let drawn: [Int]

    private let lines: OverviewLines
    private let shape: GraphShape
    private let labels: [Label]
    private let roles: [Role]

    private struct Label {
        var mark: String
        var name: String
        var role: Role
        var columns: Int { mark.count + TextWidth.of(name) }
    }

    /// - Throws: ``OverviewRefusal`` where too many nodes may not be folded.
    init(_ shape: GraphShape, width: Int, limits: OverviewLimits = OverviewLimits()) throws(OverviewRefusal) {
        let layers = try OverviewLayers(shape, limits: limits)
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
        var roles: [LayerGraph.Edge: Role] = [:]
        for link in shape.outs.joined().reversed() {
            roles[.init(from: drawn[link.from], to: drawn[link.to])] = link.role
        }
        self.roles = layers.edges.map { roles[$0] ?? .dim }
    }

    private static func labels(_ fold: GraphFold, _ shape: GraphShape, cap: Int) -> [Label] {
        fold.groups.indices.map { drawn in
            let group = fold.groups[drawn]
            let name = shape.name(of: group[0])
            guard group.count > 1 else {
                let node = shape.nodes[group[0]]
                return Label(
                    mark: node.mark == " " ? "" : "\(node.mark) ", name: TextWidth.truncated(name, to: cap),
                    role: node.role)
            }
            let count = fold.isTree[drawn] ? " +\(group.count - 1)" : "\(group.count) steps"
            let root = fold.isTree[drawn] ? TextWidth.truncated(name, to: cap - count.count) : ""
            return Label(mark: "+ ", name: root + count, role: .accent)
        }
    }

    // MARK: drawing

    /// Draws the window of the picture that begins at `origin`.
    func draw(from origin: (x: Int, y: Int), selected: String?, in area: Rect, on grid: inout Grid) {
        let path = shape.row(of: selected).map { row in
            GraphPath(of: drawn[row], parents: { layers.fold.ins[$0] }, children: { layers.fold.outs[$0] })
        }
        let (left, top) = (area.x - origin.x, area.y - origin.y)
        for (y, strokes) in lines.rows.enumerated() where top + y < area.y + area.height {
            for stroke in strokes {
                grid.write(stroke.glyph, at: left + stroke.x, top + y, role: role(of: stroke, path), in: area)
            }
        }
        for (label, (node, place)) in zip(labels, lines.nodes.enumerated()) {
            let (x, y, role) = (left + place.x, top + place.y, path.role(of: node))
            // Brackets mark the selected one on terminals without colours.
            if path?.selected == node {
                grid.write("[", at: x, y, role: role, in: area)
                grid.write("]", at: x + 1 + label.columns, y, role: role, in: area)
            }
            let end = grid.write(label.mark, at: x + 1, y, role: label.role, in: area)
            grid.write(label.name, at: end, y, role: role, in: area)
        }
    }

    private func role(of stroke: OverviewLines.Stroke, _ path: GraphPath?) -> Role {
        guard let path else { return stroke.edges.first.map { roles[$0] } ?? .dim }
        return stroke.edges.contains { path.contains(from: layers.edges[$0].from, to: layers.edges[$0].to) }
            ? .title : .dim
    }

    /// The origin from which a window of a size shows the whole name of a node, and nothing beyond the picture.
    func origin(showing id: String?, in size: Rect, from origin: (x: Int, y: Int) = (0, 0)) -> (x: Int, y: Int) {
        var (x, y) = origin
        if let row = shape.row(of: id) {
            let (at, columns) = (lines.nodes[drawn[row]], labels[drawn[row]].columns + 2)
            x = min(max(x, at.x + columns - size.width), at.x)
            y = min(max(y, at.y + 1 - size.height), at.y)
        }
        return (max(0, min(x, width - size.width)), max(0, min(y, height - size.height)))
    }
}
