import Basics
import Sandbox
import TestSupport
import Testing

@Suite("Scenarios and what they say of themselves")
struct ScenarioTests {
    private static let now = Instant(iso8601: "2026-11-24T14:20:00Z") ?? Instant(milliseconds: 0)
    private static let seeds: [UInt64] = [1, 2, 77]

    private static func all(_ seed: UInt64) -> [Scenario] {
        CostSpikeKind.allCases.map { .everything(now: now, seed: seed, spike: $0) } + [.healthy(now: now, seed: seed)]
    }

    @Test("what is found and what is silent never meet, and every class is there", arguments: seeds)
    func consistent(_ seed: UInt64) {
        for scenario in Self.all(seed) {
            let bySubject = Dictionary(grouping: scenario.truths) { "\($0.failure.rawValue) \($0.subject)" }
            for (subject, truths) in bySubject where Set(truths.map(\.verdict)).count > 1 {
                #expect(truths.allSatisfy { $0.verdict != .silent }, "\(subject)")
            }
            #expect(scenario.truths.allSatisfy { ($0.onset == nil) == ($0.verdict == .silent) })
        }
        let found = Scenario.everything(now: Self.now, seed: seed).truths.filter { $0.verdict == .found }
        #expect(Set(found.map(\.failure)) == Set(Truth.Failure.allCases))
        #expect(Scenario.healthy(now: Self.now, seed: seed).truths.allSatisfy { $0.verdict == .silent })
        #expect(Scenario.healthy(now: Self.now, seed: seed).truths.count >= 50)
    }

    @Test("each subject is there under its own kind", arguments: seeds)
    func subjects(_ seed: UInt64) {
        for scenario in Self.all(seed) {
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

    @Test("a culprit landed shortly before its onset, a prompt's version begins there", arguments: seeds)
    func causes(_ seed: UInt64) throws {
        for scenario in Self.all(seed) {
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

    @Test("a test takes seconds, ids are unique, and parents stand in their traces", arguments: seeds)
    func rows(_ seed: UInt64) {
        for scenario in Self.all(seed) {
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
        #expect(Plant.background(Ground(now: Self.now, seed: seed, days: 28)).observations.count <= 40_000)
    }

    @Test("one seed tells one story, another tells another")
    func seeded() {
        let story = Scenario.everything(now: Self.now, seed: 5)
        #expect(story == .everything(now: Self.now, seed: 5))
        let other = Scenario.everything(now: Self.now, seed: 6)
        #expect(Set(story.plant.observations.map(\.traceID)).isDisjoint(with: other.plant.observations.map(\.traceID)))
        #expect(story.truths.map(\.onset) != other.truths.map(\.onset))
    }

    /// Words that say what a plant is: no reader of the telemetry may be helped by them.
    @Test("no name gives a plant away")
    func names() {
        let telling = ["plant", "decoy", "loop", "spike", "drift", "cascade", "healthy", "broken", "truth", "culprit"]
        let plant = Scenario.everything(now: Self.now).plant
        let names = plant.observations.flatMap {
            [$0.id, $0.traceID, $0.name, $0.traceName, $0.release, $0.promptName, $0.userID, $0.sessionID]
        }
        let words = Set(names + plant.issues.map(\.title) + plant.commits.map(\.message) + plant.releases.map(\.tag))
        for word in words { #expect(!telling.contains { word.lowercased().contains($0) }, "\(word)") }
        #expect(plant.observations.allSatisfy { $0.traceID.utf8.count == 32 && $0.id.utf8.count == 16 })
    }
}
