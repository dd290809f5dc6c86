package import Basics

/// What makes an hour dear.
package enum CostSpikeKind: String, CaseIterable, Hashable, Sendable {
    /// The same calls by a dearer model.
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

    /// Calls an hour, as ever and in the spike; the same all day.
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

extension Plant {
    /// A feature with its healthy days, which costs some 35 US dollars an hour more since `onset`: 95 to 150 minutes ago by
    /// chance. A commit to README lands after it.
    ///
    /// The costs of a project are one series, so one spike at a time is what a world can hold.
    package static func costSpike(
        _ ground: Ground, _ kind: CostSpikeKind, feature name: String? = nil, onset given: Instant? = nil
    ) -> Plant {
        var feature = kind.feature
        if let name {
            feature.name = name
            feature.release = feature.version("2.30.4")
        }
        var dice = ground.dice("cost/\(kind.rawValue)/\(feature.name)")
        let onset = given ?? ground.now - .minutes(dice.next(in: 95.0...150.0))
        let changed = feature.changed { kind.change(&$0) }
        var (plant, cause) = (Plant(), Truth.Cause.noCode)
        var after = changed
        if let patch = kind.patch {
            after.release = after.version("2.31.0")
            let made = Change.deployed(
                "\(feature.name): \(kind.message)", by: "alice",
                path: "services/\(feature.name.replacing("-", with: "_"))/agent.py",
                patch: patch, release: after.release, before: onset, &dice)
            (plant, cause) = (made.plant, made.cause)
        }
        let thin = Double(max(1, ground.days / 8))
        plant.observations =
            feature.calls(
                at: dice.moments(perHour: kind.perHour.usual / thin, rhythm: 0, from: ground.start, to: onset), &dice)
            + after.calls(
                at: dice.moments(perHour: kind.perHour.spike, rhythm: 0, from: onset, to: ground.now), &dice)
        plant.prompts = [feature.prompt(created: ground.start - .days(30))]
        plant.commits.append(Change.readme(at: onset + .minutes(dice.next(in: 5.0...50.0)), &dice))
        plant.messages = [
            Change.message(
                "U0BOB", "model cost looks high since a while, does anyone know?", at: onset + .minutes(40), &dice)
        ]
        plant.truths = [
            .found(
                .costSpike, feature.name, cause: cause, onset: onset,
                "\(feature.name) costs a multiple of what it did (\(kind.rawValue)).")
        ]
        return plant
    }
}
