package import Basics
package import OnCallModel

/// What someone wants to know of the store, and which topics can change the answer.
package struct StoreQuery<Answer: Hashable & Sendable>: Sendable {
    package let topics: Set<StoreTopic>
    /// Runs in one read transaction, on the reader's own thread.
    package let fetch: @Sendable (StoreSnapshot) throws -> Answer

    package init(_ topics: Set<StoreTopic>, fetch: @escaping @Sendable (StoreSnapshot) throws -> Answer) {
        self.topics = topics
        self.fetch = fetch
    }
}

extension StoreQuery where Answer == [IncidentSummary] {
    package static func incidents(limit: Int) -> StoreQuery<[IncidentSummary]> {
        StoreQuery([.incidents]) { try $0.incidents(limit: limit) }
    }
}

extension StoreQuery where Answer == IncidentDetail? {
    package static func incident(_ id: Int64) -> StoreQuery<IncidentDetail?> {
        StoreQuery([.incidents, .acts]) { try $0.incident(id) }
    }
}

extension StoreQuery where Answer == IncidentForensics? {
    package static func forensics(ofIncident id: Int64) -> StoreQuery<IncidentForensics?> {
        StoreQuery([.incidents, .traces]) { try $0.forensics(ofIncident: id) }
    }
}

extension StoreQuery where Answer == TraceTree? {
    package static func trace(_ id: String) -> StoreQuery<TraceTree?> {
        StoreQuery([.traces]) { try $0.trace(id) }
    }
}

extension StoreQuery where Answer == [ApprovalItem] {
    package static func approvals(limit: Int) -> StoreQuery<[ApprovalItem]> {
        StoreQuery([.approvals, .acts]) { try $0.approvals(limit: limit) }
    }
}

extension StoreQuery where Answer == [LoopItem] {
    package static func loops(limit: Int) -> StoreQuery<[LoopItem]> {
        StoreQuery([.loops, .approvals]) { try $0.loops(limit: limit) }
    }
}

extension StoreQuery where Answer == Dashboard {
    /// The clock decides only which drift events are of the last 24 hours.
    package static func dashboard(at clock: WallClock) -> StoreQuery<Dashboard> {
        StoreQuery([.incidents, .approvals, .loops, .costs, .drift, .sampling, .health]) {
            try $0.dashboard(at: clock.now())
        }
    }
}

extension StoreQuery where Answer == [SettingItem] {
    package static var settings: StoreQuery<[SettingItem]> { StoreQuery([.settings]) { try $0.settings() } }
}

extension StoreQuery where Answer == AgentStatus {
    package static var agentStatus: StoreQuery<AgentStatus> { StoreQuery([.agent]) { try $0.agentStatus() } }
}

extension StoreQuery where Answer == String? {
    /// What came of an intent; nil while it waits.
    package static func outcome(ofIntent id: Int64) -> StoreQuery<String?> {
        StoreQuery([.intents]) { try $0.outcome(ofIntent: id) }
    }
}
