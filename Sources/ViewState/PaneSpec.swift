package import Basics

/// What the console needs to know about a pane. Its drawing is in Panes and its queries are in Console, because those import
/// what ViewState must not know.
package protocol PaneSpec {
    static var title: String { get }
    /// For a narrow row of tabs.
    static var shortTitle: String { get }
    /// The keys that show the pane; its tab shows the first.
    static var keys: [Key] { get }
    /// What the pane shows, as a sentence for help.
    static var tooltip: String { get }
    /// What its keys do, in the order of footer and help.
    static var actions: [ConsoleAction] { get }
    /// Actions of ``ConsoleAction/everywhere`` that its footer names too.
    static var footer: [ConsoleAction] { get }

    /// The identities of the rows that the cursor moves over, in their order.
    static func rows(_ console: ConsoleState) -> [String]
    /// The row under the cursor; nil selects the first.
    static func selected(_ console: ConsoleState) -> String?
    static func select(_ row: String, in console: inout ConsoleState)
    /// The number beside the tab's title; 0 shows none.
    static func badge(_ console: ConsoleState) -> Int
    /// The pane shows something that changes with the time.
    static func needsTicks(_ console: ConsoleState) -> Bool
    /// Escape inside the pane; false if nothing was closed.
    static func leave(_ console: inout ConsoleState) -> Bool
    /// Called after every event, shown or not, to adapt the state to what is known now.
    static func settle(_ console: inout ConsoleState) -> [ConsoleEffect]
}

extension PaneSpec {
    package static var actions: [ConsoleAction] { [] }
    package static var footer: [ConsoleAction] { [] }

    package static func rows(_ console: ConsoleState) -> [String] { [] }
    package static func selected(_ console: ConsoleState) -> String? { console.list.selected }
    package static func select(_ row: String, in console: inout ConsoleState) { console.list.selected = row }
    package static func badge(_ console: ConsoleState) -> Int { 0 }
    package static func needsTicks(_ console: ConsoleState) -> Bool { false }
    package static func leave(_ console: inout ConsoleState) -> Bool { false }
    package static func settle(_ console: inout ConsoleState) -> [ConsoleEffect] { [] }
}
