import Basics
import Investigation
import OnCallModel
import Testing

@Suite("The investigation")
struct InvestigationTests {
    let scope = InvestigationScope(owner: "acme", repository: "app", channel: "C01")

    private static let commits = RowSet(
        columns: ["sha", "message", "author_name", "date", "html_url"],
        rows: [
            ["d9c3e11", "feat: longer answers\n\nBody", "alice", "2026-11-23T22:00:00.000Z", "https://x"],
            ["b0f3d44", "fix: typo in README", "bob", "2026-11-24T02:50:00.000Z", .null],
        ])

    /// Answers a round, and gives the next one back; nil when it is over.
    private func next(
        _ investigation: inout Investigation, _ queries: [InvestigationQuery],
        _ answer: (InvestigationStep) -> InvestigationAnswer
    ) -> Investigation.Step {
        investigation.receive(queries.map { answer($0.step) })
    }

    private static let nothing = InvestigationAnswer.rows(RowSet(columns: []), isPartial: false)

    @Test("lists come first, then diffs, events and the costliest traces, then traces", arguments: [true, false])
    func rounds(isLoop: Bool) throws {
        let finding = isLoop ? Stories.loop() : Stories.spike()
        var investigation = Investigation(finding, scope: scope, now: Stories.onset + .hours(1))
        guard case .queries(let first) = investigation.start() else { throw Unexpected() }
        #expect(
            first.map(\.step) == [
                .hours, .errors, .commits, .messages, .deploys, .releases(source: "github"),
                .releases(source: "sentry"), .monitors, .pages, .prompts, .shares(.promptVersion), .shares(.release),
                .names,
            ])
        let issue = RowSet(
            columns: ["id", "title", "count", "first_seen", "last_seen"],
            rows: [
                ["44", "New", 9, Value(Stories.onset), Value(Stories.onset)],
                ["12", "Old", 900, Value(Stories.onset - .days(9)), Value(Stories.onset)],
            ])
        let second = next(&investigation, first) { step in
            switch step {
            case .commits: .rows(Self.commits, isPartial: false)
            case .errors: .rows(issue, isPartial: false)
            default: Self.nothing
            }
        }
        guard case .queries(let queries) = second else { throw Unexpected() }
        let wanted: [InvestigationStep] = [.files(sha: "d9c3e11"), .files(sha: "b0f3d44"), .events(issue: "44")]
        #expect(queries.map(\.step) == wanted + (isLoop ? [] : [.costliest]))
        let files = RowSet(
            columns: ["filename", "additions", "deletions", "patch"],
            rows: [["src/a.py", 1, 1, "-max_tokens=500\n+max_tokens=4096"]])
        let costliest = RowSet(
            columns: ["trace_id", "cost", "failed"],
            rows: [["t1", 3, 0], ["t2", 2, 0], ["t3", 1, 0], ["t4", 0.5, 1]])
        let third = next(&investigation, queries) { step in
            switch step {
            case .files(let sha): sha == "d9c3e11" ? .rows(files, isPartial: false) : .failed("GitHub is down.")
            case .costliest: .rows(costliest, isPartial: false)
            default: Self.nothing
            }
        }
        guard case .queries(let traces) = third else { throw Unexpected() }
        #expect(traces.map(\.step) == (isLoop ? [.trace("a3f9d21b")] : [.trace("t1"), .trace("t2"), .trace("t4")]))
        guard case .done(let file) = next(&investigation, traces, { _ in Self.nothing }) else { throw Unexpected() }
        #expect(file.commits.first?.files.first?.path == "src/a.py")
        #expect(file.commits.first?.title == "feat: longer answers")
        #expect(file.gaps == ["GitHub is down."])
    }

    @Test("missing settings and failed statements are gaps and stop nothing; a missing optional source is no gap")
    func gaps() throws {
        var investigation = Investigation(Stories.spike(), scope: InvestigationScope(), now: Stories.onset)
        guard case .queries(let queries) = investigation.start() else { throw Unexpected() }
        let second = investigation.receive(
            queries.map { query in
                switch query.step {
                case .monitors, .releases: .absent
                default: .failed("\(query.sql.split(separator: "FROM ")[1].prefix { $0 != "." }) is down.")
                }
            })
        guard case .queries(let rest) = second, case .done(let file) = investigation.receive(rest.map { _ in .absent })
        else { throw Unexpected() }
        #expect(
            file.gaps == [
                "GitHub was not queried: set GITHUB_OWNER and GITHUB_REPO.",
                "Slack was not queried: set SLACK_INCIDENTS_CHANNEL.", "langfuse is down.", "sentry is down.",
                "pagerduty is down.",
            ])
    }

    private struct Unexpected: Error {}

    @Test("statements contain no values: names are parameters")
    func parameters() {
        var investigation = Investigation(
            Stories.spike(), scope: InvestigationScope(owner: "o'; DROP", repository: "r", channel: "c"),
            now: Stories.onset)
        guard case .queries(let queries) = investigation.start() else { return }
        #expect(queries.allSatisfy { !$0.sql.contains("DROP") && !$0.sql.contains("2026") })
    }
}
