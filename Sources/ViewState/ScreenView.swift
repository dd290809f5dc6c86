package import Basics
package import OnCallModel

/// The first line: the panes with their keys, what waits, and the time.
package struct TabBarView: Hashable, Sendable {
    package struct Tab: Hashable, Sendable {
        package let key: String
        package let title: String
        package let shortTitle: String
        package let badge: Int
        package let isShown: Bool
    }

    package let tabs: [Tab]
    package let now: Instant
    package let isReadOnly: Bool
    package let isFrozen: Bool
    /// What the agent does; the dashboard has a line of its own for it.
    package let activity: String

    package init(_ console: ConsoleState) {
        tabs = Pane.allCases.map { pane in
            Tab(
                key: pane.spec.keys.first?.name ?? "", title: pane.spec.title, shortTitle: pane.spec.shortTitle,
                badge: pane.spec.badge(console), isShown: pane == console.pane)
        }
        now = console.now
        isReadOnly = console.isReadOnly
        isFrozen = console.dashboard.agent?.isFrozen == true
        activity = console.pane == .dashboard ? "" : console.dashboard.agent?.activity ?? ""
    }
}

/// The active loops, above the dashboard.
package struct LoopBannerView: Hashable, Sendable {
    package let loops: [LoopItem]

    package init(_ console: ConsoleState) {
        loops = console.pane == .dashboard ? console.loops.active : []
    }
}

/// The last line.
package enum FooterView: Hashable, Sendable {
    package struct Hint: Hashable, Sendable {
        package let key: String
        package let title: String
        package let isDisabled: Bool
    }

    case filter(String)
    case status(ConsoleState.Status)
    /// The pane's keys as far as there is room; those that lead to all others, always.
    case keys(pane: [Hint], lasting: [Hint])

    package init(_ console: ConsoleState) {
        func hint(_ action: ConsoleAction) -> Hint {
            Hint(
                key: action.keys.first?.name ?? "", title: action.title,
                isDisabled: action.disabledReason(console) != nil)
        }
        if console.list.isFiltering {
            self = .filter(console.list.filter)
        } else if let status = console.status {
            self = .status(status)
        } else {
            let spec = console.pane.spec
            self = .keys(
                pane: (spec.actions.filter(\.isProminent) + spec.footer).map(hint),
                lasting: ConsoleAction.everywhere.filter(\.isProminent).map(hint))
        }
    }
}
