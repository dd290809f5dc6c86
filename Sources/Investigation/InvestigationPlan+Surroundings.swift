import Basics
import OnCallModel

/// The statements about other events. Their sources are optional.
extension InvestigationPlan {
    static func surroundings(_ finding: Finding, scope: InvestigationScope, now: Instant) -> [InvestigationQuery] {
        var queries: [InvestigationQuery] = []
        if let owner = scope.owner, let repository = scope.repository {
            queries += [
                deploys(finding, owner: owner, repository: repository, now: now),
                gitHubReleases(owner: owner, repository: repository),
            ]
        }
        return queries + [
            sentryReleases, monitors, pages(finding, now: now), prompts(finding), promptShares(finding, now: now),
            releaseShares(finding, now: now), names(finding),
        ]
    }

    private static func optional(_ step: InvestigationStep, _ sql: String, _ parameters: [Value] = [])
        -> InvestigationQuery
    {
        InvestigationQuery(step: step, sql: sql, parameters: parameters, isOptional: true)
    }

    // MARK: changes

    private static func deploys(
        _ finding: Finding, owner: String, repository: String, now: Instant
    ) -> InvestigationQuery {
        optional(
            .deploys,
            """
            SELECT id, sha, ref, environment, creator__login, created_at, url FROM github.deployments \
            WHERE owner = ? AND repo = ? AND created_at >= ? AND created_at <= ? ORDER BY created_at DESC LIMIT 100
            """, [.text(owner), .text(repository), Value(finding.onset - lookback), Value(now)])
    }

    /// One page: GitHub lists releases by creation time and has no time filter.
    private static func gitHubReleases(owner: String, repository: String) -> InvestigationQuery {
        optional(
            .releases(source: "github"),
            """
            SELECT tag_name, target_commitish, draft, created_at, published_at, html_url FROM github.releases \
            WHERE owner = ? AND repo = ? LIMIT 50
            """, [.text(owner), .text(repository)])
    }

    private static var sentryReleases: InvestigationQuery {
        optional(
            .releases(source: "sentry"),
            """
            SELECT version, date_created, date_released, last_deploy__date_finished, last_commit, ref, url \
            FROM sentry.releases LIMIT 50
            """)
    }

    /// The prompts that were changed in the week before the onset, from the start of a day on: incidents of one day make one request.
    private static func prompts(_ finding: Finding) -> InvestigationQuery {
        optional(
            .prompts,
            """
            SELECT name, versions, labels, last_updated_at FROM langfuse.prompts WHERE from_updated_at = ? LIMIT 100
            """, [.text((finding.onset - lookback).floored(to: .days(1)).iso8601)])
    }

    // MARK: alerts

    private static var monitors: InvestigationQuery {
        optional(
            .monitors,
            """
            SELECT id, name, status, monitor_query, tags, last_triggered FROM datadog.search_monitors \
            WHERE query = ? LIMIT 100
            """, [.text("status:alert")])
    }

    private static func pages(_ finding: Finding, now: Instant) -> InvestigationQuery {
        optional(
            .pages,
            """
            SELECT id, incident_number, title, status, created_at, resolved_at, service__summary, incident_key, html_url \
            FROM pagerduty.incidents WHERE created_at >= ? AND created_at <= ? ORDER BY created_at LIMIT 100
            """, [Value(finding.onset - .hours(1)), Value(now)])
    }

    // MARK: events of issues

    /// The finding's own issue, then those that are new since the onset, by number of events.
    static func issues(worthReading file: CaseFile) -> [ErrorFact] {
        let (own, since) = (CorrelationKeys(file).issues, file.finding.onset - .hours(1))
        let wanted = file.errors.filter { !$0.id.isEmpty && (own.contains($0.id) || $0.firstSeen >= since) }
        return Array(
            wanted.sorted { left, right in
                if own.contains(left.id) != own.contains(right.id) { return own.contains(left.id) }
                return (left.count, right.id) > (right.count, left.id)
            }.prefix(maxIssues))
    }

    /// One page, latest first: with any other condition the API gets no limit.
    static func events(of issue: ErrorFact) -> InvestigationQuery {
        optional(
            .events(issue: issue.id),
            """
            SELECT id, timestamp, trace_id, release, environment, location FROM sentry.events \
            WHERE issue_id = ? LIMIT 100
            """, [.text(issue.id)])
    }

    // MARK: contrasts and traces, from the mirror

    private static func promptShares(_ finding: Finding, now: Instant) -> InvestigationQuery {
        let (condition, names) = named(finding, columns: ["name"])
        return optional(
            .shares(.promptVersion),
            """
            SELECT prompt_name, prompt_version, SUM(observations) AS calls, SUM(errors) AS failed, \
            MIN(hour) AS first_at, MAX(hour) AS last_at FROM langfuse.observations_hourly \
            WHERE hour >= ? AND hour <= ? AND prompt_name IS NOT NULL AND prompt_version IS NOT NULL\(condition) \
            GROUP BY prompt_name, prompt_version ORDER BY first_at DESC LIMIT 50
            """, [Value((finding.onset - lookback).startOfHour), Value(now.startOfHour)] + names)
    }

    /// Three hours before the onset and two after it are enough to compare two releases.
    private static func releaseShares(_ finding: Finding, now: Instant) -> InvestigationQuery {
        let (condition, names) = named(finding, columns: ["name", "trace_name"])
        return optional(
            .shares(.release),
            """
            SELECT release, COUNT(*) AS calls, SUM(CASE WHEN level = 'ERROR' THEN 1 ELSE 0 END) AS failed, \
            MIN(start_time) AS first_at, MAX(start_time) AS last_at FROM langfuse.observations \
            WHERE start_time >= ? AND start_time <= ? AND release IS NOT NULL\(condition) \
            GROUP BY release ORDER BY first_at DESC LIMIT 50
            """, [Value(finding.onset - .hours(3)), Value(min(now, finding.onset + .hours(2)))] + names)
    }

    private static func names(_ finding: Finding) -> InvestigationQuery {
        optional(
            .names,
            """
            SELECT name, SUM(observations) AS calls FROM langfuse.observations_hourly \
            WHERE hour >= ? AND hour <= ? AND name IS NOT NULL GROUP BY name ORDER BY calls DESC, name LIMIT 200
            """, [Value(finding.onset.startOfHour - .hours(24)), Value(finding.onset.startOfHour)])
    }

    static func costliest(_ finding: Finding, now: Instant) -> InvestigationQuery {
        let (condition, names) = named(finding, columns: ["name", "trace_name"])
        return optional(
            .costliest,
            """
            SELECT trace_id, SUM(CASE WHEN total_cost >= 0 AND total_cost < 100000 THEN total_cost ELSE 0 END) AS cost, \
            SUM(CASE WHEN level = 'ERROR' THEN 1 ELSE 0 END) AS failed FROM langfuse.observations \
            WHERE start_time >= ? AND start_time <= ?\(condition) \
            GROUP BY trace_id ORDER BY cost DESC, trace_id LIMIT 20
            """, [Value(finding.onset), Value(min(now, finding.onset + .hours(2)))] + names)
    }

    /// ` AND (name IN (?, ?) OR …)` for the failing features; empty if there are none.
    private static func named(_ finding: Finding, columns: [String]) -> (condition: String, names: [Value]) {
        let names = CorrelationKeys(finding).features.prefix(20).map(Value.text)
        guard !names.isEmpty else { return ("", []) }
        let marks = Array(repeating: "?", count: names.count).joined(separator: ", ")
        let parts = columns.map { "\($0) IN (\(marks))" }.joined(separator: " OR ")
        return (" AND (\(parts))", columns.flatMap { _ in names })
    }
}
