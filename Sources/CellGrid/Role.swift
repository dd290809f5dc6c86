/// What a cell means. A theme says how that looks; a pane never names a colour.
package enum Role: String, CaseIterable, Hashable, Sendable {
    case text
    /// Labels, units, what is of less weight.
    case dim
    /// The names of panes and sections.
    case title
    /// Headings inside a report.
    case heading
    case border
    /// The mark and the name of the row that the keys act on.
    case selection
    /// A key in the footer and in help, and what it does.
    case key
    case keyLabel
    /// The tab of the view that is shown, and the others.
    case tabActive
    case tab
    case critical
    case high
    case medium
    case info
    case good
    case warn
    case bad
    case money
    case accent
    /// A banner that must be seen: a loop that burns.
    case alert
    /// Text from outside that is quoted.
    case quoted
    /// The field that is typed into.
    case input
    /// The frame and the words of a question; nothing from outside is ever drawn in it.
    case dialog

    /// The letter that a golden shows for it.
    package var letter: Character {
        switch self {
        case .text: " "
        case .dim: "."
        case .title: "T"
        case .heading: "H"
        case .border: "-"
        case .selection: ">"
        case .key: "k"
        case .keyLabel: "l"
        case .tabActive: "A"
        case .tab: "a"
        case .critical: "C"
        case .high: "h"
        case .medium: "m"
        case .info: "i"
        case .good: "g"
        case .warn: "w"
        case .bad: "b"
        case .money: "$"
        case .accent: "*"
        case .alert: "!"
        case .quoted: "q"
        case .input: "_"
        case .dialog: "D"
        }
    }
}
