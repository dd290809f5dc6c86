import Basics
import CellGrid
import OnCallModel
import TestSupport
import Testing
import ViewState

@testable import Panes

@Suite("Golden: panes")
struct GoldenPaneTests {
    private static let sizes = [(40, 10), (80, 24), (160, 50)]

    @Test("every view at three sizes", arguments: ConsoleState.View.allCases, sizes)
    func typical(view: ConsoleState.View, size: (Int, Int)) {
        expect(PaneFixtures.state(view, size.0, size.1), "\(view.rawValue)-typical@\(size.0)x\(size.1).screen")
    }

    @Test("every view before the store has answered", arguments: ConsoleState.View.allCases)
    func waiting(view: ConsoleState.View) {
        var state = ConsoleState(size: .init(width: 80, height: 24), now: PaneFixtures.now, author: "a")
        state.view = view
        expect(state, "\(view.rawValue)-waiting@80x24.screen")
    }

    @Test(
        "names from outside that want to be more",
        arguments: [ConsoleState.View.dashboard, .loops, .quality, .approvals, .forensics])
    func hostile(view: ConsoleState.View) {
        expect(PaneFixtures.state(view, 80, 24, name: PaneFixtures.hostile), "\(view.rawValue)-hostile@80x24.screen")
    }

    @Test("an incident that is open", arguments: sizes)
    func detail(size: (Int, Int)) {
        var state = PaneFixtures.state(.incidents, size.0, size.1)
        state.openIncident = 1
        state.detail = PaneFixtures.detail
        expect(state, "incidents-open@\(size.0)x\(size.1).screen")
    }

    @Test("the question before a kill names the act, and a hostile name stays in its place", arguments: sizes)
    func question(size: (Int, Int)) {
        var state = PaneFixtures.state(.approvals, size.0, size.1, name: PaneFixtures.hostile)
        _ = state.reduce(.key(.character("a")))
        expect(state, "question-hostile@\(size.0)x\(size.1).screen")
    }

    @Test(
        "layers of a graph, the steps of a trace, and the smallest screen",
        arguments: [(20, 6), (40, 10), (80, 24), (160, 50)])
    func forensics(size: (Int, Int)) {
        var state = PaneFixtures.state(.forensics, size.0, size.1)
        let name = "@\(size.0)x\(size.1).screen"
        if size.0 == 20 { expect(state, "forensics-typical\(name)") }
        _ = state.reduce(.key(.character("g")))
        expect(state, "forensics-overview\(name)")
        _ = state.reduce(.key(.character("g")))
        _ = state.reduce(.key(.character("t")))
        expect(state, "forensics-trace\(name)")
    }

    @Test("the cursor walks in the order in which rows are drawn")
    func rows() {
        var state = PaneFixtures.state(.forensics, 80, 24)
        #expect(RailDrawing(ForensicShape.shape(state), order: .time).rows == state.forensicRows.ids)
        _ = state.reduce(.key(.character("t")))
        #expect(state.forensicRows.ids.count == 7)
        #expect(RailDrawing(ForensicShape.shape(state), order: .branches).rows == state.forensicRows.ids)
    }

    @Test("a feature whose shape is open, and the question before its acceptance", arguments: sizes)
    func feature(size: (Int, Int)) {
        var state = PaneFixtures.state(.quality, size.0, size.1, name: PaneFixtures.hostile)
        _ = state.reduce(.key(.enter))
        expect(state, "quality-open-hostile@\(size.0)x\(size.1).screen")
        _ = state.reduce(.key(.character("a")))
        expect(state, "quality-accept-hostile@\(size.0)x\(size.1).screen")
    }

    @Test("help and palette")
    func overlays() {
        var state = PaneFixtures.state(.approvals, 80, 24)
        _ = state.reduce(.key(.character("?")))
        expect(state, "help@80x24.screen")
        _ = state.reduce(.key(.escape))
        _ = state.reduce(.key(.character(":")))
        expect(state, "palette@80x24.screen")
    }

    private static let quietSizes = [(20, 6), (40, 10), (80, 24), (160, 50)]

    @Test("incidents in every state", arguments: quietSizes)
    func lives(size: (Int, Int)) {
        var state = PaneFixtures.state(.incidents, size.0, size.1)
        state.incidents = PaneFixtures.lives
        expect(state, "incidents-lives@\(size.0)x\(size.1).screen")
    }

    @Test("the menu of times, the question before a silence, and the list of silences", arguments: quietSizes)
    func quiet(size: (Int, Int)) {
        var state = PaneFixtures.state(.incidents, size.0, size.1, name: PaneFixtures.hostile)
        state.silences = PaneFixtures.silences
        _ = state.reduce(.key(.character("z")))
        expect(state, "snooze@\(size.0)x\(size.1).screen")
        _ = state.reduce(.key(.escape))
        for key in "jS2h deploy" { _ = state.reduce(.key(.character(key))) }
        _ = state.reduce(.key(.enter))
        expect(state, "silence-question@\(size.0)x\(size.1).screen")
        _ = state.reduce(.painted)
        _ = state.reduce(.key(.escape))
        _ = state.reduce(.key(.character("v")))
        state.status = nil
        expect(state, "silences@\(size.0)x\(size.1).screen")
    }

    private func expect(_ state: ConsoleState, _ name: String) {
        let difference = Golden.difference(Screen.draw(state).golden, name)
        #expect(difference == nil, "\(difference ?? "")")
    }
}

@Suite("Panes at any size")
struct AnySizeTests {
    @Test("no size and no text breaks a row", arguments: ConsoleState.View.allCases)
    func widths(view: ConsoleState.View) {
        for width in [1, 5, 19, 20, 21, 33, 47, 79, 119, 120, 121, 200] {
            for height in [1, 4, 5, 7, 12, 30] {
                let grid = Screen.draw(PaneFixtures.state(view, width, height, name: PaneFixtures.hostile))
                for y in 0..<grid.height {
                    let columns = grid.row(y).reduce(0) { $0 + TextWidth.of($1.text) }
                    #expect(columns == width, "\(view) \(width)×\(height) row \(y)")
                    for cell in grid.row(y) {
                        #expect(
                            !cell.text.unicodeScalars.contains { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) })
                    }
                }
            }
        }
    }

    @Test("in ASCII nothing else is left")
    func ascii() {
        let grid = Screen.draw(PaneFixtures.state(.dashboard, 80, 24, name: PaneFixtures.hostile)).ascii
        #expect(grid.cells.allSatisfy { $0.text.utf8.allSatisfy { $0 < 0x80 } })
    }
}
