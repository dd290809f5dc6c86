package import Basics
package import OnCallModel

/// Everything that the console shows and knows. It changes in ``reduce(_:)`` alone.
package struct ConsoleState: Hashable, Sendable {
    package enum View: String, CaseIterable, Hashable, Sendable {
        case dashboard, incidents, forensics, quality, approvals, settings, loops

        package var title: String {
            switch self {
            case .dashboard: "Dashboard"
            case .incidents: "Incidents"
            case .forensics: "Forensics"
            case .quality: "Quality"
            case .approvals: "Approvals"
            case .settings: "Settings"
            case .loops: "Loops"
            }
        }

        /// For a narrow row of tabs.
        package var shortTitle: String {
            switch self {
            case .dashboard: "Dash"
            case .incidents: "Inc"
            case .forensics: "Why"
            case .quality: "Qual"
            case .approvals: "Appr"
            case .settings: "Set"
            case .loops: "Loops"
            }
        }

        /// The key that jumps there. The numbers between belong to views that are still to come, so that none moves.
        package var key: Character {
            switch self {
            case .dashboard: "1"
            case .incidents: "2"
            case .forensics: "3"
            case .quality: "5"
            case .approvals: "6"
            case .settings: "8"
            case .loops: "l"
            }
        }
    }

    package var size: Size
    package var now: Instant
    package var view = View.dashboard
    /// The views that led here, for Escape.
    package var trail: [View] = []
    /// Who the person is, as their intents will name them.
    package var author: String

    // What the store said; nil while it has not.
    package var dashboard: Dashboard?
    package var agent: AgentStatus?
    package var incidents: [IncidentSummary]?
    package var approvals: [ApprovalItem]?
    package var loops: [LoopItem]?
    package var settings: [SettingItem]?
    package var silences: [Silence]?
    package var features: [FeatureSnapshot]?
    package var drifts: [DriftEvent]?
    /// The incident that is open, and how far its report is scrolled.
    package var openIncident: Int64?
    package var detail: IncidentDetail?
    package var detailScroll = 0
    /// The request that is open in detail.
    package var openRequest: Int64?
    /// The feature whose shape is open.
    package var openFeature: String?

    package var forensics = ForensicsState()
    package var lists: [View: ListState] = [:]
    package var overlay: Overlay?
    package var status: Status?
    /// Writes are inert, and the header says so.
    package var isReadOnly: Bool

    package struct Size: Hashable, Sendable {
        package var width: Int
        package var height: Int

        package init(width: Int, height: Int) {
            (self.width, self.height) = (width, height)
        }
    }

    /// A sentence at the bottom, until its moment has passed.
    package struct Status: Hashable, Sendable {
        package enum Mood: Hashable, Sendable { case said, failed }

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

    /// The state of the view's list.
    package var list: ListState {
        get { lists[view] ?? ListState() }
        set { lists[view] = newValue }
    }

    /// Something on the screen counts: a time left, an age, a loop, a sentence that will go.
    package var needsTicks: Bool {
        if status != nil { return true }
        switch view {
        case .approvals: return approvals?.contains { $0.status == .pending } == true
        case .dashboard, .loops:
            let isFresh = agent?.lastCycleAt.map { now - $0 < .minutes(1) } ?? false
            return isFresh || loops?.contains { [.active, .killing].contains($0.status) } == true
        case .incidents, .forensics, .quality, .settings: return false
        }
    }
}

/// The cursor of a list. It holds on to the row's identity, so that it stays on the same thing when rows come and go.
package struct ListState: Hashable, Sendable {
    package var selected: String?
    package var filter = ""
    /// The filter is being typed.
    package var isFiltering = false

    package init(selected: String? = nil, filter: String = "") {
        self.selected = selected
        self.filter = filter
    }
}

/// What lies over the view and takes the keys.
package enum Overlay: Hashable, Sendable {
    case help(scroll: Int)
    case question(Question)
    case palette(Palette)
    case editor(SettingEditor)
    case quiet(QuietMenu)
    case silences(SilenceList)

    /// A decision that is asked for before it counts.
    package struct Question: Hashable, Sendable {
        package var title: String
        /// What will happen, in our own words.
        package var sentence: String
        /// The exact requests, which hold text from outside: drawn quoted, apart from our words.
        package var requests: [String]
        package var facts: [String]
        package var intent: Intent
        /// What stands above the requests.
        package var whatItHolds = "It sends exactly:"
        /// Keys that came before the question was on the screen do not answer it.
        package var isPainted = false
    }

    package struct Palette: Hashable, Sendable {
        package var text = ""
        package var position = 0

        package init() {}
    }

    package struct SettingEditor: Hashable, Sendable {
        package var key: String
        package var text: String
        package var problem = ""
    }
}
