import Basics
package import CellGrid
import OnCallModel
package import ViewState

/// The whole screen as a function of the console's state.
package enum Screen {
    /// A smaller screen shows one line that says so.
    package static let smallest = (width: 20, height: 5)

    package static func draw(_ state: ConsoleState) -> Grid {
        var grid = Grid(width: state.size.width, height: state.size.height)
        guard grid.width >= smallest.width, grid.height >= smallest.height else {
            grid.write("too small: \(grid.width)×\(grid.height)", at: 0, 0, role: .warn)
            return grid
        }
        let (header, rest) = grid.bounds.splitTop(1)
        let (body, footer) = rest.splitTop(rest.height - 1)
        TabBar.draw(TabBarView(state), on: &grid, in: header)
        let banner = LoopBannerView(state)
        let (top, pane) = body.splitTop(LoopBanner.height(banner, in: body))
        LoopBanner.draw(banner, on: &grid, in: top)
        draw(state.pane, of: state, on: &grid, in: pane)
        Footer.draw(FooterView(state), on: &grid, in: footer)
        if let overlay = OverlayView(state) { OverlayPane.draw(overlay, on: &grid, in: grid.bounds) }
        return grid
    }

    /// The drawing of each pane.
    static func draw(_ pane: Pane, of state: ConsoleState, on grid: inout Grid, in area: Rect) {
        switch pane {
        case .dashboard: DashboardPane.draw(DashboardView(state), on: &grid, in: area)
        case .incidents: IncidentsPane.draw(IncidentsView(state), on: &grid, in: area)
        case .forensics: ForensicsPane.draw(ForensicsView(state), on: &grid, in: area)
        case .loops: LoopsPane.draw(LoopsView(state), on: &grid, in: area)
        case .quality: QualityPane.draw(QualityView(state), on: &grid, in: area)
        case .approvals: ApprovalsPane.draw(ApprovalsView(state), on: &grid, in: area)
        case .settings: SettingsPane.draw(SettingsView(state), on: &grid, in: area)
        }
    }
}

enum TabBar {
    private struct Label {
        let tab: TabBarView.Tab
        let title: String

        var badge: String { tab.badge == 0 ? "" : tab.badge > 9 ? "9+" : String(tab.badge) }
        /// With the key, and a space before and after.
        var width: Int {
            3 + (title.isEmpty ? 0 : 1 + TextWidth.of(title)) + (badge.isEmpty ? 0 : 1 + badge.count)
        }
    }

    static func draw(_ view: TabBarView, on grid: inout Grid, in area: Rect) {
        let clock = String(view.now.iso8601.dropFirst(11).prefix(5)) + "Z"
        let clockAt = area.width - clock.count
        var x = area.x
        for label in labels(view.tabs, width: clockAt) {
            let isShown = label.tab.isShown
            x = grid.write(" ", at: x, area.y)
            x = grid.write(label.tab.key, at: x, area.y, role: isShown ? .tabActive : .key)
            let title = label.title.isEmpty ? "" : " " + label.title
            x = grid.write(title, at: x, area.y, role: isShown ? .tabActive : .tab)
            if !label.badge.isEmpty { x = grid.write(" " + label.badge, at: x, area.y, role: .alert) }
            x = grid.write(" ", at: x, area.y)
        }
        if view.isReadOnly, x + 12 < clockAt { x = grid.write(" READ-ONLY", at: x, area.y, role: .warn) }
        if clockAt > x { grid.write(clock, at: clockAt, area.y, role: .dim) }
    }

    /// Whole titles where there is room, else short ones, else only the title of the pane that is shown.
    private static func labels(_ tabs: [TabBarView.Tab], width: Int) -> [Label] {
        func row(_ title: (TabBarView.Tab) -> String) -> [Label] {
            tabs.map { Label(tab: $0, title: $0.isShown ? $0.title : title($0)) }
        }
        let choices = [row(\.title), row(\.shortTitle), row { _ in "" }]
        return choices.first { $0.reduce(0) { $0 + $1.width } <= width }
            ?? row { _ in "" }.filter(\.tab.isShown)
    }
}

/// A line for each active loop that cannot be overlooked.
enum LoopBanner {
    static func height(_ view: LoopBannerView, in body: Rect) -> Int {
        body.height >= 8 ? min(3, view.loops.count) : 0
    }

    static func draw(_ view: LoopBannerView, on grid: inout Grid, in area: Rect) {
        for (row, item) in view.loops.prefix(area.height).enumerated() {
            let loop = item.loop
            let what = item.status == .active ? "LOOP ACTIVE" : item.status == .killing ? "KILLING" : "KILL FAILED"
            let text =
                " \(what) \(loop.agent) \(loop.traceID)  \(loop.generations) generations  \(Format.dollars(loop.cost))"
                + "  \(Format.dollars(loop.costPerMinute))/min  \(loop.pattern)"
            let y = area.y + row
            grid.clear(Rect(x: area.x, y: y, width: area.width, height: 1), role: .alert)
            let hint = item.status == .active ? " K kills " : ""
            let room = area.width - hint.count
            grid.write(TextWidth.truncated(ForeignText.inert(text), to: room), at: area.x, y, role: .alert)
            grid.write(hint, at: area.x + room, y, role: .alert)
        }
    }
}

enum Footer {
    static func draw(_ view: FooterView, on grid: inout Grid, in area: Rect) {
        switch view {
        case .filter(let text):
            let end = grid.write("/", at: area.x, area.y, role: .key)
            grid.write(text + "▏", at: end, area.y, role: .input)
        case .status(let status):
            let text = TextWidth.truncated(ForeignText.inert(status.text), to: area.width - 1)
            grid.write(text, at: area.x + 1, area.y, role: status.mood == .failed ? .bad : .good)
        case .keys(let pane, let lasting):
            let edge = area.x + area.width
            let x = draw(pane, at: area.x, to: edge - lasting.reduce(0) { $0 + width(of: $1) }, on: &grid, in: area)
            _ = draw(lasting, at: x, to: edge, on: &grid, in: area)
        }
    }

    /// The hints that fit before `edge`. Returns the column after them.
    private static func draw(
        _ hints: [FooterView.Hint], at start: Int, to edge: Int, on grid: inout Grid, in area: Rect
    ) -> Int {
        var x = start
        for hint in hints where x + width(of: hint) <= edge {
            x = grid.write(" " + hint.key, at: x, area.y, role: .key)
            x = grid.write(" " + hint.title + " ", at: x, area.y, role: hint.isDisabled ? .dim : .keyLabel)
        }
        return x
    }

    private static func width(of hint: FooterView.Hint) -> Int { hint.key.count + hint.title.count + 3 }
}
