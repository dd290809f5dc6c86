package import Basics

/// The panes, in the order of their tabs. A new pane is a case, its line in ``spec`` and, if it has state of its own, a
/// property of ``ConsoleState``.
package enum Pane: String, CaseIterable, Hashable, Sendable {
    case dashboard, incidents, forensics, risk, quality, approvals, digest, settings, loops

    package var spec: any PaneSpec.Type {
        switch self {
        case .dashboard: DashboardSpec.self
        case .incidents: IncidentsSpec.self
        case .forensics: ForensicsSpec.self
        case .risk: RiskSpec.self
        case .loops: LoopsSpec.self
        case .quality: QualitySpec.self
        case .approvals: ApprovalsSpec.self
        case .digest: DigestSpec.self
        case .settings: SettingsSpec.self
        }
    }
}

/// Everything that the console shows and knows. It changes only in ``reduce(_:)``.
package struct ConsoleState: Hashable, Sendable {
    package var size: Size
    package var now: Instant
    package var pane = Pane.dashboard
    /// The panes that led here, for Escape.
    package var trail: [Pane] = []
    /// Who the operator is, as their intents will name them.
    package var author: String
    /// No intent is sent, and the header says so.
    package var isReadOnly: Bool
    /// The saved questions, which the palette offers.
    package var questions: [AskableQuestion] = []
    /// Why the store cannot be written now, and what to do.
    package var storeFault: String?

    package var dashboard = DashboardState()
    package var incidents = IncidentsState()
    package var forensics = ForensicsState()
    package var risk = RiskState()
    package var loops = LoopsState()
    package var quality = QualityState()
    package var approvals = ApprovalsState()
    package var digest = DigestState()
    package var settings = SettingsState()

    package var lists: [Pane: ListState] = [:]
    package var overlay: Overlay?
    package var status: Status?

    package struct Size: Hashable, Sendable {
        package var width: Int
        package var height: Int

        package init(width: Int, height: Int) {
            (self.width, self.height) = (width, height)
        }
    }

    /// A sentence on the last line, for some seconds.
    package struct Status: Hashable, Sendable {
        package enum Mood: Hashable, Sendable { case done, failed }

        package var text: String
        package var mood: Mood
        package var until: Instant
    }

    package init(size: Size, now: Instant, author: String, isReadOnly: Bool = false) {
        self.size = size
        self.now = now
        self.author = author
        self.isReadOnly = isReadOnly
    }

    /// The list of the pane that is shown.
    package var list: ListState {
        get { lists[pane] ?? ListState() }
        set { lists[pane] = newValue }
    }

    /// Something on the screen depends on the time: a countdown, an age, a status that expires.
    package var needsTicks: Bool { status != nil || pane.spec.needsTicks(self) }
}

/// What the store answered about one thing among many. It is used only while that thing is shown.
package struct Answer<ID: Hashable & Sendable, Value: Hashable & Sendable>: Hashable, Sendable {
    package var id: ID
    package var value: Value

    package init(id: ID, value: Value) {
        self.id = id
        self.value = value
    }
}
