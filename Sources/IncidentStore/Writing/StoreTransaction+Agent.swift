package import Basics
package import OnCallModel

extension StoreTransaction {
    func enter(holder: String, pid: Int32, at now: Instant) throws {
        try run(
            """
            UPDATE agent_status SET holder = ?, pid = ?, acquired_at = ?, activity = '', listening = NULL
            """, [.text(holder), .integer(Int64(pid)), .init(now)])
    }

    func leave() throws {
        try run("UPDATE agent_status SET holder = NULL, pid = NULL, activity = '', listening = NULL")
    }

    /// What is being done now: "reading langfuse: 3 of 8 days"; empty when idle.
    package func setActivity(_ activity: String) throws {
        try run("UPDATE agent_status SET activity = ?1 WHERE activity <> ?1", [.text(activity)])
    }

    /// The address the loopback server listens on.
    package func setListening(_ address: String?) throws {
        try run("UPDATE agent_status SET listening = ?", [.init(address)])
    }

    package func recordCycle(at now: Instant, partial: Bool) throws {
        try run("UPDATE agent_status SET last_cycle_at = ?, last_cycle_partial = ?", [.init(now), .init(partial)])
    }

    package func setNextCycle(at next: Instant?) throws {
        try run("UPDATE agent_status SET next_cycle_at = ?1 WHERE next_cycle_at IS NOT ?1", [.init(next?.iso8601)])
    }

    package func saveJob(_ job: JobRecord) throws {
        try run(
            """
            INSERT INTO job (name, last_run_at, next_run_at) VALUES (?, ?, ?)
            ON CONFLICT (name) DO UPDATE SET last_run_at = excluded.last_run_at, next_run_at = excluded.next_run_at
            """, [.text(job.name), .init(job.lastRunAt?.iso8601), .init(job.nextRunAt?.iso8601)])
    }

    /// Shows the settings in force, in the given order, in place of those shown before.
    package func saveSettings(_ settings: [SettingItem]) throws {
        guard try snapshot.settings() != settings else { return }
        try run("DELETE FROM setting_value")
        for (position, item) in settings.enumerated() {
            try run(
                "INSERT INTO setting_value (key, position, value, refusal) VALUES (?, ?, ?, ?)",
                [.text(item.key), .init(position), .text(item.value), .text(item.refusal)])
        }
    }

    /// Answers an intent with a sentence for whoever asked. False where it was answered before.
    package func handle(intent id: Int64, outcome: String, at now: Instant) throws -> Bool {
        try run(
            "UPDATE intent SET handled_at = ?, outcome = ? WHERE id = ? AND handled_at IS NULL",
            [.init(now), .text(outcome), .integer(id)]) == 1
    }

    /// Answers the intents that this program does not understand, so that nobody waits for them.
    package func refuseUnreadableIntents(at now: Instant) throws {
        for row in try snapshot.unanswered() where try row.intent() == nil {
            _ = try handle(
                intent: row.id(), outcome: "This agent does not know what '\(row.text("kind"))' asks: update it.",
                at: now)
        }
    }

    /// Keeps the report of the latest cycle, as `sentinel scan` prints it.
    package func saveReport(_ report: JSONValue, at now: Instant) throws {
        try run(
            """
            INSERT INTO scan_report (id, at, report) VALUES (1, ?, ?)
            ON CONFLICT (id) DO UPDATE SET at = excluded.at, report = excluded.report
            """, [.init(now), .text(report.serialized)])
    }

    /// Forgets answered intents, sampling counts and traces from before `moment`. Incidents and acts are kept for good.
    package func prune(before moment: Instant) throws {
        try run("DELETE FROM intent WHERE handled_at < ?", [.init(moment)])
        try run("DELETE FROM sampling_stats WHERE recorded_at < ?", [.init(moment)])
        try run("DELETE FROM detector_memory WHERE updated_at < ?", [.init(moment)])
        try pruneTraces(before: moment)
    }
}
