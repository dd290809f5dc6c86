package import Basics

/// A world made of plants, with what must be found in it and what must not.
package struct Scenario: Hashable, Sendable {
    package let ground: Ground
    package let plant: Plant

    package init(_ ground: Ground, _ plants: [Plant]) {
        self.ground = ground
        plant = plants.reduce(Plant(), +)
    }

    package var truths: [Truth] { plant.truths }

    /// Those of one class with one verdict.
    package func truths(_ failure: Truth.Failure, _ verdict: Truth.Verdict) -> [Truth] {
        truths.filter { $0.failure == failure && $0.verdict == verdict }
    }

    /// Fills an empty world.
    package func populate(_ world: SandboxWorld) {
        let sentryReleases = plant.releases.sorted { $0.created > $1.created }.map(Self.sentryRelease)
        world.change { state in
            state.observations = plant.observations.sorted {
                ($0.start, $0.traceID, $0.id) < ($1.start, $1.traceID, $1.id)
            }
            state.scores = plant.scores.sorted { ($0.time, $0.id) < ($1.time, $1.id) }
            state.prompts = plant.prompts
            state.issues = plant.issues
            state.commits = plant.commits.sorted { ($0.date, $0.sha) > ($1.date, $1.sha) }
            state.messages = [SlackProvider.channel: plant.messages.sorted { $0.ts > $1.ts }]
            state.releases = plant.releases.sorted { $0.created > $1.created }
            state.deployments = plant.deployments.sorted { $0.created > $1.created }
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
    /// Providers with a scenario. Its looping agent is none of the scenario's: it stands still until it is started.
    package convenience init(_ scenario: Scenario, clock: WallClock) throws {
        let world = SandboxWorld(clock: clock)
        scenario.populate(world)
        try self.init(world: world, agent: .init(traceID: "idle", name: "idle-agent", step: .minutes(1)))
    }
}

extension Scenario {
    /// Every plant there is, with one spike of cost, and every decoy.
    package static func everything(now: Instant, seed: UInt64 = 1, spike: CostSpikeKind = .tokens) -> Scenario {
        let ground = Ground(now: now, seed: seed)
        let causes: [DriftCause] = [.commit, .prompt]
        let drifts = DriftKind.allCases.enumerated().map { Plant.drift(ground, $1, cause: causes[$0 % 2]) }
        return Scenario(
            ground,
            decoys(ground) + drifts + ToolFailureKind.allCases.map { .toolFailure(ground, $0) }
                + LoopKind.allCases.map { .loop(ground, $0) } + [
                    .scoreDrop(ground), .costSpike(ground, spike), .errorCascade(ground),
                    .errorCascade(ground, isOld: true),
                ])
    }

    /// Decoys alone: nothing must be found.
    package static func healthy(now: Instant, seed: UInt64 = 1) -> Scenario {
        let ground = Ground(now: now, seed: seed)
        return Scenario(ground, decoys(ground))
    }

    private static func decoys(_ ground: Ground) -> [Plant] {
        [
            .background(ground), .driftDecoys(ground), .toolDecoys(ground), .cascadeDecoys(ground),
            .loopDecoys(ground), .crowd(ground),
        ]
    }
}
