package import Basics
package import OnCallModel

extension StoreQuery where Answer == AgentStatus {
    package static var agentStatus: StoreQuery<AgentStatus> { StoreQuery { try $0.agentStatus() } }
}

extension StoreSnapshot {
    /// Of the latest cycle. A provider that takes no notices is not ok, until it does; nor is Slack while its socket is closed.
    package func sources() throws -> [SourceHealth] {
        var sources = try rows("source_health", "SELECT * FROM source_health ORDER BY name").map {
            try SourceHealth(
                name: $0.text("name"), state: $0.choice("state"), asOf: $0.optionalInstant("as_of"),
                calls: $0.integer("calls"), message: $0.text("message"))
        }
        if let fault = try agentStatus().slackSocketFault { sources.show(fault, of: "slack") }
        return try undeliveredNotices().shown(in: sources)
    }

    /// The sources that are down, or refuse their key.
    package func outages() throws -> [SourceOutage] {
        try rows("source_health", "SELECT * FROM source_health WHERE down_since IS NOT NULL ORDER BY name").map {
            try SourceOutage(source: $0.text("name"), since: $0.instant("down_since"), reason: $0.text("message"))
        }
    }

    package func detectors() throws -> [DetectorHealth] {
        try rows("detector_health", "SELECT * FROM detector_health ORDER BY type").map {
            try DetectorHealth(
                type: $0.choice("type"), state: $0.choice("state"), message: $0.text("message"),
                asOf: $0.instant("as_of"))
        }
    }

    /// A holder that died is not reported: the lock of the operating system decides.
    package func agentStatus() throws -> AgentStatus {
        guard let row = try rows("agent_status", "SELECT * FROM agent_status").first else { return AgentStatus() }
        let isRunning = StoreLock.isHeld(file)
        return try AgentStatus(
            holder: isRunning ? row.optionalText("holder") : nil,
            activity: isRunning ? row.text("activity") : "", lastCycleAt: row.optionalInstant("last_cycle_at"),
            nextCycleAt: row.optionalInstant("next_cycle_at"), lastCyclePartial: row.flag("last_cycle_partial"),
            listening: isRunning ? row.optionalText("listening") : nil,
            isFrozen: freeze() != nil || row.flag("frozen_by_environment"),
            slackSocket: isRunning ? row.optionalText("slack_socket") : nil,
            isSlackSocketOpen: row.flag("slack_socket_is_open"))
    }

    package func jobs() throws -> [JobRecord] {
        try rows("job", "SELECT * FROM job ORDER BY name").map {
            try JobRecord(
                name: $0.text("name"), lastRunAt: $0.optionalInstant("last_run_at"),
                nextRunAt: $0.optionalInstant("next_run_at"))
        }
    }

    package func sampling() throws -> SamplingStats? {
        try rows("sampling_stats", "SELECT * FROM sampling_stats ORDER BY recorded_at DESC LIMIT 1").first.map {
            let reasons = try ($0.json("keep_reasons").members ?? []).map { member in
                SamplingStats.Reason(name: member.name, count: member.value.int ?? 0)
            }
            return try SamplingStats(
                recordedAt: $0.instant("recorded_at"), total: $0.integer("total_traces"),
                kept: $0.integer("sampled_traces"), dropped: $0.integer("dropped_traces"),
                reasons: reasons.sorted { ($1.count, $0.name) < ($0.count, $1.name) })
        }
    }
}

/// When a job of the scheduler ran and will run.
package struct JobRecord: Hashable, Sendable, Identifiable {
    package var id: String { name }
    package var name: String
    package var lastRunAt: Instant?
    package var nextRunAt: Instant?

    package init(name: String, lastRunAt: Instant?, nextRunAt: Instant?) {
        (self.name, self.lastRunAt, self.nextRunAt) = (name, lastRunAt, nextRunAt)
    }
}
