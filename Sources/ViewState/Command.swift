package import Basics

/// What a key can do. Footer, help, palette and docs/KEYS.md are made from this one table.
package enum Command: String, CaseIterable, Hashable, Sendable {
    case showDashboard, showIncidents, showForensics, showQuality, showApprovals, showSettings, showLoops
    case nextView, previousView
    case up, down, pageUp, pageDown, top, bottom
    case open, back, filter, nextMatch, previousMatch
    case approve, reject, kill, acknowledge, resolve, acceptOutputs, edit, scan, patrol
    case lookInto, toggleOverview, toggleTrace, parent, child, nextFailed, previousFailed, nextSubject, previousSubject
    case openNode
    case snooze, wake, silence, maintenance, silences
    case help, palette, redraw, suspend, quit

    package struct Binding: Hashable, Sendable {
        package var command: Command
        package var keys: [Key]
        /// One or two words, for the footer.
        package var title: String
        /// A sentence, for help and the palette.
        package var tooltip: String
        /// Where it means something; empty is everywhere.
        package var views: Set<ConsoleState.View>
        /// The views in whose footer it stands.
        package var prominent: Set<ConsoleState.View>
    }

    package static let bindings: [Binding] = [
        bind(.showDashboard, [.character("1")], "dashboard", "Show the dashboard"),
        bind(.showIncidents, [.character("2")], "incidents", "Show the incidents"),
        bind(.showForensics, [.character("3")], "forensics", "Show what led to what around an incident"),
        bind(.showQuality, [.character("5")], "quality", "Show the outputs of the features"),
        bind(.showApprovals, [.character("6")], "approvals", "Show the requests that wait for a person"),
        bind(.showSettings, [.character("8")], "settings", "Show the settings"),
        bind(.showLoops, [.character("l"), .character("L")], "loops", "Watch the loops", prominent: [.dashboard]),
        bind(.nextView, [.tab], "next view", "Go to the next view"),
        bind(.previousView, [.backTab], "previous view", "Go to the previous view"),
        bind(.down, [.character("j"), .down], "down", "Go one row down"),
        bind(.up, [.character("k"), .up], "up", "Go one row up"),
        bind(.pageDown, [.control("d"), .pageDown], "page down", "Go a page down"),
        bind(.pageUp, [.control("u"), .pageUp], "page up", "Go a page up"),
        bind(.top, [.character("g"), .home], "top", "Go to the first row"),
        bind(.bottom, [.character("G"), .end], "bottom", "Go to the last row"),
        bind(
            .open, [.enter, .right], "open", "Open the selected row",
            [.dashboard, .incidents, .quality, .approvals, .loops],
            prominent: [.dashboard, .incidents, .quality, .approvals, .loops]),
        bind(
            .approve, [.character("a")], "approve", "Allow the selected request; the exact act is shown first",
            [.approvals], prominent: [.approvals]),
        bind(
            .reject, [.character("r")], "reject", "Refuse the selected request", [.approvals],
            prominent: [.approvals]),
        bind(
            .kill, [.character("K")], "kill", "Kill the selected loop; the exact act is shown first",
            [.loops, .dashboard], prominent: [.loops]),
        bind(
            .acknowledge, [.character("e")], "ack", "Acknowledge: say that somebody is on the incident", [.incidents],
            prominent: [.incidents]),
        bind(.resolve, [.character("R")], "resolve", "Close the incident", [.incidents], prominent: [.incidents]),
        bind(
            .lookInto, [.character("f")], "forensics", "Show what led to what around the incident", [.incidents],
            prominent: [.incidents]),
        bind(
            .openNode, [.enter], "open", "Open the incident, or read the trace", [.forensics], prominent: [.forensics]),
        bind(
            .toggleOverview, [.character("g")], "overview", "Show layers instead of the list, or the list again",
            [.forensics], prominent: [.forensics]),
        bind(
            .toggleTrace, [.character("t")], "trace", "Show the steps of a trace, or the whole again", [.forensics],
            prominent: [.forensics]),
        bind(.parent, [.character("h"), .left], "cause", "Go to what led to it", [.forensics]),
        bind(.child, [.character("l"), .right], "effect", "Go to what it led to", [.forensics]),
        bind(
            .nextFailed, [.character("e")], "next failed", "Go to the next one that failed", [.forensics],
            prominent: [.forensics]),
        bind(.previousFailed, [.character("E")], "previous failed", "Go to the one before that failed", [.forensics]),
        bind(
            .nextSubject, [.character("]")], "next", "Show the next incident, or the next trace", [.forensics],
            prominent: [.forensics]),
        bind(
            .previousSubject, [.character("[")], "previous", "Show the incident before, or the trace before",
            [.forensics]),
        bind(
            .snooze, [.character("z")], "snooze", "Put the incident off for a time; it is told again after it",
            [.incidents],
            prominent: [.incidents]),
        bind(.wake, [.character("w")], "wake", "End the incident's snooze", [.incidents]),
        bind(
            .silence, [.character("S")], "silence", "Let nobody hear of the incident for a time; it is shown first",
            [.incidents]),
        bind(
            .maintenance, [.character("M")], "maintenance", "Let nobody hear of anything for a time; it is shown first",
            [.incidents]),
        bind(.silences, [.character("v")], "silences", "Show the silences, and end one", [.incidents]),
        bind(
            .acceptOutputs, [.character("a")], "accept",
            "Say that the feature's outputs are as intended now; what changes is shown first", [.quality],
            prominent: [.quality]),
        bind(
            .patrol, [.character("s")], "look now", "Look at every feature's outputs now", [.quality],
            prominent: [.quality]),
        bind(
            .edit, [.character("e"), .enter], "edit", "Change the selected setting", [.settings],
            prominent: [.settings]),
        bind(.scan, [.character("s")], "scan now", "Run the on-call brain now", prominent: [.dashboard]),
        bind(
            .filter, [.character("/")], "filter", "Show only the rows that hold what is typed",
            [.incidents, .quality, .approvals, .loops, .settings],
            prominent: [.incidents, .quality, .approvals, .loops, .settings]),
        bind(.nextMatch, [.character("n")], "next", "Go to the next row", [.incidents, .quality, .approvals, .loops]),
        bind(
            .previousMatch, [.character("N")], "previous", "Go to the previous row",
            [.incidents, .quality, .approvals, .loops]),
        bind(.back, [.escape, .left], "back", "Leave what is open, clear the filter, or go back a view"),
        bind(.palette, [.character(":")], "commands", "Type what to do", prominent: Set(ConsoleState.View.allCases)),
        bind(
            .help, [.character("?"), .function(1)], "help", "Show the keys that work here",
            prominent: Set(ConsoleState.View.allCases)),
        bind(.redraw, [.control("l")], "redraw", "Draw the whole screen again"),
        bind(.suspend, [.control("z")], "suspend", "Go back to the shell; fg returns"),
        bind(
            .quit, [.character("q"), .control("c")], "quit", "Leave the console; a background agent ends with it",
            prominent: Set(ConsoleState.View.allCases)),
    ]

    /// The binding that a key has in a view: one of the view's own before one that works everywhere.
    package static func binding(for key: Key, in view: ConsoleState.View) -> Binding? {
        let candidates = bindings.filter { $0.keys.contains(key) }
        return candidates.first { $0.views.contains(view) } ?? candidates.first { $0.views.isEmpty }
    }

    /// What works in a view, its own first.
    package static func bindings(in view: ConsoleState.View) -> [Binding] {
        bindings.filter { $0.views.contains(view) } + bindings.filter { $0.views.isEmpty }
    }

    private static func bind(
        _ command: Command, _ keys: [Key], _ title: String, _ tooltip: String, _ views: Set<ConsoleState.View> = [],
        prominent: Set<ConsoleState.View> = []
    ) -> Binding {
        Binding(
            command: command, keys: keys, title: title, tooltip: tooltip, views: views,
            prominent: prominent)
    }
}
