package import Basics
package import OnCallModel

package struct DashboardState: Hashable, Sendable {
    // Nil until the store has answered.
    package var board: Dashboard?
    package var agent: AgentStatus?
}

package enum DashboardSpec: PaneSpec {
    package static let title = "Dashboard"
    package static let shortTitle = "Dash"
    package static let keys: [Key] = [.character("1")]
    package static let tooltip = "Show the dashboard"
    package static let actions: [ConsoleAction] = [
        .open { console in
            if let incident = view(console).recent.selected { console.open(incident: incident.id) }
        },
        LoopsSpec.kill(isProminent: false) { $0.loops.active.first },
    ]
    package static let footer: [ConsoleAction] = [.show(.loops), .scan]

    package static func rows(_ console: ConsoleState) -> [String] { view(console).recent.ids }

    package static func needsTicks(_ console: ConsoleState) -> Bool { LoopsSpec.needsTicks(console) }

    private static func view(_ console: ConsoleState) -> DashboardView { DashboardView(console) }
}

/// Costs, the latest incidents, and the state of every source and detector.
package struct DashboardView: Hashable, Sendable {
    package let now: Instant
    package let agent: AgentStatus?
    package let board: Dashboard?
    package let recent: ListView<IncidentSummary>
    /// Why no incident, or no active loop, does not mean that there is none.
    package let unknown: String?
    package let unknownLoops: String?

    package init(_ console: ConsoleState) {
        now = console.now
        agent = console.dashboard.agent
        board = console.dashboard.board
        (unknown, unknownLoops) = (console.unknown(), console.unknown([.agentLoop]))
        recent = ListView(board?.recent, console.lists[.dashboard], id: { String($0.id) })
    }
}
