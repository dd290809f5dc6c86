package import Basics
import Sandbox

/// What makes an hour cost more.
package enum CostSpikeKind: String, CaseIterable, Hashable, Sendable {
    /// The same calls to a more expensive model.
    case price
    /// More calls of the same price: a campaign, and no commit.
    case volume
    /// The same calls with longer answers.
    case tokens

    fileprivate var feature: Feature {
        switch self {
        case .price: Feature("order-explain", .mini, in: 24_000...30_000, out: 800...1200, output: Shapes.reply)
        case .volume: Feature("gift-finder", .turbo, in: 17_000...23_000, out: 900...1500, output: Shapes.summary)
        case .tokens: Feature("claim-assess", .reasoning, in: 1200...2400, out: 300...500, output: Shapes.reply)
        }
    }

    /// Calls an hour, usually and in the spike; the same all day.
    fileprivate var perHour: (usual: Double, spike: Double) {
        switch self {
        case .price: (20, 20)
        case .volume: (9, 160)
        case .tokens: (9, 9)
        }
    }

    fileprivate func change(_ feature: inout Feature) {
        switch self {
        case .price: feature.model = .long
        case .volume: break
        case .tokens: feature.outputTokens = 7000...8192
        }
    }

    fileprivate var patch: String? {
        switch self {
        case .price: "@@ -8,3 +8,3 @@\n-    model = \"gpt-4o-mini\"\n+    model = \"gpt-4-32k\""
        case .volume: nil
        case .tokens: "@@ -12,3 +12,3 @@\n-    max_tokens = 500\n+    max_tokens = 8192"
        }
    }

    fileprivate var message: String {
        switch self {
        case .price: "better explanations"
        case .volume: ""
        case .tokens: "do not cut the assessment off"
        }
    }
}

extension ScenarioPart {
    /// A feature with healthy days that has cost about 35 US dollars an hour more since `onset`, 95 to 150 minutes ago at random. A
    /// commit to README follows.
    ///
    /// The costs of a project are one series, so a world can have one spike at a time.
    package static func costSpike(
        _ clock: ScenarioClock, _ kind: CostSpikeKind, feature name: String? = nil, onset given: Instant? = nil
    ) -> ScenarioPart {
        var feature = kind.feature
        if let name {
            feature.name = name
            feature.release = feature.version("2.30.4")
        }
        var random = clock.random("cost/\(kind.rawValue)/\(feature.name)")
        let onset = given ?? clock.now - .minutes(random.next(in: 95.0...150.0))
        let changed = feature.changed { kind.change(&$0) }
        var (part, cause) = (ScenarioPart(), ScenarioExpectation.Cause.noCode)
        var after = changed
        if let patch = kind.patch {
            after.release = after.version("2.31.0")
            let made = Change.deployed(
                "\(feature.name): \(kind.message)", by: "alice",
                path: "services/\(feature.name.replacing("-", with: "_"))/agent.py",
                patch: patch, release: after.release, before: onset, &random)
            (part, cause) = (made.part, made.cause)
        }
        let thin = Double(max(1, clock.days / 8))
        part.observations =
            feature.calls(
                at: random.moments(perHour: kind.perHour.usual / thin, rhythm: 0, from: clock.start, to: onset), &random
            )
            + after.calls(
                at: random.moments(perHour: kind.perHour.spike, rhythm: 0, from: onset, to: clock.now), &random)
        part.prompts = [feature.prompt(created: clock.start - .days(30))]
        part.commits.append(Change.readme(at: onset + .minutes(random.next(in: 5.0...50.0)), &random))
        part.messages = [
            Change.message(
                "U0BOB", "model cost looks high since a while, does anyone know?", at: onset + .minutes(40), &random)
        ]
        part.expectations = [
            .found(
                .costSpike, feature.name, cause: cause, onset: onset,
                "\(feature.name) costs a multiple of its usual cost (\(kind.rawValue)).")
        ]
        return part
    }
}
