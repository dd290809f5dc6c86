package import Basics
package import Digest
package import OnCallModel
package import SourceEngine

/// Reads how fast the budgets of the settings are used.
package struct BudgetReader: Sendable {
    private let costs: CostReader

    package init(engine: SourceEngine, limits: QueryLimits) {
        costs = CostReader(engine: engine, limits: limits)
    }

    /// `hours` are the recorded costs of the project.
    package func paces(_ settings: Settings, _ hours: [HourFact], at now: Instant) async -> Reading<[BudgetPace]> {
        let calendar = LocalCalendar(ZoneInfo(named: settings.digestZone) ?? .utc)
        var (paces, gaps): ([BudgetPace], [String]) = ([], [])
        for group in Self.groups(settings.budgets) {
            let period = group[0].period(at: now, in: calendar)
            do throws(QueryError) {
                let spent = try await spending(group, since: period.from, until: now, &gaps)
                let earliest = try await earliest(group[0], hours, since: period.from, &gaps)
                paces += group.map { budget in
                    let recorded = budget.scope == .project ? Self.sum(hours, since: period.from) : 0
                    return BudgetPace(
                        budget: budget, spent: max(spent[budget.name] ?? 0, recorded), from: period.from,
                        until: period.until, now: now,
                        knownSince: earliest.flatMap { $0 > period.from + .hours(24) ? $0 : nil })
                }
            } catch {
                let names = group.map(\.title).joined(separator: ", ")
                gaps.append("Budgets of \(names) could not be checked: \(error.description)")
            }
        }
        return .read(paces, gaps: gaps)
    }

    /// Budgets of one scope and period are read together.
    private static func groups(_ budgets: [Budget]) -> [[Budget]] {
        Budget.Scope.allCases.flatMap { scope in
            Budget.Period.allCases.map { period in budgets.filter { $0.scope == scope && $0.period == period } }
        }.filter { !$0.isEmpty }
    }

    private static func sum(_ hours: [HourFact], since start: Instant) -> Double {
        hours.reduce(0) { $1.hour >= start && $1.cost.isFinite ? $0 + $1.cost : $0 }
    }

    /// What each name has cost; the whole project has the empty name.
    private func spending(
        _ group: [Budget], since start: Instant, until now: Instant, _ gaps: inout [String]
    ) async throws(QueryError) -> [String: Double] {
        let names = group.map(\.name)
        let marks = names.map { _ in "?" }.joined(separator: ", ")
        let hourly = "SUM(cost) AS cost FROM langfuse.observations_hourly WHERE hour >= ? AND hour < ? AND cost > 0"
        let bounds = [Value(start.startOfHour), Value(now)]
        let sql: String
        switch group[0].scope {
        case .project: sql = "SELECT '' AS name, \(hourly)"
        case .feature: sql = "SELECT name, \(hourly) AND name IN (\(marks)) GROUP BY 1"
        case .model: sql = "SELECT model AS name, \(hourly) AND model IN (\(marks)) GROUP BY 1"
        case .user:
            sql =
                "SELECT user_id AS name, SUM(total_cost) AS cost FROM langfuse.observations WHERE start_time >= ? "
                + "AND start_time < ? AND COALESCE(is_wrapper, 0) = 0 AND total_cost > 0 AND total_cost < 100000 "
                + "AND user_id IN (\(marks)) GROUP BY 1"
        }
        let parameters = group[0].scope == .project ? bounds : bounds + names.map(Value.text)
        let rows = try await costs.rows(sql, parameters, since: start, &gaps)
        return Dictionary(
            rows.records.map { ($0["name"].text ?? "", $0["cost"].real ?? 0) }, uniquingKeysWith: { $1 })
    }

    private func earliest(
        _ budget: Budget, _ hours: [HourFact], since start: Instant, _ gaps: inout [String]
    ) async throws(QueryError) -> Instant? {
        let read = try await costs.earliest(of: budget.scope == .user ? .user : .feature, since: start, &gaps)
        guard budget.scope == .project, let recorded = hours.first(where: { $0.hour >= start })?.hour else {
            return read
        }
        return min(recorded, read ?? recorded)
    }
}
