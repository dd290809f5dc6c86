import CellGrid
import TestSupport
import Testing

@testable import Panes

@Suite("Golden: graphs")
struct GoldenGraphTests {
    private static let widths = [156, 76, 36, 18]
    private static let shapes = ["investigation", "wide", "chain", "tree"]

    private static func shape(_ name: String) -> (shape: GraphShape, selected: String) {
        switch name {
        case "investigation": (GraphFixtures.investigation, "hyp_cache")
        case "wide": (GraphFixtures.wide, "step_17")
        case "chain": (GraphFixtures.chain, "think")
        default: (GraphFixtures.tree, "span_9")
        }
    }

    @Test("the list with a selected step", arguments: shapes, widths)
    func rail(name: String, width: Int) {
        let (shape, selected) = Self.shape(name)
        let drawing = RailDrawing(shape)
        var grid = Grid(width: width, height: shape.nodes.count + 1)
        let (heading, list) = grid.bounds.splitTop(1)
        drawing.drawHeading(figure: "took", in: heading, on: &grid)
        drawing.draw(rows: 0..<shape.nodes.count, selected: selected, in: list, on: &grid)
        expect(grid, "rail-\(name)@\(width).screen")
    }

    @Test("the overview, scrolled to the selected step", arguments: shapes, widths)
    func overview(name: String, width: Int) throws {
        let (shape, selected) = Self.shape(name)
        let drawing = try OverviewDrawing(shape, width: width)
        var grid = Grid(width: width, height: min(drawing.height, 30))
        let origin = drawing.origin(showing: selected, in: grid.bounds)
        drawing.draw(from: origin, selected: selected, in: grid.bounds, on: &grid)
        expect(grid, "overview-\(name)@\(width).screen")
    }

    @Test("both with nothing selected, in ASCII")
    func ascii() throws {
        let rail = RailDrawing(GraphFixtures.investigation)
        let overview = try OverviewDrawing(GraphFixtures.investigation, width: 76)
        var grid = Grid(width: 76, height: rail.shape.nodes.count + overview.height + 1)
        let (top, rest) = grid.bounds.splitTop(rail.shape.nodes.count)
        rail.draw(rows: 0..<rail.shape.nodes.count, selected: nil, in: top, on: &grid)
        overview.draw(from: (0, 0), selected: nil, in: rest.splitTop(1).rest, on: &grid)
        expect(grid.ascii, "graphs-ascii@76.screen")
    }

    private func expect(_ grid: Grid, _ name: String) {
        let difference = Golden.difference(grid.golden, name)
        #expect(difference == nil, "\(difference ?? "")")
    }
}
