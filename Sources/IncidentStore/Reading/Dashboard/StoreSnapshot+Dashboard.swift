package import Basics
import Digest
package import OnCallModel
import SQLiteKit

extension StoreQuery {
    /// The clock is used only to count the drift events of the last 24 hours.
    package static func dashboard(at clock: WallClock) -> Self where Answer == Dashboard {
        Self { try $0.dashboard(at: clock.now()) }
    }
}

extension StoreQuery where Answer == [UndeliveredNotice] {
    package static var undeliveredNotices: Self { Self { try $0.undeliveredNotices() } }
}

extension StoreSnapshot {
    package func dashboard(at now: Instant) throws -> Dashboard {
        let hours = try hours(latest: 24)
        var board = try Dashboard(
            openIncidents: count(Self.openIncidents),
            totalIncidents: count("SELECT count(*) FROM incident_reports"),
            spendPerHour: hours.last?.cost,
            baselinePerHour: hours.last.flatMap { try baseline(of: $0.hour) },
            projectedSixHours: CostForecast(self.hours(latest: 9 * 24))?.nextSixHours,
            activeLoops: count(
                "SELECT count(*) FROM loop_detections WHERE status IN ('active', 'killing', 'kill_failed')"),
            pendingApprovals: count("SELECT count(*) FROM approval_queue WHERE status = 'pending'"),
            driftEvents: count("SELECT count(*) FROM drift_events WHERE detected_at >= ?", [.init(now - .days(1))]),
            sources: sources(), detectors: detectors(), recent: incidents(limit: 8), sampling: sampling(),
            hours: hours)
        board.undelivered = try undeliveredNotices().count
        return board
    }

    /// SQLite would read the whole table, with its reports.
    static let openIncidents =
        "SELECT count(*) FROM incident_reports INDEXED BY incident_unresolved WHERE state <> 'resolved'"

    /// The latest complete hours that were recorded, oldest first.
    package func hours(latest count: Int) throws -> [HourFact] {
        try rows(
            "cost_baselines",
            "SELECT id, recorded_at, hourly_cost, generations FROM cost_baselines ORDER BY recorded_at DESC LIMIT ?",
            [.init(count)]
        ).reversed().map {
            try HourFact(
                hour: $0.instant("recorded_at"), cost: $0.real("hourly_cost"), generations: $0.integer("generations"))
        }
    }

    /// The mean of the same hour of day over the previous 7 days; nil until all seven are recorded.
    private func baseline(of hour: Instant) throws -> Double? {
        let same = (1...7).map { Value(hour - .days(Double($0))) }
        let result = try connection.query(
            "SELECT count(*), avg(hourly_cost) FROM cost_baselines WHERE recorded_at IN (?, ?, ?, ?, ?, ?, ?)", same)
        guard let row = result.rows.first, row[0] == .integer(7) else { return nil }
        return row[1].real
    }
}
