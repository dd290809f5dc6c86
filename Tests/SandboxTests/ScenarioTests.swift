import Basics
import Scenarios
import TestSupport
import Testing

@testable import Sandbox

@Suite("Scenarios and their expectations")
struct ScenarioTests {
    private static let now = Instant(iso8601: "2026-11-24T14:20:00Z") ?? Instant(milliseconds: 0)
    private static let seeds: [UInt64] = [1, 77]
    private static let everything = seeds.flatMap { seed in
        CostSpikeKind.allCases.map { Scenario.everything(now: now, seed: seed, spike: $0) }
    }
    private static let healthy = seeds.map { Scenario.healthy(now: now, seed: $0) }
    private static let all = everything + healthy

    @Test("no subject is both found and silent, and every class is there")
    func consistent() {
        for scenario in Self.all {
            let bySubject = Dictionary(grouping: scenario.expectations) { "\($0.failure.rawValue) \($0.subject)" }
            for (subject, expectations) in bySubject where Set(expectations.map(\.verdict)).count > 1 {
                #expect(expectations.allSatisfy { $0.verdict != .silent }, "\(subject)")
            }
            #expect(scenario.expectations.allSatisfy { ($0.onset == nil) == ($0.verdict == .silent) })
        }
        for scenario in Self.everything {
            let found = scenario.expectations.filter { $0.verdict == .found }
            #expect(Set(found.map(\.failure)) == Set(ScenarioExpectation.Failure.allCases))
        }
        for scenario in Self.healthy {
            #expect(scenario.expectations.count >= 50)
            #expect(scenario.expectations.allSatisfy { $0.verdict == .silent })
        }
    }

    @Test("each subject exists under its own kind")
    func subjects() {
        for scenario in Self.all {
            let rows = scenario.contents.observations
            let (traces, features) = (
                Set(rows.map(\.traceID)), Set(rows.filter { $0.type == "GENERATION" }.map(\.name))
            )
            let tools = Set(rows.filter { $0.type == "TOOL" || $0.type == "SPAN" }.map(\.name))
            let issues = Set(scenario.contents.issues.map(\.id))
            for expectation in scenario.expectations {
                let known =
                    switch expectation.failure {
                    case .costSpike: features.union(["project"])
                    case .errorCascade: issues
                    case .promptDrift: features
                    case .agentLoop: traces
                    case .toolFailure: tools
                    }
                #expect(known.contains(expectation.subject), "\(expectation.sentence)")
            }
        }
    }

    @Test("a culprit was committed shortly before its onset, a prompt's version begins there")
    func causes() throws {
        for scenario in Self.all {
            for expectation in scenario.expectations where expectation.verdict == .found {
                let onset = try #require(expectation.onset)
                #expect(onset < Self.now)
                switch expectation.cause {
                case .commit(let sha):
                    let commit = try #require(scenario.contents.commits.first { $0.sha == sha })
                    #expect(commit.date < onset && commit.date > onset - .minutes(10), "\(expectation.sentence)")
                    #expect(commit.files.allSatisfy { $0.patch.hasPrefix("@@") })
                    #expect(scenario.contents.deployments.contains { $0.sha == sha })
                case .prompt(let name, let number):
                    let prompt = try #require(scenario.contents.prompts.first { $0.name == name })
                    let version = try #require(prompt.versions.first { $0.number == number })
                    #expect(version.created <= onset && version.created > onset - .minutes(10))
                    let uses = scenario.contents.observations.filter { $0.promptName == name }
                    #expect(uses.allSatisfy { ($0.promptVersion == number) == ($0.start >= onset) })
                case .noCode, .unasked: break
                }
            }
        }
    }

    @Test("a scenario is small, ids are unique, and parents are in their traces")
    func rows() {
        for scenario in Self.all {
            let rows = scenario.contents.observations
            #expect(rows.count <= 40_000 && rows.count > 10_000, "\(rows.count)")
            let ids = Set(rows.map { "\($0.traceID) \($0.id)" })
            #expect(ids.count == rows.count)
            #expect(rows.allSatisfy { $0.start <= Self.now && $0.start >= Self.now.startOfHour - .days(8) })
            let orphans = rows.filter { row in row.parentID.map { !ids.contains("\(row.traceID) \($0)") } ?? false }
            #expect(orphans.isEmpty)
            let part = scenario.contents
            #expect(Set(part.commits.map(\.sha)).count == part.commits.count)
            #expect(Set(part.issues.map(\.id)).count == part.issues.count)
            #expect(Set(part.prompts.map(\.name)).count == part.prompts.count)
            #expect(part.issues.allSatisfy { $0.firstSeen <= $0.lastSeen && $0.lastSeen <= Self.now })
        }
        #expect(ScenarioPart.background(ScenarioClock(now: Self.now, days: 28)).observations.count <= 40_000)
    }

    @Test("different seeds give different rows")
    func seeded() {
        let (story, other) = (Self.healthy[0], Self.healthy[1])
        #expect(story == .healthy(now: Self.now, seed: Self.seeds[0]))
        #expect(
            Set(story.contents.observations.map(\.traceID)).isDisjoint(with: other.contents.observations.map(\.traceID))
        )
        #expect(Self.everything[0].expectations.map(\.onset) != Self.everything[3].expectations.map(\.onset))
    }

    /// Words that would tell a reader of the telemetry what a row is for.
    @Test("no name reveals a failure or a decoy")
    func names() {
        let telling = ["plant", "decoy", "loop", "spike", "drift", "cascade", "healthy", "broken", "truth", "culprit"]
        let part = Self.everything[0].contents
        let names = part.observations.flatMap {
            [$0.id, $0.traceID, $0.name, $0.traceName, $0.release, $0.promptName, $0.userID, $0.sessionID]
        }
        let words = Set(names + part.issues.map(\.title) + part.commits.map(\.message) + part.releases.map(\.tag))
        for word in words { #expect(!telling.contains { word.lowercased().contains($0) }, "\(word)") }
        #expect(part.observations.allSatisfy { $0.traceID.utf8.count == 32 && $0.id.utf8.count == 16 })
    }
}
