package import Basics
package import OnCallModel

/// What happens to the console.
package enum ConsoleEvent: Hashable, Sendable {
    case key(Key)
    /// Text that was pasted: it goes into a field that is typed into, and nowhere else.
    case paste(String)
    case tick(Instant)
    case resized(ConsoleState.Size)
    /// The state as it is has been brought to the screen.
    case painted
    case dashboard(Dashboard)
    case agent(AgentStatus)
    case incidents([IncidentSummary])
    case incident(Int64, IncidentDetail?)
    case forensics(Int64, IncidentForensics?)
    case trace(String, TraceTree?)
    case approvals([ApprovalItem])
    case loops([LoopItem])
    case silences([Silence])
    case settings([SettingItem])
    case features([FeatureSnapshot])
    case drifts([DriftEvent])
    /// What an intent became.
    case outcome(String)
    case failed(String)
}

/// What the console does about it.
package enum ConsoleEffect: Hashable, Sendable {
    case append(Intent)
    /// Observe this incident, and no other.
    case follow(incident: Int64?)
    /// Observe what the investigation of this incident left, and no other's.
    case followForensics(incident: Int64?)
    /// Observe this trace, and no other.
    case followTrace(String?)
    case useTheme(String)
    case redraw
    case suspend
    case quit
}
