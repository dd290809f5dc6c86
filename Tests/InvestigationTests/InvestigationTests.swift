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

    @Test("every step is asked for either kind of finding, then the files of the commits", arguments: [true, false])
    func rounds(isLoop: Bool) {
        let finding = isLoop ? Stories.loop() : Stories.spike()
        var investigation = Investigation(finding, scope: scope, now: Stories.onset + .hours(1))
        guard case .queries(let first) = investigation.start() else {
            Issue.record("nothing asked")
            return
        }
        #expect(first.map(\.step) == [.hours, .errors, .commits, .messages])
        let step = investigation.receive(
            first.map { query in
                .rows(query.step == .commits ? Self.commits : RowSet(columns: []), isPartial: false)
            })
        guard case .queries(let second) = step else {
            Issue.record("no files asked")
            return
        }
        #expect(second.map(\.step) == [.files(sha: "d9c3e11"), .files(sha: "b0f3d44")])
        let files = RowSet(
            columns: ["filename", "additions", "deletions", "patch"],
            rows: [["src/a.py", 1, 1, "-max_tokens=500\n+max_tokens=4096"]])
        guard
            case .done(let file) = investigation.receive([.rows(files, isPartial: false), .failed("GitHub is down.")])
        else {
            Issue.record("not done")
            return
        }
        #expect(file.commits.first?.files.first?.path == "src/a.py")
        #expect(file.commits.first?.title == "feat: longer answers")
        #expect(file.gaps == ["GitHub is down."])
    }

    @Test("what is not set up or fails is a gap, and the rest goes on")
    func gaps() {
        var investigation = Investigation(Stories.spike(), scope: InvestigationScope(), now: Stories.onset)
        guard case .queries(let queries) = investigation.start() else {
            Issue.record("nothing asked")
            return
        }
        #expect(queries.map(\.step) == [.hours, .errors])
        guard case .done(let file) = investigation.receive(queries.map { .failed("\($0.step.source) is down.") })
        else {
            Issue.record("not done")
            return
        }
        #expect(file.gaps.count == 4)
    }

    @Test("no value stands in a statement: names are parameters")
    func parameters() {
        var investigation = Investigation(
            Stories.spike(), scope: InvestigationScope(owner: "o'; DROP", repository: "r", channel: "c"),
            now: Stories.onset)
        guard case .queries(let queries) = investigation.start() else { return }
        #expect(queries.allSatisfy { !$0.sql.contains("DROP") && !$0.sql.contains("2026") })
    }
}
