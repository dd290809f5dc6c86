import Basics
package import CellGrid
import OnCallModel
package import ViewState

/// The whole screen as a function of the console's state.
package enum Screen {
    /// On a smaller screen only its size is shown.
    package static let smallest = (width: 20, height: 5)

    package static func draw(_ state: ConsoleState) -> Grid {
        var grid = Grid(width: state.size.width, height: state.size.height)
        guard grid.width >= smallest.width, grid.height >= smallest.height else {
            grid.write("too small: \(grid.width)×\(grid.height)", at: 0, 0, role: .warn)
            return grid
        }
        let (header, rest) = grid.bounds.splitTop(1)
        let (whole, footer) = rest.splitTop(rest.height - 1)
        let (alarm, body) = whole.splitTop(state.storeFault == nil ? 0 : 1)
        if let fault = state.storeFault {
            grid.clear(alarm, role: .alert)
            grid.write(" " + fault, at: alarm.x, alarm.y, width: alarm.width, role: .alert)
        }
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
        case .risk: RiskPane.draw(RiskView(state), on: &grid, in: area)
        case .loops: LoopsPane.draw(LoopsView(state), on: &grid, in: area)
        case .quality: QualityPane.draw(QualityView(state), on: &grid, in: area)
        case .approvals: ApprovalsPane.draw(ApprovalsView(state), on: &grid, in: area)
        case .digest: DigestPane.draw(DigestView(state), on: &grid, in: area)
        case .settings: SettingsPane.draw(SettingsView(state), on: &grid, in: area)
        }
    }
}

enum TabBar {
    static func draw(_ view: TabBarView, on grid: inout Grid, in area: Rect) {
        let clock = String(view.now.iso8601.dropFirst(11).prefix(5)) + "Z"
        let clockAt = area.width - clock.count
        var x = area.x
        // A freeze is always visible.
        for tab in tabs(view.tabs, width: clockAt - (view.isFrozen ? 8 : 0)) {
            x = grid.write(tab, at: x, area.y, in: area)
        }
        if view.isFrozen, x + 7 <= clockAt { x = grid.write(" FROZEN", at: x, area.y, role: .alert) }
        if view.isReadOnly, x + 12 < clockAt { x = grid.write(" READ-ONLY", at: x, area.y, role: .warn) }
        let room = clockAt - x - 3
        if room >= 12, !view.activity.isEmpty { grid.write(view.activity, at: x + 1, area.y, width: room, role: .info) }
        if clockAt > x { grid.write(clock, at: clockAt, area.y, role: .dim) }
    }

    /// Full titles where there is room, else short ones, then closer together, else only the title of the pane that is shown.
    private static func tabs(_ tabs: [TabBarView.Tab], width: Int) -> [[Line]] {
        func row(_ title: (TabBarView.Tab) -> String, end: String = " ") -> [[Line]] {
            tabs.map { parts($0, title: $0.isShown ? $0.title : title($0), end: end) }
        }
        let closest = tabs.map { parts($0, title: $0.shortTitle, end: "") }
        let choices = [row(\.title), row(\.shortTitle), row(\.shortTitle, end: ""), closest, row { _ in "" }]
        return choices.first { $0.reduce(0) { $0 + TextWidth.of($1) } <= width }
            ?? tabs.filter(\.isShown).map { parts($0, title: $0.title) }
    }

    private static func parts(_ tab: TabBarView.Tab, title: String, end: String = " ") -> [Line] {
        [
            (" ", .text), (tab.key, tab.isShown ? .tabActive : .key),
            (title.isEmpty ? "" : " " + title, tab.isShown ? .tabActive : .tab),
            (tab.badge == 0 ? "" : tab.badge > 9 ? " 9+" : " \(tab.badge)", .alert), (end, .text),
        ]
    }
}

/// A line for each active loop.
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
            let line = area.row(row)
            grid.clear(line, role: .alert)
            let hint = item.status == .active ? " K kills " : ""
            grid.write(text, at: line.x, line.y, width: line.width - hint.count, role: .alert)
            grid.write(hint, at: line.x, line.y, width: line.width, isRight: true, role: .alert)
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
            grid.write(
                status.text, at: area.x + 1, area.y, width: area.width - 1, role: status.mood == .failed ? .bad : .good)
        case .keys(let pane, let lasting):
            let always = lasting.map(parts)
            let room = area.width - always.reduce(0) { $0 + TextWidth.of($1) }
            var x = area.x
            for (hints, edge) in [(pane.map(parts), area.x + room), (always, area.x + area.width)] {
                for hint in hints where x + TextWidth.of(hint) <= edge { x = grid.write(hint, at: x, area.y, in: area) }
            }
        }
    }

    private static func parts(_ hint: FooterView.Hint) -> [Line] {
        [(" " + hint.key, .key), (" " + hint.title + " ", hint.isDisabled ? .dim : .keyLabel)]
    }
}
