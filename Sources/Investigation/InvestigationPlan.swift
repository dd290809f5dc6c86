import Basics
import OnCallModel

/// The statements of an investigation.
enum InvestigationPlan {
    /// How far before the onset a cause is searched.
    static let lookback = Span.days(7)
    /// How many commits have their files read, how many issues their events, and how many traces are read in full.
    static let (maxCommits, maxIssues, maxTraces) = (8, 3, 3)

    static func firstRound(
        _ finding: Finding, scope: InvestigationScope, now: Instant, gaps: inout [String]
    ) -> [InvestigationQuery] {
        var queries = [hours(finding, now: now), errors(finding)]
        if let owner = scope.owner, let repository = scope.repository {
            queries.append(commits(finding, owner: owner, repository: repository, now: now))
        } else {
            gaps.append("GitHub was not queried: set GITHUB_OWNER and GITHUB_REPO.")
        }
        if let channel = scope.channel {
            queries.append(messages(finding, channel: channel, now: now))
        } else {
            gaps.append(scope.channelAbsence ?? "Slack was not queried: set SLACK_INCIDENTS_CHANNEL.")
        }
        return queries + surroundings(finding, scope: scope, now: now)
    }

    /// The statements that depend on the lists of the first round: diffs, events, and the costliest traces.
    static func secondRound(_ file: CaseFile, scope: InvestigationScope, now: Instant) -> [InvestigationQuery] {
        let issues = Self.issues(worthReading: file).map(events)
        let needsTraces = CorrelationKeys(file).traces.isEmpty
        return files(file, scope: scope) + issues + (needsTraces ? [costliest(file.finding, now: now)] : [])
    }

    static func thirdRound(traces: [String]) -> [InvestigationQuery] {
        traces.prefix(maxTraces).map(TraceReconstruction.query)
    }

    private static func files(_ file: CaseFile, scope: InvestigationScope) -> [InvestigationQuery] {
        guard let owner = scope.owner, let repository = scope.repository else { return [] }
        return Blame.worthReading(file).prefix(maxCommits).map { sha in
            InvestigationQuery(
                step: .files(sha: sha),
                sql: """
                    SELECT filename, additions, deletions, patch FROM github.commit_files \
                    WHERE owner = ? AND repo = ? AND ref = ?
                    """,
                parameters: [.text(owner), .text(repository), .text(sha)])
        }
    }

    /// The day before the onset and everything since, one row an hour.
    private static func hours(_ finding: Finding, now: Instant) -> InvestigationQuery {
        InvestigationQuery(
            step: .hours,
            sql: """
                SELECT hour, SUM(cost) AS cost, \
                SUM(CASE WHEN type = 'GENERATION' THEN observations ELSE 0 END) AS generations \
                FROM langfuse.observations_hourly WHERE hour >= ? AND hour <= ? GROUP BY hour ORDER BY hour
                """,
            parameters: [Value(finding.onset.startOfHour - .hours(24)), Value(now.startOfHour)])
    }

    /// Issues whose life overlaps the hour before the onset or the failure itself.
    private static func errors(_ finding: Finding) -> InvestigationQuery {
        InvestigationQuery(
            step: .errors,
            sql: """
                SELECT id, title, level, count, first_seen, last_seen, permalink, culprit, filename FROM sentry.issues \
                WHERE last_seen >= ? AND first_seen <= ? ORDER BY first_seen DESC LIMIT 50
                """,
            parameters: [Value(finding.onset - .hours(1)), Value(finding.lastSeen + .minutes(10))])
    }

    /// The commits of the week before the onset, and of the day after it, because one of them may revert the cause.
    private static func commits(
        _ finding: Finding, owner: String, repository: String, now: Instant
    ) -> InvestigationQuery {
        InvestigationQuery(
            step: .commits,
            sql: """
                SELECT sha, message, author_name, date, committed_date, html_url, parents FROM github.commits \
                WHERE owner = ? AND repo = ? AND committed_date >= ? AND committed_date <= ? \
                ORDER BY committed_date DESC LIMIT 200
                """,
            parameters: [
                .text(owner), .text(repository), Value(finding.onset - lookback),
                Value(max(min(now, finding.onset + .days(1)), finding.onset + .minutes(10))),
            ])
    }

    /// Messages from two hours before the onset until now.
    private static func messages(_ finding: Finding, channel: String, now: Instant) -> InvestigationQuery {
        InvestigationQuery(
            step: .messages,
            sql: """
                SELECT user_id, text, time, blocks, metadata FROM slack.messages \
                WHERE channel = ? AND oldest = ? AND latest = ? AND include_all_metadata = 'true' ORDER BY time LIMIT 50
                """,
            parameters: [.text(channel), epoch(finding.onset - .hours(2)), epoch(now + .seconds(1))])
    }

    /// Whole seconds since 1970 as text, the form of Slack's filters.
    private static func epoch(_ instant: Instant) -> Value { .text(String(instant.milliseconds / 1000)) }
}
