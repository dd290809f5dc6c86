package import Basics

/// The ways in which the outputs of a feature go wrong.
package enum DriftKind: String, CaseIterable, Hashable, Sendable {
    case keysRenamed, typeChanged, nestedKeyRenamed, arrayBecomesError, becomesText

    fileprivate var good: Writing {
        switch self {
        case .keysRenamed, .becomesText: Shapes.reply
        case .typeChanged: Shapes.rating(isText: false)
        case .nestedKeyRenamed: Shapes.address(zip: "postal_code")
        case .arrayBecomesError: Shapes.matches
        }
    }

    fileprivate var bad: Writing {
        switch self {
        case .keysRenamed: Shapes.renamedReply
        case .becomesText: Shapes.summary
        case .typeChanged: Shapes.rating(isText: true)
        case .nestedKeyRenamed: Shapes.address(zip: "zip")
        case .arrayBecomesError: Shapes.refusedMatches
        }
    }

    /// The feature's usual name, and what was done to it.
    package var feature: String {
        switch self {
        case .keysRenamed: "support-chat"
        case .typeChanged: "review-sentiment"
        case .nestedKeyRenamed: "address-parse"
        case .arrayBecomesError: "product-match"
        case .becomesText: "return-advice"
        }
    }

    fileprivate var change: (message: String, removed: String, added: String) {
        switch self {
        case .keysRenamed:
            (
                "rewrite the prompt of the support chat", #"{"response": text, "confidence": 0 to 1, "category"}"#,
                #"{"answer": text, "score": 0 to 1, "category"}"#
            )
        case .typeChanged: ("ask for words", "rating: integer, refund_days: integer", "rating: text, refund_days: text")
        case .nestedKeyRenamed: ("shorter keys", "postal_code", "zip")
        case .arrayBecomesError: ("one product a call", "Return a JSON array of matches.", "Return what you can.")
        case .becomesText: ("friendlier tone", "Answer with JSON only.", "Answer the customer in a warm voice.")
        }
    }
}

/// What changed the outputs.
package enum DriftCause: Hashable, Sendable {
    /// A commit that also writes the next version of the prompt.
    case commit
    /// The next version of the prompt, written in Langfuse.
    case prompt
}

extension Plant {
    /// A feature whose outputs were of one shape over three days, and are of another since `onset`: 40 to 140 minutes
    /// ago by chance. A commit that only documents lands after the culprit.
    package static func drift(
        _ ground: Ground, _ kind: DriftKind, feature name: String? = nil, cause: DriftCause = .commit, good: Int = 50,
        bad: Int = 16, onset given: Instant? = nil
    ) -> Plant {
        let name = name ?? kind.feature
        var dice = ground.dice("drift/\(kind.rawValue)/\(name)")
        let onset = given ?? ground.now - .minutes(dice.next(in: 40.0...140.0))
        let feature = Feature(name, promptVersion: dice.whole(in: 3...20), output: kind.good)
        let changed = feature.changed {
            $0.output = kind.bad
            $0.promptVersion += 1
            if cause == .commit { $0.release = $0.version("2.31.0") }
        }
        var plant = Plant()
        plant.observations =
            feature.calls(at: dice.moments(good, from: onset - .days(3), to: onset - .minutes(2)), &dice)
            + changed.calls(at: dice.moments(bad, from: onset, to: ground.now - .minutes(1)), &dice)
        let change = kind.change
        plant.prompts = [
            feature.prompt(
                created: ground.start - .days(30), next: onset - .minutes(1), text: change.removed,
                nextText: change.added)
        ]
        var truth = Truth.Cause.prompt(feature.promptName, version: changed.promptVersion)
        if cause == .commit {
            let made = Change.deployed(
                "\(name): \(change.message)", by: "bob", path: "prompts/\(name).md",
                patch: "@@ -1,4 +1,4 @@\n-\(change.removed)\n+\(change.added)", release: changed.release, before: onset,
                &dice)
            plant = plant + made.plant
            truth = made.cause
        }
        plant.commits.append(Change.modelDocs(at: onset - .minutes(dice.next(in: 1.0...3.0)), &dice))
        plant.truths = [
            .found(
                .promptDrift, name, cause: truth, onset: onset,
                "\(bad) outputs of \(name) since the change are of another shape than \(good) before it.")
        ]
        return plant
    }

    /// Judges gave 0.9 for a week and give 0.6 since `onset`, 20 hours ago: the shape of the outputs is as ever.
    package static func scoreDrop(
        _ ground: Ground, feature name: String = "upsell-mail", from high: Double = 0.9, to low: Double = 0.6,
        hours: Double = 20
    ) -> Plant {
        var dice = ground.dice("score/\(name)")
        let onset = ground.now - .hours(hours)
        let feature = Feature(name, promptVersion: 6, output: Shapes.reply)
        let changed = feature.changed {
            $0.promptVersion += 1
            $0.release = $0.version("2.31.0")
        }
        let made = Change.deployed(
            "\(name): cheaper prompt", by: "alice", path: "prompts/\(name).md",
            patch: "@@ -2,9 +2,3 @@\n-Think about what the customer bought, step by step.\n+Be quick.",
            release: changed.release, before: onset, &dice)
        let before = feature.calls(
            at: dice.moments(perHour: 3, rhythm: 0, from: ground.start, to: onset - .minutes(2)), &dice)
        let after = changed.calls(at: dice.moments(perHour: 3, rhythm: 0, from: onset, to: ground.now), &dice)
        var plant = made.plant
        plant.observations = before + after
        plant.scores =
            judged(before, of: name, mean: high, &dice) + judged(after, of: name, mean: low, &dice)
        plant.prompts = [feature.prompt(created: ground.start - .days(30), next: onset - .minutes(1))]
        plant.truths = [
            .found(
                .promptDrift, name, cause: made.cause, onset: onset,
                "The scores of \(name) fell from \(high) to \(low).")
        ]
        return plant
    }

    /// What looks like drift and is none: a key more than there was, and a feature that was called three times in all, the
    /// last time with a key less.
    package static func driftDecoys(
        _ ground: Ground, growing: String = "lead-scoring", rare: String = "year-review"
    ) -> Plant {
        var dice = ground.dice("drift-decoys")
        let change = ground.now - .hours(dice.next(in: 2.0...4.0))
        let bare = Feature(growing, output: Shapes.lead(isExplained: false))
        let explained = bare.changed {
            $0.output = Shapes.lead(isExplained: true)
            $0.promptVersion += 1
        }
        let (whole, less) = (
            Feature(rare, output: Shapes.rating(isText: false)),
            Feature(
                rare,
                output: { _ in
                    #"{"sentiment":"good","rating":4}"#
                })
        )
        var plant = Plant()
        plant.observations =
            bare.calls(at: dice.moments(60, from: ground.now - .days(4), to: change - .minutes(2)), &dice)
            + explained.calls(at: dice.moments(24, from: change, to: ground.now), &dice)
            + whole.calls(at: [ground.now - .days(2), ground.now - .hours(5)], &dice)
            + less.calls(at: [ground.now - .minutes(25)], &dice)
        plant.prompts = [
            bare.prompt(created: ground.start - .days(30), next: change - .minutes(1)),
            whole.prompt(created: ground.start - .days(30)),
        ]
        plant.truths = [
            .silent(.promptDrift, growing, "\(growing) gives one key more and none less."),
            .silent(.promptDrift, rare, "\(rare) has three outputs in all, too few to judge."),
        ]
        return plant
    }
}
