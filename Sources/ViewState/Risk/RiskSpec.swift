package import Basics
package import OnCallModel

package struct RiskState: Hashable, Sendable {
    // Nil until the store has answered.
    package var pulls: [PullRisk]?
    package var files: [RiskFile]?
}

package enum RiskSpec: PaneSpec {
    package static let title = "Risk"
    package static let shortTitle = "Risk"
    package static let keys: [Key] = [.character("4")]
    package static let tooltip = "Show the risk of pull requests and of files"
    package static let actions: [ConsoleAction] =
        [
            .open { $0.open(row: RiskView($0).list.detail.map { $0.target.name }) },
            ConsoleAction(
                [.character("s")], "score", "Score the pull request, or the one whose number is the filter",
                isProminent: true,
                disabled: { RiskView($0).number == nil ? "Type / and the number of a pull request." : nil },
                perform: { console in
                    RiskView(console).number.map { console.append(.scorePull($0, comments: true)) } ?? []
                }),
        ] + ConsoleAction.search

    package static func rows(_ console: ConsoleState) -> [String] { RiskView(console).list.ids }
    package static func needsTicks(_ console: ConsoleState) -> Bool { true }
}

/// The scored pull requests, latest first, and the files with the worst history.
package struct RiskView: Hashable, Sendable {
    package let now: Instant
    package let list: ListView<PullRisk>
    package let files: [RiskFile]
    package let threshold: Int
    /// The pull request that is scored next: the number in the filter, else the selected one.
    package let number: Int?

    package init(_ console: ConsoleState) {
        now = console.now
        files = console.risk.files ?? []
        list = ListView(console.risk.pulls, console.lists[.risk], id: { $0.target.name }) {
            ["#\($0.target.number)", $0.title, $0.target.author].match($1)
        }
        threshold = console.settings.items?.first { $0.key == "pr_risk_threshold" }.flatMap { Int($0.value) } ?? 70
        number = Int(list.filter.filter { $0 != "#" }) ?? list.detail?.target.number
    }
}
