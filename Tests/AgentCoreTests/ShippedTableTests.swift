import Basics
import Sandbox
import SourceEngine
import SourceSpec
import TestSupport
import Testing

@Suite("Tables of the shipped sources over the demo's providers")
struct ShippedTableTests {
    private let stage: Stage

    init() throws { stage = try Stage() }

    /// Those with a simulated provider. For the others their samples are enough.
    private static let sources = SourceCatalog.load(
        directory: "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/sources"
    ).specs.filter { Sandbox.sources.contains($0.name) }

    private static func isBare(_ table: TableSpec) -> Bool { !table.filters.contains(where: \.isRequired) }

    /// The number of rows. An error is recorded as an issue, so that the next statement is still run.
    private func count(_ sql: String) async -> Int? {
        do {
            let result = try await stage.query(sql)
            let faults = result.sources.filter(\.state.isIncomplete).compactMap(\.message)
            #expect(faults.isEmpty, "\(sql)")
            return result.rows.count
        } catch {
            Issue.record("\(sql): \(error)")
            return nil
        }
    }

    @Test("a table without required filters returns rows")
    func bare() async {
        for spec in Self.sources {
            for table in spec.tables where Self.isBare(table) {
                let rows = await count("SELECT * FROM \(spec.name).\(table.name) LIMIT 3")
                #expect(rows.map { (1...3).contains($0) } ?? true, "\(spec.name).\(table.name)")
            }
        }
    }

    @Test("a table with required filters returns rows for a value of the demo")
    func bound() async {
        for (table, sql) in Self.statements.sorted(by: { $0.key < $1.key }) {
            let rows = await count(sql)
            #expect(rows != 0, "\(table)")
        }
    }

    @Test("every table with required filters has a statement here")
    func complete() {
        let needing = Self.sources.flatMap { spec in
            spec.tables.filter { !Self.isBare($0) }.map { "\(spec.name).\($0.name)" }
                + spec.functions.map { "\(spec.name).\($0.name)" }
        }
        #expect(Set(needing) == Set(Self.statements.keys).union(Self.empty.keys))
    }

    @Test("a table that the demo has no rows for returns none, without an error")
    func withoutRows() async {
        for (table, sql) in Self.empty {
            let rows = await count(sql)
            #expect(rows == 0, "\(table)")
        }
    }

    @Test("one statement joins all sources of the cost spike")
    func story() async throws {
        let result = try await stage.query(
            """
            SELECT p.number, d.id AS deployment, r.version, i.title, g.id AS page, l.identifier, s.text
            FROM github.deployments d
            JOIN github.pulls p ON p.owner = d.owner AND p.repo = d.repo AND p.commit_sha = d.sha
            JOIN sentry.releases r ON r.last_commit = d.sha
            JOIN sentry.issues i ON i.first_seen >= r.date_released
            JOIN pagerduty.incidents g ON g.created_at > i.first_seen
            JOIN linear.issues l ON l.description LIKE '%' || g.html_url || '%'
            JOIN slack.messages s ON s.channel = 'C0DEPLOYS' AND s.text LIKE '%' || d.ref || '%'
            WHERE d.owner = 'acme' AND d.repo = 'assistant' AND i.level = 'error'
            """)
        #expect(result.rows.count == 1)
        let row = try #require(result.rows.records.first)
        #expect(row["number"].integer == 412)
        #expect(row["version"].text == "assistant@2.31.0")
        #expect(row["identifier"].text == "AST-214")
    }

    @Test("an issue's events name the traces that failed")
    func traces() async throws {
        let result = try await stage.query(
            """
            SELECT count(DISTINCT o.trace_id) AS traces, min(o.level) AS level
            FROM sentry.issues i JOIN sentry.events e ON e.issue_id = i.id
            JOIN langfuse.observations o ON o.trace_id = e.trace_id
            WHERE i.title LIKE 'RateLimitError%'
            """)
        let row = try #require(result.rows.records.first)
        #expect((row["traces"].integer ?? 0) > 20)
        #expect(row["level"].text == "ERROR")
    }

    // MARK: statements

    private static let repository = "owner = 'acme' AND repo = 'assistant'"

    /// One more table of GitHub's, beside a list that names what it needs.
    private static func gitHub(_ table: String, of list: String, _ needed: String, _ value: String) -> String {
        """
        SELECT t.* FROM github.\(list) l
        JOIN github.\(table) t ON t.owner = l.owner AND t.repo = l.repo AND t.\(needed) = l.\(value)
        WHERE l.\(repository.replacing("repo =", with: "l.repo ="))
        """
    }

    private static func ofPage(_ table: String) -> String {
        "SELECT t.* FROM pagerduty.incidents i JOIN pagerduty.\(table) t ON t.id = i.id"
    }

    private static func repository(_ table: String, and condition: String = "1") -> String {
        "SELECT * FROM github.\(table) WHERE \(repository) AND \(condition)"
    }

    private static let statements = [
        "sentry.events": "SELECT e.* FROM sentry.issues i JOIN sentry.events e ON e.issue_id = i.id",
        "sentry.issue_tags": "SELECT t.* FROM sentry.issues i JOIN sentry.issue_tags t ON t.issue_id = i.id",
        "sentry.issue_participants":
            "SELECT p.* FROM sentry.issues i JOIN sentry.issue_participants p ON p.issue_id = i.id",
        "sentry.project_events": "SELECT e.* FROM sentry.projects p JOIN sentry.project_events e ON e.project = p.slug",
        "sentry.deployments": "SELECT d.* FROM sentry.releases r JOIN sentry.deployments d ON d.version = r.version",
        "sentry.release_files":
            "SELECT f.* FROM sentry.releases r JOIN sentry.release_files f ON f.version = r.version",
        "github.commits": repository("commits"), "github.pulls": repository("pulls"),
        "github.issues": repository("issues", and: "state = 'closed'"),
        "github.repo_issue_comments": repository("repo_issue_comments"),
        "github.repo_pull_comments": repository("repo_pull_comments"),
        "github.deployments": repository("deployments"), "github.releases": repository("releases"),
        "github.repo_tags": repository("repo_tags"), "github.repo_branches": repository("repo_branches"),
        "github.workflows": repository("workflows"), "github.repo_action_runs": repository("repo_action_runs"),
        "github.compare": repository("compare", and: "base = 'v2.30.4' AND head = 'v2.31.0'"),
        "github.compare_files": repository("compare_files", and: "base = 'v2.30.4' AND head = 'main'"),
        "github.commit_files": gitHub("commit_files", of: "commits", "ref", "sha"),
        "github.commit_pulls": gitHub("commit_pulls", of: "commits", "commit_sha", "sha"),
        "github.pull_files": gitHub("pull_files", of: "pulls", "pull_number", "number"),
        "github.files": gitHub("files", of: "pulls", "pull_number", "number"),
        "github.reviews": gitHub("reviews", of: "pulls", "pull_number", "number"),
        "github.issue_comments": gitHub("issue_comments", of: "issues", "issue_number", "number"),
        "github.deployment_statuses": gitHub("deployment_statuses", of: "deployments", "deployment_id", "id"),
        "github.jobs": gitHub("jobs", of: "repo_action_runs", "run_id", "id"),
        "github.check_runs": gitHub("check_runs", of: "repo_tags", "ref", "name"),
        "github.search_issues":
            "SELECT * FROM github.search_issues(q => 'repo:acme/assistant is:pr is:merged retry')",
        "github.search_commits": "SELECT * FROM github.search_commits(q => 'author:alice longer')",
        "github.search_code": "SELECT * FROM github.search_code(q => 'max_retries extension:py')",
        "github.search_repositories": "SELECT * FROM github.search_repositories(q => 'assistant')",
        "slack.messages": "SELECT m.* FROM slack.channels c JOIN slack.messages m ON m.channel = c.id",
        "slack.thread_replies":
            """
        SELECT r.* FROM slack.messages m
        JOIN slack.thread_replies r ON r.channel = m.channel AND r.thread_ts = m.thread_ts
        WHERE m.channel = 'C0INCIDENTS' AND m.reply_count > 0
        """,
        "slack.channel_messages": "SELECT * FROM slack.channel_messages(channel => 'C0INCIDENTS')",
        "datadog.logs":
            """
        SELECT * FROM datadog.logs WHERE timestamp >= now() - INTERVAL '1 hour' AND service = 'support-bot'
            AND query = 'status:error'
        """,
        "datadog.spans":
            "SELECT * FROM datadog.spans WHERE time >= now() - INTERVAL '10 minutes' AND service = 'support-bot'",
        "datadog.metrics":
            """
        SELECT * FROM datadog.metrics WHERE time >= now() - INTERVAL '1 hour'
            AND query = 'sum:llm.cost.usd{*} by {service}'
        """,
        "datadog.events": "SELECT * FROM datadog.events WHERE time >= now() - INTERVAL '3 hours'",
        "datadog.search_monitors": "SELECT * FROM datadog.search_monitors WHERE query = 'status:alert'",
        "datadog.search_incidents":
            "SELECT * FROM datadog.search_incidents WHERE query = 'state:(stable OR resolved)'",
        "datadog.search_metrics": "SELECT * FROM datadog.search_metrics WHERE query = 'llm'",
        "datadog.apm_dependencies":
            "SELECT d.* FROM datadog.services s JOIN datadog.apm_dependencies d ON d.service = s.name",
        "pagerduty.incident": ofPage("incident"), "pagerduty.incident_alerts": ofPage("incident_alerts"),
        "pagerduty.notes": "SELECT * FROM pagerduty.notes WHERE id = 'Q0OLD4702'",
        "pagerduty.analytic_raw_incidents": ofPage("analytic_raw_incidents"),
        "pagerduty.past_incidents": ofPage("past_incidents"),
        "pagerduty.related_change_events": "SELECT * FROM pagerduty.related_change_events WHERE id = 'Q0SPIKE4711'",
        "pagerduty.service": "SELECT s.* FROM pagerduty.services l JOIN pagerduty.service s ON s.id = l.id",
        "linear.issue_comments":
            "SELECT c.* FROM linear.issues i JOIN linear.issue_comments c ON c.issue = i.identifier",
        "linear.team_issues": "SELECT i.* FROM linear.teams t JOIN linear.team_issues i ON i.team_id = t.id",
        "linear.project_milestones":
            "SELECT m.* FROM linear.projects p JOIN linear.project_milestones m ON m.project_id = p.id",
        "linear.project_updates":
            "SELECT u.* FROM linear.projects p JOIN linear.project_updates u ON u.project_id = p.id",
        "langfuse.prompt_versions":
            "SELECT v.* FROM langfuse.prompts p JOIN langfuse.prompt_versions v ON v.name = p.name",
    ]

    /// No incident of the story is related to another.
    private static let empty = ["pagerduty.related_incidents": ofPage("related_incidents")]
}
