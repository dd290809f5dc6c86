package import Basics
package import OnCallModel

/// The rules that the gate decides by.
package struct Policy: Hashable, Sendable {
    /// More looped generations than this, with repetition, and the gate acts alone.
    package var autoActGenerations: Int
    /// More than this, in US dollars an hour, and the gate acts alone.
    package var autoActCostPerHour: Double
    /// How long a request waits for a person.
    package var approvalTimeout: Span
    /// Nothing is executed, not even what is critical; requests and dry runs go on.
    package var isFrozen: Bool
    /// Who may approve: `alice`, `alice@host`, `U01ABC`. Empty admits everyone whom the console, Slack's signature or the
    /// command line has let in.
    package var approvers: Set<String>
    /// How many loops may be killed unasked within ten minutes.
    package var automaticKills: Int

    /// How often people are told again of what nobody has acknowledged.
    package var renotify: Span

    package static let budgetWindow = Span.minutes(10)

    package init(
        settings: Settings, isFrozen: Bool = false, approvers: Set<String> = [], automaticKills: Int = 3
    ) {
        autoActGenerations = settings.autoActGenerations
        autoActCostPerHour = settings.autoActCostPerHour
        approvalTimeout = .hours(settings.approvalHours)
        renotify = .hours(settings.renotifyHours)
        self.isFrozen = isFrozen
        self.approvers = approvers
        self.automaticKills = automaticKills
    }

    /// `author` is written `alice@host (console)` or `U01ABC (slack)`: an approver is named by what stands before the
    /// channel, or by the user alone.
    func admits(_ author: String) -> Bool {
        guard !approvers.isEmpty else { return true }
        let name = String(author.prefix { $0 != " " })
        let user = String(name.prefix { $0 != "@" })
        return approvers.contains(name) || approvers.contains(user)
    }
}
