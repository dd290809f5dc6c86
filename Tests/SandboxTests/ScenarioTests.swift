import Basics
import TestSupport
import Testing

@testable import Sandbox

@Suite("Scenarios and what they say of themselves")
struct ScenarioTests {
    private static let now = Instant(iso8601: "2026-11-24T14:20:00Z") ?? Instant(milliseconds: 0)
    private static let seeds: [UInt64] = [1, 77]
    private static let everything = seeds.flatMap { seed in
        CostSpikeKind.allCases.map { Scenario.everything(now: now, seed: seed, spike: $0) }
    }
    private static let healthy = seeds.map { Scenario.healthy(now: now, seed: $0) }
    private static let all = everything + healthy

    @Test("what is found and what is silent never meet, and every class is there")
    func consistent() {
        for scenario in Self.all {
            let bySubject = Dictionary(grouping: scenario.truths) { "\($0.failure.rawValue) \($0.subject)" }
            for (subject, truths) in bySubject where Set(truths.map(\.verdict)).count > 1 {
                #expect(truths.allSatisfy { $0.verdict != .silent }, "\(subject)")
            }
            #expect(scenario.truths.allSatisfy { ($0.onset == nil) == ($0.verdict == .silent) })
        }
        for scenario in Self.everything {
            let found = scenario.truths.filter { $0.verdict == .found }
            #expect(Set(found.map(\.failure)) == Set(Truth.Failure.allCases))
        }
        for scenario in Self.healthy {
            #expect(scenario.truths.count >= 50)
            #expect(scenario.truths.allSatisfy { $0.verdict == .silent })
        }
    }

    @Test("each subject is there under its own kind")
    func subjects() {
        for scenario in Self.all {
            let rows = scenario.plant.observations
            let (traces, features) = (
                Set(rows.map(\.traceID)), Set(rows.filter { $0.type == "GENERATION" }.map(\.name))
            )
            let tools = Set(rows.filter { $0.type == "TOOL" || $0.type == "SPAN" }.map(\.name))
            let issues = Set(scenario.plant.issues.map(\.id))
            for truth in scenario.truths {
                let known =
                    switch truth.failure {
                    case .costSpike: features.union(["project"])
                    case .errorCascade: issues
                    case .promptDrift: features
                    case .agentLoop: traces
                    case .toolFailure: tools
                    }
                #expect(known.contains(truth.subject), "\(truth.sentence)")
            }
        }
    }

    @Test("a culprit landed shortly before its onset, a prompt's version begins there")
    func causes() throws {
        for scenario in Self.all {
            for truth in scenario.truths where truth.verdict == .found {
                let onset = try #require(truth.onset)
                #expect(onset < Self.now)
                switch truth.cause {
                case .commit(let sha):
                    let commit = try #require(scenario.plant.commits.first { $0.sha == sha })
                    #expect(commit.date < onset && commit.date > onset - .minutes(10), "\(truth.sentence)")
                    #expect(commit.files.allSatisfy { $0.patch.hasPrefix("@@") })
                    #expect(scenario.plant.deployments.contains { $0.sha == sha })
                case .prompt(let name, let number):
                    let prompt = try #require(scenario.plant.prompts.first { $0.name == name })
                    let version = try #require(prompt.versions.first { $0.number == number })
                    #expect(version.created <= onset && version.created > onset - .minutes(10))
                    let uses = scenario.plant.observations.filter { $0.promptName == name }
                    #expect(uses.allSatisfy { ($0.promptVersion == number) == ($0.start >= onset) })
                case .noCode, .unasked: break
                }
            }
        }
    }

    @Test("a test takes seconds, ids are unique, and parents stand in their traces")
    func rows() {
        for scenario in Self.all {
            let rows = scenario.plant.observations
            #expect(rows.count <= 40_000 && rows.count > 10_000, "\(rows.count)")
            let ids = Set(rows.map { "\($0.traceID) \($0.id)" })
            #expect(ids.count == rows.count)
            #expect(rows.allSatisfy { $0.start <= Self.now && $0.start >= Self.now.startOfHour - .days(8) })
            let orphans = rows.filter { row in row.parentID.map { !ids.contains("\(row.traceID) \($0)") } ?? false }
            #expect(orphans.isEmpty)
            let plant = scenario.plant
            #expect(Set(plant.commits.map(\.sha)).count == plant.commits.count)
            #expect(Set(plant.issues.map(\.id)).count == plant.issues.count)
            #expect(Set(plant.prompts.map(\.name)).count == plant.prompts.count)
            #expect(plant.issues.allSatisfy { $0.firstSeen <= $0.lastSeen && $0.lastSeen <= Self.now })
        }
        #expect(Plant.background(Ground(now: Self.now, days: 28)).observations.count <= 40_000)
    }

    @Test("one seed tells one story, another tells another")
    func seeded() {
        let (story, other) = (Self.healthy[0], Self.healthy[1])
        #expect(story == .healthy(now: Self.now, seed: Self.seeds[0]))
        #expect(Set(story.plant.observations.map(\.traceID)).isDisjoint(with: other.plant.observations.map(\.traceID)))
        #expect(Self.everything[0].truths.map(\.onset) != Self.everything[3].truths.map(\.onset))
    }

    /// Words that say what a plant is: no reader of the telemetry may be helped by them.
    @Test("no name gives a plant away")
    func names() {
        let telling = ["plant", "decoy", "loop", "spike", "drift", "cascade", "healthy", "broken", "truth", "culprit"]
        let plant = Self.everything[0].plant
        let names = plant.observations.flatMap {
            [$0.id, $0.traceID, $0.name, $0.traceName, $0.release, $0.promptName, $0.userID, $0.sessionID]
        }
        let words = Set(names + plant.issues.map(\.title) + plant.commits.map(\.message) + plant.releases.map(\.tag))
        for word in words { #expect(!telling.contains { word.lowercased().contains($0) }, "\(word)") }
        #expect(plant.observations.allSatisfy { $0.traceID.utf8.count == 32 && $0.id.utf8.count == 16 })
    }
}
