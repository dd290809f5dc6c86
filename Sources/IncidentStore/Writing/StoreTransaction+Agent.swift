package import Basics
package import OnCallModel

extension StoreTransaction {
    func enter(holder: String, pid: Int32, at now: Instant) throws {
        try run(
            "UPDATE agent_status SET holder = ?, pid = ?, acquired_at = ?, activity = '', listening = NULL, slack_socket = NULL",
            [.text(holder), .integer(Int64(pid)), .init(now)])
        // What an earlier agent's model did not finish.
        try run("DELETE FROM narration_draft")
    }

    func leave() throws {
        try run(
            "UPDATE agent_status SET holder = NULL, pid = NULL, activity = '', listening = NULL, slack_socket = NULL")
    }

    /// What is being done now: "reading langfuse: 3 of 8 days"; empty when idle.
    package func setActivity(_ activity: String) throws {
        try run("UPDATE agent_status SET activity = ?1 WHERE activity <> ?1", [.text(activity)])
    }

    /// The address the loopback server listens on.
    package func setListening(_ address: String?) throws {
        try run("UPDATE agent_status SET listening = ?", [.init(address)])
    }

    /// The state of Slack's socket, as a sentence.
    package func setSlackSocket(_ sentence: String, isOpen: Bool) throws {
        try run(
            "UPDATE agent_status SET slack_socket = ?, slack_socket_is_open = ?", [.text(sentence), .init(isOpen)])
    }

    /// Whether the agent's environment freezes actions.
    package func setFrozenByEnvironment(_ isFrozen: Bool) throws {
        try run("UPDATE agent_status SET frozen_by_environment = ?", [.init(isFrozen)])
    }

    package func recordCycle(at now: Instant, partial: Bool) throws {
        try run(
            """
            UPDATE agent_status SET last_cycle_at = ?1, last_cycle_partial = ?2,
                watching_since = coalesce(watching_since, ?1)
            """, [.init(now), .init(partial)])
    }

    package func setNextCycle(at next: Instant?) throws {
        try run("UPDATE agent_status SET next_cycle_at = ?1 WHERE next_cycle_at IS NOT ?1", [.init(next)])
    }

    package func saveJob(_ job: JobRecord) throws {
        try insert(
            into: "job",
            ["name": .text(job.name), "last_run_at": .init(job.lastRunAt), "next_run_at": .init(job.nextRunAt)],
            on: .replace("name"))
    }

    /// Replaces the stored settings by those in force, in the given order.
    package func saveSettings(_ settings: [SettingItem]) throws {
        guard try snapshot.settings() != settings else { return }
        try run("DELETE FROM setting_value")
        for (position, item) in settings.enumerated() {
            try insert(
                into: "setting_value",
                [
                    "key": .text(item.key), "position": .init(position), "value": .text(item.value),
                    "refusal": .text(item.refusal),
                ])
        }
    }

    /// Answers the person who asked. False if the intent was answered before.
    package func handle(intent id: Int64, answer: IntentAnswer, at now: Instant) throws -> Bool {
        try run(
            "UPDATE intent SET handled_at = ?, outcome = ?, is_refused = ? WHERE id = ? AND handled_at IS NULL",
            [.init(now), .text(answer.text), .init(answer.isRefused), .integer(id)]) == 1
    }

    /// Answers the intents of kinds that this program does not know, so that the person who asked does not wait.
    package func refuseUnreadableIntents(at now: Instant) throws {
        for row in try snapshot.unanswered() where try row.intent() == nil {
            _ = try handle(
                intent: row.id(),
                answer: .refused("This agent does not know the request \"\(row.text("kind"))\". Update the agent."),
                at: now)
        }
    }

    /// Keeps the report of the latest cycle, as `sentinel scan` prints it.
    package func saveReport(_ report: JSONValue, at now: Instant) throws {
        try insert(
            into: "scan_report", ["id": 1, "at": .init(now), "report": .text(report.serialized)], on: .replace("id"))
    }

    /// Deletes answered intents, sampling counts, traces, alerts of other systems and detectors' memory from before `moment`. Incidents and acts are kept
    /// forever.
    package func prune(before moment: Instant) throws {
        try run("DELETE FROM intent WHERE handled_at < ?", [.init(moment)])
        try run("DELETE FROM sampling_stats WHERE recorded_at < ?", [.init(moment)])
        try run("DELETE FROM detector_memory WHERE updated_at < ?", [.init(moment)])
        try run("DELETE FROM outside_alert WHERE received_at < ?", [.init(moment)])
        try pruneTraces(before: moment)
    }
}
