package import Basics
import OnCallModel

/// What a key does. Footer, help, palette and docs/KEYS.md are made from these.
package struct ConsoleAction: Sendable {
    package let keys: [Key]
    /// One or two words, for the footer and the palette.
    package let title: String
    /// A sentence, for help, the palette and the documents.
    package let tooltip: String
    /// The footer names it.
    package let isProminent: Bool
    /// Why it does nothing now; nil if it does.
    package let disabledReason: @Sendable (ConsoleState) -> String?
    private let perform: @Sendable (inout ConsoleState) -> [ConsoleEffect]

    init(
        _ keys: [Key], _ title: String, _ tooltip: String, isProminent: Bool = false,
        disabled: @escaping @Sendable (ConsoleState) -> String? = { _ in nil },
        perform: @escaping @Sendable (inout ConsoleState) -> [ConsoleEffect]
    ) {
        self.keys = keys
        self.title = title
        self.tooltip = tooltip
        self.isProminent = isProminent
        disabledReason = disabled
        self.perform = perform
    }

    /// An action that changes only the console.
    init(
        _ keys: [Key], _ title: String, _ tooltip: String, isProminent: Bool = false,
        disabled: @escaping @Sendable (ConsoleState) -> String? = { _ in nil },
        change: @escaping @Sendable (inout ConsoleState) -> Void
    ) {
        self.init(keys, title, tooltip, isProminent: isProminent, disabled: disabled) { console in
            change(&console)
            return []
        }
    }

    func run(on console: inout ConsoleState) -> [ConsoleEffect] {
        if let reason = disabledReason(console) {
            console.say(reason, mood: .failed)
            return []
        }
        return perform(&console)
    }

    /// The action of a key in a pane: the pane's own first.
    static func action(for key: Key, in pane: Pane) -> ConsoleAction? {
        (pane.spec.actions + everywhere).first { $0.keys.contains(key) }
    }

    /// The actions of a pane, its own first. The palette lists all of them, help only those that a key of the pane runs.
    package static func actions(in pane: Pane) -> [ConsoleAction] { pane.spec.actions + everywhere }

    // MARK: in every pane

    package static let everywhere: [ConsoleAction] =
        Pane.allCases.map(show) + [
            ConsoleAction([.tab], "next pane", "Go to the next pane") { $0.show($0.neighbor(1)) },
            ConsoleAction([.backTab], "previous pane", "Go to the previous pane") { $0.show($0.neighbor(-1)) },
            ConsoleAction([.character("j"), .down], "down", "Move down one row") { $0.move(by: 1) },
            ConsoleAction([.character("k"), .up], "up", "Move up one row") { $0.move(by: -1) },
            ConsoleAction([.control("d"), .pageDown], "page down", "Move down one page") { $0.move(by: $0.page) },
            ConsoleAction([.control("u"), .pageUp], "page up", "Move up one page") { $0.move(by: -$0.page) },
            ConsoleAction([.character("g"), .home], "top", "Go to the first row") { $0.move(by: -1_000_000) },
            ConsoleAction([.character("G"), .end], "bottom", "Go to the last row") { $0.move(by: 1_000_000) },
            scan, freeze,
            ConsoleAction(
                [.escape, .left], "back", "Close the open row, clear the filter, or go back to the previous pane",
                change: { $0.back() }),
            ConsoleAction([.character(":")], "commands", "Search and run a command", isProminent: true) {
                $0.overlay = .palette(Overlay.Palette())
            },
            ConsoleAction(
                [.character("?"), .function(1)], "help", "Show the keys of this pane", isProminent: true,
                change: { $0.overlay = .help(scroll: 0) }),
            ConsoleAction([.control("l")], "redraw", "Redraw the screen", perform: { _ in [.redraw] }),
            ConsoleAction([.control("z")], "suspend", "Suspend to the shell; fg resumes", perform: { _ in [.suspend] }),
            ConsoleAction(
                [.character("q"), .control("c")], "quit", "Quit the console and the agent that it started",
                isProminent: true, perform: { _ in [.quit] }),
        ]

    static func show(_ pane: Pane) -> ConsoleAction {
        ConsoleAction(pane.spec.keys, pane.spec.title.lowercased(), pane.spec.tooltip) { $0.show(pane) }
    }

    static let scan = ConsoleAction([.character("s")], "scan now", "Run a scan now", perform: { $0.append(.scanNow) })

    /// Freezes all actions, or ends the freeze.
    static let freeze = ConsoleAction(
        [.character("F")], "freeze", "Freeze all actions, or allow them again",
        change: { console in
            let isFrozen = console.dashboard.agent?.isFrozen == true
            console.overlay = .question(
                Overlay.Question(
                    title: isFrozen ? "Allow actions again?" : "Freeze all actions?",
                    sentence: isFrozen
                        ? "Approved actions run again, and notices are sent"
                        : "Nothing runs and nothing is sent until the freeze ends; detection and requests go on",
                    facts: ["Decided by \(console.author)"],
                    intent: isFrozen ? .thaw : .freeze(reason: "from the console")))
        })

    // MARK: in lists

    static func open(_ perform: @escaping @Sendable (inout ConsoleState) -> Void) -> ConsoleAction {
        ConsoleAction([.enter, .right], "open", "Open the selected row", isProminent: true, change: perform)
    }

    static let filter = ConsoleAction(
        [.character("/")], "filter", "Filter the rows", isProminent: true, change: { $0.list.isFiltering = true })

    static let search = [
        filter,
        ConsoleAction([.character("n")], "next", "Go to the next row") { $0.move(by: 1) },
        ConsoleAction([.character("N")], "previous", "Go to the previous row") { $0.move(by: -1) },
    ]
}
