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
    /// Everyone with a name in the settings.
    package var people: [Person]
    /// The first one that fits a finding decides whether its remedy needs approval.
    package var rules: [PolicyRule]
    /// How many loops may be killed without approval within ten minutes.
    package var automaticKills: Int
    /// An action with more targets needs two people.
    package var wideTargets: Int
    /// The interval of reminders for incidents that no one acknowledged.
    package var renotify: Span
    /// The executors that are requested one after the other when a kill fails.
    package var ladder = Ladder()
    package var channels: [NoticeChannel]
    package var routes: [NoticeRoute]
    package var quietHours: [QuietHours]

    package static let budgetWindow = Span.minutes(10)

    package init(
        settings: Settings, isFrozen: Bool = false, approvers: Set<String> = []
    ) {
        autoActGenerations = settings.autoActGenerations
        autoActCostPerHour = settings.autoActCostPerHour
        approvalTimeout = .hours(settings.approvalHours)
        renotify = .hours(settings.renotifyHours)
        ladder = Ladder(settings.executors)
        (channels, routes, quietHours) = (settings.channels, settings.routes, settings.quietHours)
        self.isFrozen = isFrozen
        self.approvers = approvers
        (people, rules) = (settings.people, settings.policies)
        (automaticKills, wideTargets) = (settings.automaticKills, settings.wideTargets)
    }

    /// Somebody is named who may approve, so nobody else may.
    package var namesApprovers: Bool { !approvers.isEmpty || people.contains(where: \.approves) }

    /// `author` is `alice@host (console)` or `U01ABC (slack)`. An approver is listed with or without the host.
    package func admits(_ author: String) -> Bool {
        guard namesApprovers else { return true }
        let author = Author(author)
        if people.person(of: author)?.approves == true { return true }
        return approvers.contains(author.name) || approvers.contains(author.user)
    }

    /// Whether a person who approved earlier may still approve. `person` is an ``identity(of:)``.
    func admits(person: String) -> Bool {
        !namesApprovers || people.contains { $0.name == person && $0.approves } || approvers.contains(person)
            || approvers.contains(Author(person).user)
    }

    /// The person behind an author: a name of the settings, else the author's own.
    func identity(of author: String) -> String {
        let author = Author(author)
        return people.person(of: author)?.name ?? author.name
    }

    /// `Alice (slack)` where the settings know the author.
    package func signature(of author: String) -> String {
        people.person(of: Author(author)).map { "\($0.name) (\(Author(author).channel))" } ?? author
    }

    /// Whether an author is the person with a GitHub login: by the settings, else by a Unix user of the same name.
    func isSame(_ author: String, asGitHub login: String) -> Bool {
        let author = Author(author)
        let known = people.person(of: author)?.github ?? ""
        let own = known.isEmpty ? author.isFromSlack ? "" : author.user : known
        return !login.isEmpty && own.lowercased() == login.lowercased()
    }

    /// How many people must approve an action.
    func approvers(of action: Action) -> Int { action.isWide || action.targets > wideTargets ? 2 : 1 }

    func rule(for finding: Finding, _ kind: Action.Kind) -> PolicyRule? { rules.first { $0.fits(finding, kind) } }
}
