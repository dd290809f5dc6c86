/// The meaning of a cell. A theme defines its look; a pane never uses a colour.
package enum Role: String, CaseIterable, Hashable, Sendable {
    case text
    /// Labels, units and other secondary text.
    case dim
    /// The names of panes and sections.
    case title
    /// Headings in a report.
    case heading
    case border
    /// The marker and the name of the selected row.
    case selection
    /// A key in the footer and help, and its description.
    case key
    case keyLabel
    /// The active tab, and the others.
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
    /// The banner of an active loop.
    case alert
    /// Quoted foreign text.
    case quoted
    /// The input field.
    case input
    /// The frame and text of a question; foreign text is never drawn in it.
    case dialog

    /// The letter for this role in a golden.
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
