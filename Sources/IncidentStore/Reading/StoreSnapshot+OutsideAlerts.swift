package import Basics
package import OnCallModel

extension StoreSnapshot {
    /// The alerts of other systems, latest first.
    package func outsideAlerts(limit: Int) throws -> [OutsideAlert] {
        try alerts("ORDER BY starts_at DESC, id DESC LIMIT ?", [.init(limit)])
    }

    /// The alerts that fired at some moment between the two, in the order of their starts: the latest 20.
    package func outsideAlerts(from: Instant, to: Instant) throws -> [OutsideAlert] {
        try alerts(
            "WHERE starts_at <= ?2 AND coalesce(ends_at, ?2) >= ?1 ORDER BY starts_at DESC, id DESC LIMIT 20",
            [.init(from), .init(to)]
        ).reversed()
    }

    private func alerts(_ condition: String, _ bindings: [Value]) throws -> [OutsideAlert] {
        try rows("outside_alert", "SELECT * FROM outside_alert \(condition)", bindings).map { row in
            try OutsideAlert(
                source: row.choice("source"), key: row.text("alert_key"), title: row.text("title"),
                severity: row.choice("severity"),
                labels: (row.json("labels").members ?? []).map { .init($0.name, $0.value.string ?? "") },
                startsAt: row.instant("starts_at"), endsAt: row.optionalInstant("ends_at"),
                reportedAt: row.instant("reported_at"))
        }
    }
}
