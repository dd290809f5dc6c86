package import Basics
import Glibc

/// The data of `sentinel demo`, generated from a seed: eight healthy days, a spike after a commit, and an active loop.
package struct DemoScenario: Hashable, Sendable {
    /// What the demo contains, and so what must be found.
    package struct Truth: Hashable, Sendable {
        package var culprit: String
        package var decoy: String
        package var spikeFeature: String
        package var loopTrace: String
        package var healthyBatchTrace: String
    }

    package let truth: Truth
    package var agent: SandboxAgent.Habits
    let now: Instant
    private let seed: UInt64

    package init(now: Instant, seed: UInt64 = 7) {
        self.now = now
        self.seed = seed
        agent = SandboxAgent.Habits(traceID: "loop-7f3a91c2", name: "research-agent", step: .seconds(12))
        agent.key = Self.agentKey
        truth = Truth(
            culprit: "d9c3e11f0a4b7c2e9d8f6a5b4c3d2e1f0a9b8c7d", decoy: "4b1f0c2d7e8a9b6c5d4e3f2a1b0c9d8e7f6a5b4c",
            spikeFeature: "support-bot", loopTrace: agent.traceID, healthyBatchTrace: "batch-nightly-export")
    }

    /// The hash of the looping agent's LiteLLM key.
    package static let agentKey = "9c1f0a7be2d34856a1b0c9d8e7f6a5b49c1f0a7be2d34856a1b0c9d8e7f6a5b4"

    /// Fills an empty world.
    package func populate(_ world: SandboxWorld) {
        let observations = (traffic() + spike() + batch() + loop()).sorted { ($0.start, $0.id) < ($1.start, $1.id) }
        let (commits, issues) = (commits() + earlierCommits(), issues(observations))
        world.change { state in
            state.gateways.keys[Self.agentKey] = .init(alias: agent.name)
            state.observations = observations
            state.commits = commits
            state.issues = issues
            state.messages = messages()
            populateOnCallTools(&state)
        }
    }

    // MARK: traffic

    private typealias Feature = (
        name: String, model: String, input: ClosedRange<Double>, output: ClosedRange<Double>, perHour: Double
    )

    private static let features: [Feature] = [
        ("support-bot", "gpt-4o-mini", 600...1400, 150...420, 35),
        ("checkout-assistant", "gpt-4o-mini", 300...700, 60...160, 22),
        ("invoice-parser", "gpt-4o", 900...2200, 200...380, 14),
        ("search-summaries", "gpt-4o-mini", 400...1000, 120...260, 28),
    ]

    /// US dollars for a thousand tokens, in and out, of each model that the features use.
    static let prices = ["gpt-4o": (input: 0.0055, output: 0.016), "gpt-4o-mini": (input: 0.0035, output: 0.012)]

    private static let questions = [
        "Where is my order?", "Can I change the delivery address?", "Why was I charged twice?",
        "Summarise this invoice", "Which plan suits a team of five?", "The coupon does not work",
    ]

    /// A day rhythm with its top in the afternoon, UTC, and a little noise.
    private func traffic() -> [SandboxObservation] {
        var random = SeededRandom(seed)
        var rows: [SandboxObservation] = []
        let first = now.startOfHour - .days(8)
        var hour = first
        while hour <= now {
            let ofDay = Double(hour.civil.hour)
            let rhythm = 0.65 + 0.35 * cos((ofDay - 15) / 12 * .pi)
            for feature in Self.features {
                let count = Int((feature.perHour * rhythm * random.next(in: 0.85...1.15)).rounded())
                for _ in 0..<count {
                    let start = hour + .seconds(random.next(in: 0...3599))
                    if start < now { rows.append(call(feature, at: start, number: rows.count, &random)) }
                }
            }
            hour = hour + .hours(1)
        }
        return rows
    }

    private func call(_ feature: Feature, at start: Instant, number: Int, _ random: inout SeededRandom)
        -> SandboxObservation
    {
        let (input, output) = (Int(random.next(in: feature.input)), Int(random.next(in: feature.output)))
        let price = Self.prices[feature.model] ?? (0, 0)
        let cost = (Double(input) * price.input + Double(output) * price.output) / 1000
        let trace = "trace-\(String(number + 100_000, radix: 36))"
        let question = Self.questions[number % Self.questions.count]
        return SandboxObservation(
            id: "\(trace)-1", traceID: trace, traceName: feature.name, name: feature.name, model: feature.model,
            start: start, latency: random.next(in: 0.4...2.4), inputTokens: input, outputTokens: output, cost: cost,
            input: #"{"question":"\#(question)","customer":\#(number)}"#,
            output: #"{"response":"Handled case \#(number)","confidence":0.9,"category":"general"}"#,
            promptName: "\(feature.name)-prompt", promptVersion: 3, userID: "user-\(number % 400)",
            sessionID: "session-\(number)")
    }

    // MARK: the failures and the decoys

    var spikeStart: Instant { now - .minutes(135) }

    /// The same questions as ever, each answered with ten times the tokens and tried again.
    private func spike() -> [SandboxObservation] {
        var random = SeededRandom(seed &+ 1)
        var rows: [SandboxObservation] = []
        var start = spikeStart
        while start < now {
            let number = rows.count
            let output = Int(random.next(in: 3300...4096))
            let trace = "trace-s\(String(number + 50_000, radix: 36))"
            rows.append(
                SandboxObservation(
                    id: "\(trace)-1", traceID: trace, traceName: truth.spikeFeature, name: truth.spikeFeature,
                    model: "gpt-4o-mini", start: start, latency: random.next(in: 6...14), inputTokens: 2400,
                    outputTokens: output, cost: 2.4 * 0.0035 + Double(output) * 0.012 / 1000,
                    level: number % 5 == 0 ? "ERROR" : "DEFAULT",
                    input:
                        #"{"question":"\#(Self.questions[number % Self.questions.count])","attempt":\#(number % 6)}"#,
                    output:
                        #"{"response":"A very long answer to case \#(number)","confidence":0.7,"category":"general"}"#,
                    promptName: "support-bot-prompt", promptVersion: 3, userID: "user-\(number % 40)",
                    sessionID: "session-s\(number)"))
            start = start + .seconds(random.next(in: 28...38))
        }
        return rows
    }

    /// Twenty-four distinct steps of one trace: long and healthy, not a loop.
    private func batch() -> [SandboxObservation] {
        (0..<24).map { step in
            SandboxObservation(
                id: "\(truth.healthyBatchTrace)-\(step)", traceID: truth.healthyBatchTrace, traceName: "nightly-export",
                name: "export-section-\(step)", model: "gpt-4o-mini",
                start: now - .minutes(55) + .seconds(Double(step) * 9), inputTokens: 500 + step * 13,
                outputTokens: 90 + step * 3, cost: 0.003, input: #"{"section":\#(step)}"#,
                output: #"{"rows":\#(step * 7 + 1)}"#)
        }
    }

    /// Twelve steps so far.
    private func loop() -> [SandboxObservation] {
        (0..<12).map { step in
            SandboxAgent.step(step, of: agent, at: now - .seconds(Double(12 - step) * agent.step.seconds))
        }
    }

    private func commits() -> [SandboxCommit] {
        let culpritPatch = """
            @@ -12,9 +12,10 @@ class SupportBot:
            -    max_tokens = 500
            -    max_retries = 1
            +    max_tokens = 4096
            +    max_retries = 6
            +    retry_on_empty = True
            """
        return [
            SandboxCommit(
                sha: truth.decoy, message: "fix: typo in README", author: "carol", date: now - .minutes(70),
                files: [.init(path: "README.md", patch: "@@ -1 +1 @@\n-Suport bot\n+Support bot")]),
            SandboxCommit(
                sha: truth.culprit,
                message: "support-bot: longer answers, retry harder\n\nRaise max_tokens and retry empty answers.",
                author: "alice", date: spikeStart - .minutes(6),
                files: [.init(path: "src/support_bot/agent.py", patch: culpritPatch)]),
            SandboxCommit(
                sha: "b0f3d44c1e2f3a4b5c6d7e8f9a0b1c2d3e4f5a6b", message: "chore: bump data model docs", author: "bob",
                date: now - .hours(5), files: [.init(path: "docs/model.md", patch: "@@ -3 +3 @@\n-v1\n+v2")]),
            SandboxCommit(
                sha: "c7a2e81d9f8e7d6c5b4a39281706f5e4d3c2b1a0", message: "invoice-parser: accept VAT ids",
                author: "dave", date: now - .hours(26),
                files: [.init(path: "src/invoice/vat.py", patch: "@@ -8 +8,2 @@\n+    allow_vat = True")]),
            SandboxCommit(
                sha: "f1a8b3377665544332211009988776655443322f", message: "checkout: clearer wording", author: "bob",
                date: now - .days(3),
                files: [.init(path: "src/checkout/texts.py", patch: "@@ -2 +2 @@\n-Pay\n+Pay now")]),
        ]
    }

    private func issues(_ observations: [SandboxObservation]) -> [SandboxIssue] {
        let failed = observations.filter { $0.name == truth.spikeFeature && $0.level == "ERROR" }
        return [
            SandboxIssue(
                id: "4401", title: "RateLimitError: Too many requests to the model API", count: 148,
                firstSeen: spikeStart + .minutes(4), lastSeen: now - .minutes(1), location: "src/support_bot/agent.py",
                release: "assistant@2.31.0", traces: failed.map(\.traceID)),
            SandboxIssue(
                id: "3120", title: "NotFound: /assets/old-logo.css", level: "warning", count: 31,
                firstSeen: now - .days(40), lastSeen: now - .hours(3)),
        ]
    }
}
