import Basics
import CellGrid
import OnCallModel
import TestSupport
import Testing
import ViewState

@testable import Panes

/// Each pane in a rectangle of its own, without tabs and footer.
@Suite("Golden: panes")
struct GoldenPaneTests {
    private static let sizes = [(40, 8), (80, 22), (160, 48)]
    private static let allSizes = [(20, 4)] + sizes

    @Test("every pane at three sizes", arguments: Pane.allCases, sizes)
    func typical(pane: Pane, size: (Int, Int)) {
        expect(PaneFixtures.state(pane), size, "\(pane.rawValue)-typical")
    }

    @Test("every pane while it waits for the store", arguments: Pane.allCases)
    func waiting(pane: Pane) {
        var state = ConsoleState(size: .init(width: 80, height: 24), now: PaneFixtures.now, author: "a")
        state.pane = pane
        expect(state, (80, 22), "\(pane.rawValue)-waiting")
    }

    @Test(
        "hostile names from outside",
        arguments: [Pane.dashboard, .risk, .loops, .quality, .approvals, .forensics, .digest])
    func hostile(pane: Pane) {
        expect(PaneFixtures.state(pane, name: PaneFixtures.hostile), (80, 22), "\(pane.rawValue)-hostile")
    }

    @Test("an open incident", arguments: sizes)
    func detail(size: (Int, Int)) {
        var state = PaneFixtures.state(.incidents)
        _ = state.reduce(.key(.enter))
        _ = state.reduce(
            .loaded(\.incidents.detail, Answer(id: 1, value: PaneFixtures.detail), if: \.openIncident))
        expect(state, size, "incidents-open")
    }

    @Test("layers of a graph, and the steps of a trace", arguments: allSizes)
    func forensics(size: (Int, Int)) {
        var state = PaneFixtures.state(.forensics)
        if size.0 == 20 { expect(state, size, "forensics-typical") }
        _ = state.reduce(.key(.character("g")))
        expect(state, size, "forensics-overview")
        _ = state.reduce(.key(.character("g")))
        _ = state.reduce(.key(.character("t")))
        expect(state, size, "forensics-trace")
    }

    @Test("the cursor moves in the order in which rows are drawn")
    func rows() {
        var state = PaneFixtures.state(.forensics)
        #expect(ForensicShape.shape(ForensicsView(state)).nodes.map(\.id) == state.forensics.rows.ids)
        _ = state.reduce(.key(.character("t")))
        #expect(state.forensics.rows.ids.count == 7)
        #expect(ForensicShape.shape(ForensicsView(state)).nodes.map(\.id) == state.forensics.rows.ids)
    }

    @Test("an open feature", arguments: sizes)
    func feature(size: (Int, Int)) {
        var state = PaneFixtures.state(.quality, name: PaneFixtures.hostile)
        _ = state.reduce(.key(.enter))
        expect(state, size, "quality-open-hostile")
    }

    @Test("incidents in every state", arguments: allSizes)
    func lives(size: (Int, Int)) {
        var state = PaneFixtures.state(.incidents)
        state.incidents.items = PaneFixtures.lives
        expect(state, size, "incidents-lives")
    }

    private func expect(_ state: ConsoleState, _ size: (Int, Int), _ name: String) {
        Golden.expect("\(name)@\(size.0)x\(size.1)", size) {
            Screen.draw(state.pane, of: state, on: &$0, in: $0.bounds)
        }
    }
}

/// Each overlay over an empty screen.
@Suite("Golden: overlays")
struct GoldenOverlayTests {
    private static let sizes = [(40, 10), (80, 24), (160, 50)]
    private static let allSizes = [(20, 6)] + sizes

    @Test("a question names the action, and hostile text stays quoted", arguments: sizes)
    func question(size: (Int, Int)) {
        var state = PaneFixtures.state(.approvals, name: PaneFixtures.hostile)
        _ = state.reduce(.key(.character("a")))
        expect(state, size, "question-hostile")
    }

    @Test("the question before a feature's outputs are accepted", arguments: sizes)
    func acceptance(size: (Int, Int)) {
        var state = PaneFixtures.state(.quality, name: PaneFixtures.hostile)
        _ = state.reduce(.key(.character("a")))
        expect(state, size, "accept-hostile")
    }

    @Test("help, and the palette with a search text")
    func help() {
        var state = PaneFixtures.state(.approvals)
        _ = state.reduce(.key(.character("?")))
        expect(state, (80, 24), "help")
        _ = state.reduce(.key(.escape))
        for key in ":row" { _ = state.reduce(.key(.character(key))) }
        expect(state, (80, 24), "palette")
    }

    @Test("the mute dialog, the question before a silence, and the list of silences", arguments: allSizes)
    func mute(size: (Int, Int)) {
        var state = PaneFixtures.state(.incidents, name: PaneFixtures.hostile)
        state.incidents.silences = PaneFixtures.silences
        _ = state.reduce(.key(.character("z")))
        expect(state, size, "snooze")
        _ = state.reduce(.key(.escape))
        for key in "jS2h deploy" { _ = state.reduce(.key(.character(key))) }
        _ = state.reduce(.key(.enter))
        expect(state, size, "silence-question")
        _ = state.reduce(.painted)
        _ = state.reduce(.key(.escape))
        _ = state.reduce(.key(.character("v")))
        expect(state, size, "silences")
    }

    private func expect(_ state: ConsoleState, _ size: (Int, Int), _ name: String) {
        Golden.expect("\(name)@\(size.0)x\(size.1)", size) { grid in
            if let view = OverlayView(state) { OverlayPane.draw(view, on: &grid, in: grid.bounds) }
        }
    }
}

/// The only three goldens that show the tabs.
@Suite("Golden: screens")
struct GoldenScreenTests {
    @Test("the dashboard with an active loop")
    func dashboard() { expect(PaneFixtures.state(.dashboard, 80, 24), "dashboard") }

    @Test("the incidents under the palette")
    func incidents() {
        var state = PaneFixtures.state(.incidents, 160, 50)
        _ = state.reduce(.key(.character(":")))
        expect(state, "incidents-palette")
    }

    @Test("the smallest useful screen, read-only")
    func forensics() {
        var state = PaneFixtures.state(.forensics, 40, 10)
        state.isReadOnly = true
        expect(state, "forensics")
    }

    @Test("the banner of active loops, and the footer of every other pane", arguments: [40, 80, 160])
    func parts(width: Int) {
        let loops = [PaneFixtures.loop("loop-7f3a91c2"), PaneFixtures.loop(PaneFixtures.hostile)]
        var state = PaneFixtures.state(.dashboard)
        state.loops.items = loops
        Golden.expect("banner@\(width)", (width, 2)) {
            LoopBanner.draw(LoopBannerView(state), on: &$0, in: $0.bounds)
        }
        let panes = Pane.allCases.filter { $0 != .dashboard }
        Golden.expect("footers@\(width)", (width, panes.count)) { grid in
            for (row, pane) in panes.enumerated() {
                let line = Rect(x: 0, y: row, width: width, height: 1)
                Footer.draw(FooterView(PaneFixtures.state(pane)), on: &grid, in: line)
            }
        }
    }

    private func expect(_ state: ConsoleState, _ name: String) {
        Golden.expect("screen-\(name)@\(state.size.width)x\(state.size.height)", Screen.draw(state))
    }
}

extension Golden {
    /// Draws into a grid of a size and compares it with the golden.
    static func expect(_ name: String, _ size: (Int, Int), _ draw: (inout Grid) -> Void) {
        var grid = Grid(width: size.0, height: size.1)
        draw(&grid)
        expect(name, grid)
    }

    static func expect(_ name: String, _ grid: Grid) {
        let difference = difference(grid.golden, "\(name).screen")
        #expect(difference == nil, "\(difference ?? "")")
    }
}

@Suite("Panes at any size")
struct AnySizeTests {
    @Test("every row has the width of the screen, at any size and with any text", arguments: Pane.allCases)
    func widths(pane: Pane) {
        for width in [1, 5, 19, 20, 21, 33, 47, 79, 119, 120, 121, 200] {
            for height in [1, 4, 5, 7, 12, 30] {
                let grid = Screen.draw(PaneFixtures.state(pane, width, height, name: PaneFixtures.hostile))
                for y in 0..<grid.height {
                    let columns = grid.row(y).reduce(0) { $0 + TextWidth.of($1.text) }
                    #expect(columns == width, "\(pane) \(width)×\(height) row \(y)")
                    for cell in grid.row(y) {
                        #expect(
                            !cell.text.unicodeScalars.contains { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) })
                    }
                }
            }
        }
    }

    @Test("the ASCII form has no other characters")
    func ascii() {
        let grid = Screen.draw(PaneFixtures.state(.dashboard, name: PaneFixtures.hostile)).ascii
        #expect(grid.cells.allSatisfy { $0.text.utf8.allSatisfy { $0 < 0x80 } })
    }
}
