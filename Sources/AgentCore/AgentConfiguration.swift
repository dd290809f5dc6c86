package import Actions
package import Basics
package import Configuration
import Governance
package import Investigation
import OnCallModel
package import SourceEngine

/// What an agent is made of. Everything that reaches outside is in here.
package struct AgentConfiguration: Sendable {
    package var storePath: String
    /// What others read of who holds the lease: `host:pid`.
    package var holder: String
    package var pid: Int32
    package var engine: SourceEngine
    package var runner: ActionRunner
    package var settingsFile: SettingsFile
    package var narrator: Narrator?
    package var scope: InvestigationScope
    package var redaction: Redaction
    package var clock: WallClock
    /// Who may approve; empty admits everyone.
    package var approvers: Set<String>
    /// Nothing is executed, however critical.
    package var isFrozen: Bool
    /// The address of the loopback server, as the console shows it.
    package var listening: String?
    package var killFlags: KillFlags
    /// Waits before a lost answer is looked up.
    package var sleep: @Sendable (Span) async throws -> Void

    package init(
        storePath: String, holder: String, pid: Int32, engine: SourceEngine, runner: ActionRunner,
        settingsFile: SettingsFile,
        narrator: Narrator?, scope: InvestigationScope, redaction: Redaction, clock: WallClock,
        approvers: Set<String> = [], isFrozen: Bool = false, listening: String? = nil, killFlags: KillFlags,
        sleep: @escaping @Sendable (Span) async throws -> Void = { try await Task.sleep(for: $0.duration) }
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
        self.isFrozen = isFrozen
        self.listening = listening
        self.killFlags = killFlags
        self.sleep = sleep
    }

    /// The gate that decides by these settings, approvers and freeze.
    func gate(_ settings: Settings) -> Gate {
        Gate(policy: Policy(settings: settings, isFrozen: isFrozen, approvers: approvers))
    }
}
