package import Basics
import Sandbox

/// The ways in which the outputs of a feature change.
package enum DriftKind: String, CaseIterable, Hashable, Sendable {
    case keysRenamed, typeChanged, nestedKeyRenamed, arrayBecomesError, becomesText

    fileprivate var good: TextSource {
        switch self {
        case .keysRenamed, .becomesText: Shapes.reply
        case .typeChanged: Shapes.rating(isText: false)
        case .nestedKeyRenamed: Shapes.address(zip: "postal_code")
        case .arrayBecomesError: Shapes.matches
        }
    }

    fileprivate var bad: TextSource {
        switch self {
        case .keysRenamed: Shapes.renamedReply
        case .becomesText: Shapes.summary
        case .typeChanged: Shapes.rating(isText: true)
        case .nestedKeyRenamed: Shapes.address(zip: "zip")
        case .arrayBecomesError: Shapes.refusedMatches
        }
    }

    /// The feature's usual name.
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

extension ScenarioPart {
    /// A feature whose outputs had one shape for three days and have had another since `onset`, 40 to 140 minutes ago at random. A
    /// commit to documents follows the culprit.
    package static func drift(
        _ clock: ScenarioClock, _ kind: DriftKind, feature name: String? = nil, cause: DriftCause = .commit,
        good: Int = 50,
        bad: Int = 16, onset given: Instant? = nil
    ) -> ScenarioPart {
        let name = name ?? kind.feature
        var random = clock.random("drift/\(kind.rawValue)/\(name)")
        let onset = given ?? clock.now - .minutes(random.next(in: 40.0...140.0))
        let feature = Feature(name, promptVersion: random.whole(in: 3...20), output: kind.good)
        let changed = feature.changed {
            $0.output = kind.bad
            $0.promptVersion += 1
            if cause == .commit { $0.release = $0.version("2.31.0") }
        }
        var part = ScenarioPart()
        part.observations =
            feature.calls(at: random.moments(good, from: onset - .days(3), to: onset - .minutes(2)), &random)
            + changed.calls(at: random.moments(bad, from: onset, to: clock.now - .minutes(1)), &random)
        let change = kind.change
        part.prompts = [
            feature.prompt(
                created: clock.start - .days(30), next: onset - .minutes(1), text: change.removed,
                nextText: change.added)
        ]
        var blamed = ScenarioExpectation.Cause.prompt(feature.promptName, version: changed.promptVersion)
        if cause == .commit {
            let made = Change.deployed(
                "\(name): \(change.message)", by: "bob", path: "prompts/\(name).md",
                patch: "@@ -1,4 +1,4 @@\n-\(change.removed)\n+\(change.added)", release: changed.release, before: onset,
                &random)
            part = part + made.part
            blamed = made.cause
        }
        part.commits.append(Change.modelDocs(at: onset - .minutes(random.next(in: 1.0...3.0)), &random))
        part.expectations = [
            .found(
                .promptDrift, name, cause: blamed, onset: onset,
                "\(bad) outputs of \(name) since the change have another shape than the \(good) before.")
        ]
        return part
    }

    /// Judges gave 0.9 for a week and have given 0.6 since `onset`, 20 hours ago. The shape of the outputs did not change.
    package static func scoreDrop(
        _ clock: ScenarioClock, feature name: String = "upsell-mail", from high: Double = 0.9, to low: Double = 0.6,
        hours: Double = 20
    ) -> ScenarioPart {
        var random = clock.random("score/\(name)")
        let onset = clock.now - .hours(hours)
        let feature = Feature(name, promptVersion: 6, output: Shapes.reply)
        let changed = feature.changed {
            $0.promptVersion += 1
            $0.release = $0.version("2.31.0")
        }
        let made = Change.deployed(
            "\(name): cheaper prompt", by: "alice", path: "prompts/\(name).md",
            patch: "@@ -2,9 +2,3 @@\n-Think about what the customer bought, step by step.\n+Be quick.",
            release: changed.release, before: onset, &random)
        let before = feature.calls(
            at: random.moments(perHour: 3, rhythm: 0, from: clock.start, to: onset - .minutes(2)), &random)
        let after = changed.calls(at: random.moments(perHour: 3, rhythm: 0, from: onset, to: clock.now), &random)
        var part = made.part
        part.observations = before + after
        part.scores =
            judged(before, of: name, mean: high, &random) + judged(after, of: name, mean: low, &random)
        part.prompts = [feature.prompt(created: clock.start - .days(30), next: onset - .minutes(1))]
        part.expectations = [
            .found(
                .promptDrift, name, cause: made.cause, onset: onset,
                "The scores of \(name) fell from \(high) to \(low).")
        ]
        return part
    }

    /// What looks like drift and is not: one more key, and a feature that was called three times in total, the last time with one key
    /// less.
    package static func driftDecoys(
        _ clock: ScenarioClock, growing: String = "lead-scoring", rare: String = "year-review"
    ) -> ScenarioPart {
        var random = clock.random("drift-decoys")
        let change = clock.now - .hours(random.next(in: 2.0...4.0))
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
        var part = ScenarioPart()
        part.observations =
            bare.calls(at: random.moments(60, from: clock.now - .days(4), to: change - .minutes(2)), &random)
            + explained.calls(at: random.moments(24, from: change, to: clock.now), &random)
            + whole.calls(at: [clock.now - .days(2), clock.now - .hours(5)], &random)
            + less.calls(at: [clock.now - .minutes(25)], &random)
        part.prompts = [
            bare.prompt(created: clock.start - .days(30), next: change - .minutes(1)),
            whole.prompt(created: clock.start - .days(30)),
        ]
        part.expectations = [
            .silent(.promptDrift, growing, "\(growing) returns one more key and all of the old ones."),
            .silent(.promptDrift, rare, "\(rare) has three outputs, too few to judge."),
        ]
        return part
    }
}
