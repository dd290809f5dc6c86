import Basics
import Investigation
import OnCallModel
import Risk
import Testing

@Suite("The scores of a change")
struct RiskScoreTests {
    static let start = Instant(iso8601: "2026-11-01T00:00:00Z") ?? Instant(milliseconds: 0)

    static func change(
        _ sha: String, day: Double, _ files: [String], added: Int = 10, isFix: Bool = false, cost: Double? = nil,
        errors: Int? = nil
    ) -> CodeChange {
        CodeChange(
            sha: sha, at: start + .days(day), title: sha, files: files.map { .init($0, added: added, removed: 0) },
            isFix: isFix, costDelta: cost, errorDelta: errors)
    }

    @Test("the original score is errors × 4 and cost × 10, the cost at most 50, all at most 100")
    func original() {
        #expect(RiskScore.original(errors: 0, cost: 0) == 0)
        #expect(RiskScore.original(errors: 1, cost: 0.5) == 9)
        #expect(RiskScore.original(errors: 0, cost: 100) == 50)
        #expect(RiskScore.original(errors: 13, cost: 5) == 100)
        #expect(RiskScore.original(errors: Int.max, cost: .infinity) == 100)
        #expect(RiskScore.original(errors: -3, cost: .nan) == 0)
    }

    @Test("an earlier change counts once, however many of the files it touched")
    func once() {
        let history = ChangeHistory([Self.change("a", day: 0, ["x", "y", "z"], cost: 1.5, errors: 3)])
        let features = history.features(of: Self.change("b", day: 1, ["x", "y", "z"]))
        #expect(features.errors == 3 && features.cost == 1.5 && features.priorChanges == 1)
        #expect(RiskScore.original(features) == 27)
    }

    @Test("a renamed file keeps its past")
    func renames() {
        var history = ChangeHistory([Self.change("a", day: 0, ["old.py"], isFix: true, errors: 2)])
        var rename = Self.change("b", day: 1, [])
        rename.files = [.init("new.py", previousPath: "old.py", added: 1, removed: 0)]
        #expect(history.features(of: rename).errors == 2, "the pull request itself renames it")
        history.add(rename)
        #expect(history.features(of: Self.change("c", day: 2, ["new.py"])).priorChanges == 2)
        #expect(history.features(of: Self.change("c", day: 2, ["old.py"])).priorChanges == 0)
    }

    @Test("a fix counts less the older it is")
    func decay() {
        let history = ChangeHistory([Self.change("a", day: 0, ["x"], isFix: true)])
        let young = history.features(of: Self.change("b", day: 1, ["x"])).decayedFixes
        let old = history.features(of: Self.change("b", day: 91, ["x"])).decayedFixes
        #expect(young > 0.98 && abs(old - 0.364) < 0.01)
    }

    @Test("a fix repairs the latest earlier change of its file, within the horizon")
    func labels() {
        let twice = ChangeHistory([
            Self.change("a", day: 0, ["x"]), Self.change("b", day: 1, ["x"]),
            Self.change("fix", day: 2, ["x"], isFix: true),
            Self.change("again", day: 3, ["x"], isFix: true),
        ])
        #expect(twice.isFollowed == [false, true, true, false])
        let history = ChangeHistory([
            Self.change("old", day: 0, ["x"]), Self.change("a", day: 20, ["x", "y"]), Self.change("b", day: 21, ["y"]),
            Self.change("fix", day: 40, ["x"], isFix: true),
        ])
        #expect(history.isFollowed == [false, true, false, false])
    }

    @Test("each kind of change to how models are called counts once, and tests and documents do not")
    func terms() {
        func file(_ path: String, _ patch: String) -> ChangedFile {
            ChangedFile(path: path, additions: 1, deletions: 1, patch: patch)
        }
        let code = file(
            "src/bot.py",
            "@@\n-max_retries = 1\n-timeout = 10\n-max_tokens = 500\n-model = \"gpt-4o-mini\"\n"
                + "+max_retries = 9\n+timeout = 90\n+max_tokens = 4096\n+model = \"gpt-4o\"")
        let schema = file("src/tools/search_schema.json", "@@\n-  \"parameters\": {}\n+  \"parameters\": {\"q\": 1}")
        let prompt = file("prompts/answer.txt", "@@\n-Be brief.\n+Be long.")
        #expect(
            Set(RiskScore.signs(in: [code, schema, prompt]).map(\.kind)) == [
                .retries, .timeouts, .tokenLimits, .models, .toolSchemas, .prompts,
            ])
        #expect(RiskScore.signs(in: [file("docs/bot.md", code.patch), file("tests/test_bot.py", code.patch)]).isEmpty)
        let features = ChangeFeatures()
        #expect(RiskScore.calibrated(features, terms: 6) == RiskScore.calibrated(features, terms: 3))
        #expect(RiskScore.calibrated(features, terms: 1) > RiskScore.calibrated(features))
    }

    @Test("the percentile is known from 20 changes on, and the chance never falls with the score")
    func ranking() throws {
        let few = RiskRanking((0..<19).map { (Double($0), true) })
        #expect(few.percentile(of: 3) == nil && few.baseRate == nil && few.chance(of: 3) == nil)
        let peers = (0..<100).map { (Double($0), Optional($0 % 10 < $0 / 10)) }
        let ranking = RiskRanking(peers)
        #expect(ranking.percentile(of: -1) == 0 && ranking.percentile(of: 1000) == 100)
        #expect(ranking.percentile(of: 50) == 50.5)
        #expect(ranking.baseRate == 0.45)
        let chances = try (0..<100).map { try #require(ranking.chance(of: Double($0))) }
        #expect(zip(chances, chances.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(try #require(chances.last) > 0.6 && chances[0] < 0.3)
    }

    @Test("a young change whose fix may still come is not counted as one without a fix")
    func young() {
        let history = (0..<40).map { Self.change("c\($0)", day: Double($0), ["f\($0)"]) }
        let ranking = RiskRanking(history, now: Self.start + .days(40))
        #expect(ranking.count == 40 && ranking.labelled == 10)
        #expect(ranking.baseRate == nil)
    }

    @Test("merged branches are one change; without parents every commit is one")
    func mainline() {
        func commit(_ sha: String, day: Double, _ parents: [String]) -> (CodeChange, [String]) {
            (Self.change(sha, day: day, []), parents)
        }
        let merged = [
            commit("m", day: 4, ["b", "y"]), commit("y", day: 3, ["x"]), commit("b", day: 2, ["a"]),
            commit("x", day: 1, ["a"]), commit("a", day: 0, []),
        ]
        #expect(Mainline.changes(merged).map(\.sha) == ["a", "b", "m"])
        #expect(Mainline.changes(merged.map { ($0.0, []) }).count == 5)
        #expect(Mainline.changes([]).isEmpty)
        let hash = String(repeating: "a1", count: 20)
        #expect(Mainline.hashes(in: #"[{"sha":"\#(hash)","url":"https://x/commits/\#(hash)"}]"#) == [hash])
    }
}
