package import Basics
package import OnCallModel

/// The overlay as it is drawn.
package enum OverlayView: Hashable, Sendable {
    /// An action in help or in the palette; the reason says why it does nothing now.
    package struct Line: Hashable, Sendable {
        package let keys: [Key]
        package let title: String
        package let tooltip: String
        package let disabledReason: String?

        init(_ action: ConsoleAction, _ console: ConsoleState) {
            (keys, title, tooltip) = (action.keys, action.title, action.tooltip)
            disabledReason = action.disabledReason(console)
        }
    }

    case help([Line], scroll: Int)
    case palette(text: String, ListView<Line>)
    case question(Overlay.Question)
    case mute(MuteDialog, now: Instant)
    case silences(ListView<Silence>, now: Instant)

    /// Nil if there is none. The editor of a setting is drawn by its pane.
    package init?(_ console: ConsoleState) {
        switch console.overlay {
        case .help(let scroll):
            let own = Set(console.pane.spec.actions.flatMap(\.keys))
            let reachable = console.pane.spec.actions + ConsoleAction.everywhere.filter { !own.isSuperset(of: $0.keys) }
            self = .help(reachable.map { Line($0, console) }, scroll: scroll)
        case .palette(let palette):
            let lines = console.offers(palette).map { Line($0, console) }
            self = .palette(text: palette.text, ListView(lines, position: palette.position, id: \.title))
        case .question(let question): self = .question(question)
        case .mute(let dialog): self = .mute(dialog, now: console.now)
        case .silences(let position):
            let silences = console.incidents.silences == nil ? nil : console.activeSilences
            self = .silences(ListView(silences, position: position) { String($0.id) }, now: console.now)
        case .editor, nil: return nil
        }
    }
}
