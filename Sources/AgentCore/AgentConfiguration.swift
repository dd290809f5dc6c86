package import Actions
package import Basics
package import Configuration
import Governance
package import Investigation
package import OnCallModel
package import SourceEngine

/// The parts and limits of an agent. Everything that reads or writes outside the store is here.
package struct AgentConfiguration: Sendable {
    package var storePath: String
    /// Who holds the lease, for others to read: `host:pid`.
    package var holder: String
    package var pid: Int32
    package var engine: SourceEngine
    package var runner: ActionRunner
    package var settingsFile: SettingsFile
    package var narrator: Narrator?
    package var scope: InvestigationScope
    let incidentsChannel = IncidentsChannel()
    package var redaction: Redaction
    package var clock: WallClock
    /// Who may approve; empty allows everyone.
    package var approvers: Set<String>
    /// What a person in Slack is to the workspace, by the id.
    package var slackMembership: @Sendable (_ user: String) async -> SlackMembership
    /// Answers a person where they clicked in Slack. A failure does no harm.
    package var answerClick: @Sendable (ClickAnswer) async -> Void
    /// How clicks arrive without a public address; nil where they do not.
    package var slackSocket: SocketMode?
    /// Sends the heartbeat with the time of the last scan, and returns why it failed; nil if none is wanted.
    package var heartbeat: (@Sendable (_ lastScan: Instant?) async -> String?)?
    /// No act is executed, by the environment.
    package var isFrozen: Bool
    /// Whether a person has frozen actions, as the store says.
    let isFrozenByPerson = Lock(false)
    /// The address of the loopback server, as the console shows it.
    package var listening: String?
    package var killFlags: KillFlags
    /// Waits before a lost outcome is checked.
    package var sleep: @Sendable (Span) async throws -> Void
    /// Shows a sentence to whoever started the agent.
    package var report: @Sendable (String) -> Void

    /// The runbooks as they are now.
    package var runbooks: @Sendable () -> [Runbook] = { [] }

    package init(
        storePath: String, holder: String, pid: Int32, engine: SourceEngine, runner: ActionRunner,
        settingsFile: SettingsFile,
        narrator: Narrator?, scope: InvestigationScope, redaction: Redaction, clock: WallClock,
        approvers: Set<String> = [],
        slackMembership: @escaping @Sendable (_ user: String) async -> SlackMembership = { _ in
            .unknown("Slack is not configured.")
        },
        answerClick: @escaping @Sendable (ClickAnswer) async -> Void = { _ in }, slackSocket: SocketMode? = nil,
        isFrozen: Bool = false, listening: String? = nil, killFlags: KillFlags,
        sleep: @escaping @Sendable (Span) async throws -> Void = { try await Task.sleep(for: $0.duration) },
        report: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.storePath = storePath
        self.holder = holder
        self.pid = pid
        self.engine = engine
        self.runner = runner
        self.settingsFile = settingsFile
        self.narrator = narrator
        self.scope = scope
        self.redaction = redaction
        self.clock = clock
        self.approvers = approvers
        self.slackMembership = slackMembership
        self.answerClick = answerClick
        self.slackSocket = slackSocket
        self.isFrozen = isFrozen
        self.listening = listening
        self.killFlags = killFlags
        self.sleep = sleep
        self.report = report
    }

    /// The gate that decides by these settings, approvers and freeze.
    func gate(_ settings: Settings) -> Gate {
        let isFrozen = isFrozen || isFrozenByPerson.withLock { $0 }
        return Gate(policy: Policy(settings: settings, isFrozen: isFrozen, approvers: approvers))
    }
}
