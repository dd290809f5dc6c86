package import Basics
package import Sandbox

/// The parts of one simulated world together, with what must be found in it and what must not.
package struct Scenario: Hashable, Sendable {
    package let clock: ScenarioClock
    package let contents: ScenarioPart

    package init(_ clock: ScenarioClock, _ parts: [ScenarioPart]) {
        self.clock = clock
        contents = parts.reduce(ScenarioPart(), +)
    }

    package var expectations: [ScenarioExpectation] { contents.expectations }

    /// Those of one class with one verdict.
    package func expectations(_ failure: ScenarioExpectation.Failure, _ verdict: ScenarioExpectation.Verdict)
        -> [ScenarioExpectation]
    {
        expectations.filter { $0.failure == failure && $0.verdict == verdict }
    }

    /// Fills an empty world.
    package func populate(_ world: SandboxWorld) {
        let sentryReleases = contents.releases.sorted { $0.created > $1.created }.map(Self.sentryRelease)
        world.change { state in
            state.observations = contents.observations.sorted {
                ($0.start, $0.traceID, $0.id) < ($1.start, $1.traceID, $1.id)
            }
            state.scores = contents.scores.sorted { ($0.time, $0.id) < ($1.time, $1.id) }
            state.prompts = contents.prompts
            state.issues = contents.issues
            state.commits = contents.commits.sorted { ($0.date, $0.sha) > ($1.date, $1.sha) }
            state.messages = [SlackProvider.channel: contents.messages.sorted { $0.ts > $1.ts }]
            state.releases = contents.releases.sorted { $0.created > $1.created }
            state.deployments = contents.deployments.sorted { $0.created > $1.created }
            state.lists[.sentry] = ["releases": sentryReleases]
        }
    }

    private static func sentryRelease(_ release: SandboxRelease) -> JSONValue {
        [
            "id": JSONValue(String(release.id)), "version": .string(release.tag), "shortVersion": .string(release.tag),
            "status": "open", "dateCreated": JSONValue(release.created), "dateReleased": JSONValue(release.published),
            "newGroups": 0, "commitCount": 1, "deployCount": 1, "authors": [], "data": [:],
            "projects": [["id": 1, "slug": "assistant", "name": "assistant", "platform": "python"]],
        ]
    }
}

extension Sandbox {
    /// Providers with a scenario. The sandbox's own looping agent is idle.
    package convenience init(_ scenario: Scenario, clock: WallClock) throws {
        let world = SandboxWorld(clock: clock)
        scenario.populate(world)
        try self.init(world: world)
    }
}

extension Scenario {
    /// Every failure, with one spike of cost, and every decoy.
    package static func everything(now: Instant, seed: UInt64 = 1, spike: CostSpikeKind = .tokens) -> Scenario {
        let clock = ScenarioClock(now: now, seed: seed)
        let causes: [DriftCause] = [.commit, .prompt]
        let drifts = DriftKind.allCases.enumerated().map { ScenarioPart.drift(clock, $1, cause: causes[$0 % 2]) }
        return Scenario(
            clock,
            decoys(clock) + drifts + ToolFailureKind.allCases.map { .toolFailure(clock, $0) }
                + LoopKind.allCases.map { .loop(clock, $0) } + [
                    .scoreDrop(clock), .costSpike(clock, spike), .errorCascade(clock),
                    .errorCascade(clock, isOld: true),
                ])
    }

    /// Decoys alone: nothing must be found.
    package static func healthy(now: Instant, seed: UInt64 = 1) -> Scenario {
        let clock = ScenarioClock(now: now, seed: seed)
        return Scenario(clock, decoys(clock))
    }

    private static func decoys(_ clock: ScenarioClock) -> [ScenarioPart] {
        [
            .background(clock), .driftDecoys(clock), .toolDecoys(clock), .cascadeDecoys(clock),
            .loopDecoys(clock), .crowd(clock),
        ]
    }
}
