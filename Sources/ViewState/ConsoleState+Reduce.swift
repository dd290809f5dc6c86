import Basics
import OnCallModel

extension ConsoleState {
    /// The only place where the console's state changes.
    package mutating func reduce(_ event: ConsoleEvent) -> [ConsoleEffect] {
        switch event {
        case .key(let key): return press(key)
        case .paste(let text): paste(text)
        case .tick(let now): advance(to: now)
        case .resized(let size): self.size = size
        case .painted: markPainted()
        case .dashboard(let value): dashboard = value
        case .agent(let value): agent = value
        case .incidents(let value):
            incidents = value
            return followForensics()
        case .forensics(let id, let value): takeForensics(id, value)
        case .trace(let id, let value): takeTrace(id, value)
        case .incident(let id, let value): if id == openIncident { detail = value }
        case .approvals(let value): takeApprovals(value)
        case .loops(let value): loops = value
        case .settings(let value): return takeSettings(value)
        case .silences(let value): silences = value
        case .features(let value): features = value
        case .drifts(let value): drifts = value
        case .outcome(let text): say(text)
        case .failed(let text): say(text, mood: .failed)
        }
        return []
    }

    private mutating func advance(to now: Instant) {
        self.now = now
        if let status, status.until <= now { self.status = nil }
    }

    mutating func say(_ text: String, mood: Status.Mood = .said) {
        status = Status(text: text, mood: mood, until: now + .seconds(mood == .failed ? 12 : 6))
    }

    private mutating func markPainted() {
        guard case .question(var question) = overlay else { return }
        question.isPainted = true
        overlay = .question(question)
    }

    /// A request that was decided elsewhere takes its question away: what was asked is no longer so.
    private mutating func takeApprovals(_ items: [ApprovalItem]) {
        approvals = items
        guard case .question(let question) = overlay, case .approve(let id) = question.intent,
            let item = items.first(where: { $0.id == id }), item.status != .pending
        else { return }
        overlay = nil
        say("Request \(id) is already \(item.status.rawValue)\(item.resolvedBy.map { " by \($0)" } ?? "").")
    }

    private mutating func takeSettings(_ items: [SettingItem]) -> [ConsoleEffect] {
        let before = theme
        settings = items
        guard let theme, theme != before else { return [] }
        return [.useTheme(theme)]
    }

    private var theme: String? {
        settings?.first { $0.key == "theme" }.map { String($0.value.filter { $0 != "\"" }) }
    }

    // MARK: keys

    private mutating func press(_ key: Key) -> [ConsoleEffect] {
        if key == .control("c") { return [.quit] }
        if let overlay { return pressOver(overlay, key) }
        if list.isFiltering { return typeFilter(key) }
        guard let binding = Command.binding(for: key, in: view) else { return [] }
        return perform(binding.command)
    }

    /// Pasted text never answers a question and never gives a command.
    private mutating func paste(_ text: String) {
        let line = text.filter { !$0.isNewline }
        switch overlay {
        case .palette(var palette):
            palette.text += line
            overlay = .palette(palette)
        case .editor(var editor):
            editor.text += line
            overlay = .editor(editor)
        case .quiet(var menu):
            menu.text += line
            overlay = .quiet(menu)
        case .help, .question, .silences: return
        case nil: if list.isFiltering { list.filter += line }
        }
    }

    private mutating func typeFilter(_ key: Key) -> [ConsoleEffect] {
        switch key {
        case .character(let character): list.filter.append(character)
        case .backspace: _ = list.filter.popLast()
        case .escape:
            list.filter = ""
            list.isFiltering = false
        case .enter: list.isFiltering = false
        case .up, .down:
            move(by: key == .up ? -1 : 1)
        default: break
        }
        return []
    }

    private mutating func pressOver(_ overlay: Overlay, _ key: Key) -> [ConsoleEffect] {
        switch overlay {
        case .help(let scroll): pressHelp(scroll, key)
        case .question(let question): return answer(question, key)
        case .palette(let palette): return typeCommand(palette, key)
        case .editor(let editor): return typeSetting(editor, key)
        case .quiet(let menu): return typeTime(menu, key)
        case .silences(let list): pressSilences(list, key)
        }
        return []
    }

    private mutating func pressHelp(_ scroll: Int, _ key: Key) {
        switch Command.binding(for: key, in: view)?.command {
        case .down: overlay = .help(scroll: scroll + 1)
        case .up: overlay = .help(scroll: max(0, scroll - 1))
        case .pageDown: overlay = .help(scroll: scroll + 10)
        case .pageUp: overlay = .help(scroll: max(0, scroll - 10))
        default: overlay = nil
        }
    }

    /// Only `y` says yes, and only once the question has been on the screen.
    private mutating func answer(_ question: Overlay.Question, _ key: Key) -> [ConsoleEffect] {
        guard question.isPainted else { return [] }
        switch key {
        case .character("y"):
            overlay = nil
            return append(question.intent)
        case .character("n"), .escape, .enter, .character("q"):
            overlay = nil
            say("Nothing was done.")
        default: break
        }
        return []
    }

    // MARK: commands

    mutating func perform(_ command: Command) -> [ConsoleEffect] {
        switch command {
        case .showDashboard: return show(.dashboard)
        case .showIncidents: return show(.incidents)
        case .showForensics: return show(.forensics)
        case .lookInto: return lookInto()
        case .toggleOverview, .toggleTrace, .parent, .child, .nextFailed, .previousFailed, .nextSubject,
            .previousSubject,
            .openNode:
            return look(command)
        case .showQuality: return show(.quality)
        case .showApprovals: return show(.approvals)
        case .showSettings: return show(.settings)
        case .showLoops: return show(.loops)
        case .nextView: return show(neighbour(1))
        case .previousView: return show(neighbour(-1))
        case .down, .nextMatch: move(by: 1)
        case .up, .previousMatch: move(by: -1)
        case .pageDown: move(by: max(1, size.height / 2))
        case .pageUp: move(by: -max(1, size.height / 2))
        case .top: move(by: -1_000_000)
        case .bottom: move(by: 1_000_000)
        case .open: return open()
        case .back: return back()
        case .filter: list.isFiltering = true
        case .approve, .reject, .kill, .acknowledge, .resolve, .snooze, .wake, .silence, .maintenance, .silences,
            .acceptOutputs:
            return act(command)
        case .edit: edit()
        case .scan: return append(.scanNow)
        case .patrol: return append(.patrol)
        case .help: overlay = .help(scroll: 0)
        case .palette: overlay = .palette(Overlay.Palette())
        case .redraw: return [.redraw]
        case .suspend: return [.suspend]
        case .quit: return [.quit]
        }
        return []
    }

    private func neighbour(_ step: Int) -> View {
        let views = View.allCases
        let position = views.firstIndex(of: view) ?? 0
        return views[(position + step + views.count) % views.count]
    }

    /// One row is open in detail.
    var isOpen: Bool { openIncident != nil || openRequest != nil || openFeature != nil }

    mutating func show(_ next: View) -> [ConsoleEffect] {
        guard next != view || isOpen else { return [] }
        if next != view { trail = Array((trail + [view]).suffix(16)) }
        view = next
        return close() + followForensics()
    }

    private mutating func close() -> [ConsoleEffect] {
        let wasOpen = openIncident != nil
        (openIncident, detail, openRequest, openFeature, detailScroll) = (nil, nil, nil, nil, 0)
        return wasOpen ? [.follow(incident: nil)] : []
    }

    private mutating func back() -> [ConsoleEffect] {
        if isOpen { return close() }
        if !list.filter.isEmpty {
            list.filter = ""
            return []
        }
        if view == .forensics, leaveTrace() { return [.followTrace(nil)] }
        guard let previous = trail.popLast() else { return [] }
        view = previous
        return followForensics()
    }

    mutating func append(_ intent: Intent) -> [ConsoleEffect] {
        if isReadOnly {
            say("Read-only: nothing was asked.", mood: .failed)
            return []
        }
        return [.append(intent)]
    }
}
