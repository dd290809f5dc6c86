import Basics
package import CellGrid
import OnCallModel
package import ViewState

/// The whole screen as a function of the console's state.
package enum Screen {
    /// Below this nothing sensible can be drawn, and one line says so.
    package static let smallest = (width: 20, height: 5)

    package static func draw(_ state: ConsoleState) -> Grid {
        var grid = Grid(width: state.size.width, height: state.size.height)
        guard grid.width >= smallest.width, grid.height >= smallest.height else {
            grid.write("too small: \(grid.width)×\(grid.height)", at: 0, 0, role: .warn)
            return grid
        }
        let (header, rest) = grid.bounds.splitTop(1)
        let (body, footer) = rest.splitTop(rest.height - 1)
        TabBar.draw(state, on: &grid, in: header)
        let banner = LoopBanner.height(state, in: body)
        let (top, pane) = body.splitTop(banner)
        LoopBanner.draw(state, on: &grid, in: top)
        drawPane(state, on: &grid, in: pane)
        Footer.draw(state, on: &grid, in: footer)
        OverlayPane.draw(state, on: &grid, in: grid.bounds)
        return grid
    }

    private static func drawPane(_ state: ConsoleState, on grid: inout Grid, in area: Rect) {
        switch state.view {
        case .dashboard: DashboardPane.draw(state, on: &grid, in: area)
        case .incidents: IncidentsPane.draw(state, on: &grid, in: area)
        case .forensics: ForensicsPane.draw(state, on: &grid, in: area)
        case .quality: QualityPane.draw(state, on: &grid, in: area)
        case .approvals: ApprovalsPane.draw(state, on: &grid, in: area)
        case .loops: LoopsPane.draw(state, on: &grid, in: area)
        case .settings: SettingsPane.draw(state, on: &grid, in: area)
        }
    }
}

/// The first line: the views with their keys, what waits, and the time.
enum TabBar {
    private struct Tab {
        var view: ConsoleState.View
        var title: String
        var badge: String
        /// With the key, and a space before and behind.
        var width: Int {
            3 + (title.isEmpty ? 0 : 1 + TextWidth.of(title)) + (badge.isEmpty ? 0 : 1 + badge.count)
        }
    }

    static func draw(_ state: ConsoleState, on grid: inout Grid, in area: Rect) {
        let clock = String(state.now.iso8601.dropFirst(11).prefix(5)) + "Z"
        let clockAt = area.width - clock.count
        var x = area.x
        for tab in tabs(state, width: clockAt) {
            let isActive = tab.view == state.view
            x = grid.write(" ", at: x, area.y)
            x = grid.write(String(tab.view.key), at: x, area.y, role: isActive ? .tabActive : .key)
            x = grid.write(tab.title.isEmpty ? "" : " " + tab.title, at: x, area.y, role: isActive ? .tabActive : .tab)
            if !tab.badge.isEmpty { x = grid.write(" " + tab.badge, at: x, area.y, role: .alert) }
            x = grid.write(" ", at: x, area.y)
        }
        if state.isReadOnly, x + 12 < clockAt { x = grid.write(" READ-ONLY", at: x, area.y, role: .warn) }
        if clockAt > x { grid.write(clock, at: clockAt, area.y, role: .dim) }
    }

    /// With whole titles where there is room, else with short ones, else with the one of the view that is shown.
    private static func tabs(_ state: ConsoleState, width: Int) -> [Tab] {
        let views: [ConsoleState.View] = [
            .dashboard, .incidents, .forensics, .loops, .quality, .approvals, .settings,
        ]
        func row(_ title: (ConsoleState.View) -> String) -> [Tab] {
            views.map { view in
                Tab(view: view, title: view == state.view ? view.title : title(view), badge: badge(of: view, state))
            }
        }
        let choices = [row(\.title), row(\.shortTitle), row { _ in "" }]
        if let fitting = choices.first(where: { $0.reduce(0) { $0 + $1.width } <= width }) { return fitting }
        return [Tab(view: state.view, title: state.view.title, badge: badge(of: state.view, state))]
    }

    private static func badge(of view: ConsoleState.View, _ state: ConsoleState) -> String {
        let count =
            switch view {
            case .approvals: state.approvals?.count { $0.status == .pending } ?? 0
            case .loops: state.burningLoops.count
            case .quality: state.features?.count { $0.state == .drifted } ?? 0
            default: 0
            }
        return count == 0 ? "" : count > 9 ? "9+" : String(count)
    }
}

/// A line that cannot be overlooked while something burns.
enum LoopBanner {
    static func height(_ state: ConsoleState, in body: Rect) -> Int {
        guard state.view == .dashboard, body.height >= 8 else { return 0 }
        return min(3, state.burningLoops.count)
    }

    static func draw(_ state: ConsoleState, on grid: inout Grid, in area: Rect) {
        for (row, item) in state.burningLoops.prefix(area.height).enumerated() {
            let loop = item.loop
            let what = item.status == .active ? "LOOP BURNS" : item.status == .killing ? "KILLING" : "KILL FAILED"
            let text =
                " \(what) \(loop.agent) \(loop.traceID)  \(loop.generations) generations  \(Format.dollars(loop.cost))"
                + "  \(Format.dollars(loop.costPerMinute))/min  \(loop.pattern)"
            grid.clear(Rect(x: area.x, y: area.y + row, width: area.width, height: 1), role: .alert)
            let hint = item.status == .active ? " K kills " : ""
            let room = area.width - hint.count
            grid.write(TextWidth.truncated(ForeignText.inert(text), to: room), at: area.x, area.y + row, role: .alert)
            grid.write(hint, at: area.x + room, area.y + row, role: .alert)
        }
    }
}

/// The last line: what was said, else the keys that work now.
enum Footer {
    static func draw(_ state: ConsoleState, on grid: inout Grid, in area: Rect) {
        if state.list.isFiltering {
            let end = grid.write("/", at: area.x, area.y, role: .key)
            grid.write(state.list.filter + "▏", at: end, area.y, role: .input)
            return
        }
        if let status = state.status {
            let text = TextWidth.truncated(ForeignText.inert(status.text), to: area.width - 1)
            grid.write(text, at: area.x + 1, area.y, role: status.mood == .failed ? .bad : .good)
            return
        }
        // How to learn the rest, and how to leave, stay where a view has more keys than there is room for.
        let shown = Command.bindings(in: state.view).filter { $0.prominent.contains(state.view) }
        let lasting = shown.filter { [.palette, .help, .quit].contains($0.command) }
        let own = shown.filter { binding in !lasting.contains { $0.command == binding.command } }
        var (x, end) = (area.x, area.x + area.width - lasting.reduce(0) { $0 + width(of: $1) })
        for binding in own + lasting {
            if binding.command == lasting.first?.command { end = area.x + area.width }
            guard x + width(of: binding) <= end else { continue }
            x = grid.write(" " + (binding.keys.first?.name ?? ""), at: x, area.y, role: .key)
            let isOff = state.disabledReason(of: binding.command) != nil
            x = grid.write(" " + binding.title + " ", at: x, area.y, role: isOff ? .dim : .keyLabel)
        }
    }

    private static func width(of binding: Command.Binding) -> Int {
        (binding.keys.first?.name.count ?? 0) + binding.title.count + 3
    }
}
