package import Basics
package import OnCallModel

/// The rules that the gate decides by.
package struct Policy: Hashable, Sendable {
    /// More looped generations than this, with repetition, require no approval.
    package var autoActGenerations: Int
    /// A cost above this, in US dollars per hour, requires no approval.
    package var autoActCostPerHour: Double
    /// How long a request is pending before it expires.
    package var approvalTimeout: Span
    /// No act is executed, however critical; requests and dry runs continue.
    package var isFrozen: Bool
    /// Who may approve: `alice`, `alice@host`, `U01ABC`. Empty allows everyone who can use the console, Slack or the command
    /// line.
    package var approvers: Set<String>
    /// How many loops may be killed without approval within ten minutes.
    package var automaticKills: Int
    /// The interval of reminders for incidents that no one acknowledged.
    package var renotify: Span
    /// The executors that are requested one after the other when a kill fails.
    package var ladder = Ladder()

    package static let budgetWindow = Span.minutes(10)

    package init(
        settings: Settings, isFrozen: Bool = false, approvers: Set<String> = [], automaticKills: Int = 3
    ) {
        autoActGenerations = settings.autoActGenerations
        autoActCostPerHour = settings.autoActCostPerHour
        approvalTimeout = .hours(settings.approvalHours)
        renotify = .hours(settings.renotifyHours)
        ladder = Ladder(settings.executors)
        self.isFrozen = isFrozen
        self.approvers = approvers
        self.automaticKills = automaticKills
    }

    /// `author` is `alice@host (console)` or `U01ABC (slack)`. An approver is listed with or without the host.
    package func admits(_ author: String) -> Bool {
        guard !approvers.isEmpty else { return true }
        let name = String(author.prefix { $0 != " " })
        let user = String(name.prefix { $0 != "@" })
        return approvers.contains(name) || approvers.contains(user)
    }
}
