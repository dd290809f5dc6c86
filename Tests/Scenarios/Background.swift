import Basics
import Sandbox

extension ScenarioPart {
    /// Healthy traffic: features with outputs of several shapes, agents of two SDKs with their tools, and a repository
    /// in which people work. About six US dollars an hour in the afternoon and two thirds of it at night.
    ///
    /// More than eight days have as many observations as eight; each costs more by the same factor.
    package static func background(_ clock: ScenarioClock) -> ScenarioPart {
        var random = clock.random("background")
        let thin = max(1, clock.days / 8)
        var part = ScenarioPart()
        for (feature, perHour) in features(thin) {
            let moments = random.moments(
                perHour: perHour / Double(thin), rhythm: 1, from: clock.start, to: clock.now)
            part.observations += feature.calls(at: moments, &random)
            part.prompts.append(feature.prompt(created: clock.start - .days(30)))
            part.expectations += [.promptDrift, .costSpike].map {
                .silent($0, feature.name, "\(feature.name) is healthy traffic.")
            }
        }
        for (agent, perHour) in agents {
            let moments = random.moments(
                perHour: perHour / Double(thin), rhythm: 1, from: clock.start, to: clock.now)
            part.observations += agent.runs(at: moments, &random)
            part.expectations += agent.tools.map {
                .silent(.toolFailure, $0.name, "\($0.name) did not change.")
            }
        }
        part.scores = judged(part.observations, of: "reply-draft", mean: 0.86, &random)
        part.commits = work(clock, &random)
        return part
    }

    private static func features(_ thin: Int) -> [(Feature, perHour: Double)] {
        func tokens(_ low: Int, _ high: Int) -> ClosedRange<Int> { (low * thin)...(high * thin) }
        return [
            (
                Feature(
                    "contract-review", .omni, in: tokens(44_000, 68_000), out: tokens(2200, 3800),
                    output: Shapes.summary),
                15
            ),
            (
                Feature(
                    "invoice-extract", .omni, in: tokens(28_000, 44_000), out: tokens(1600, 2800),
                    output: Shapes.invoice),
                12
            ),
            (Feature("ticket-triage", in: tokens(700, 1600), output: Shapes.triage), 10),
            (Feature("catalog-labels", in: tokens(400, 900), output: Shapes.labels), 6),
            (Feature("reply-draft", .omni, in: tokens(1500, 3000), output: Shapes.reply), 6),
        ]
    }

    private static let agents: [(ToolAgent, perHour: Double)] = [
        (
            ToolAgent(
                "order-desk",
                [Tools.orders(), Tools.sanctions(), Tools.receipt(), Tools.policy(), Tools.profile()],
                callsPerRun: 1...3),
            5
        ),
        (
            ToolAgent(
                "tax-desk",
                [
                    Tools.profile("lookup_vat"), Tools.orders("open_disputes"), Tools.receipt("touch_ledger"),
                    Tools.policy("read_tax_code"),
                ], style: .spans, version: "0.9.4", callsPerRun: 1...2), 2
        ),
    ]

    /// One score for each trace of a feature, from a judge.
    static func judged(
        _ observations: [SandboxObservation], of feature: String, mean: Double, _ random: inout SeededRandom
    ) -> [SandboxScore] {
        observations.filter { $0.name == feature }.map { row in
            let value = mean + random.next(in: -0.09...0.09)
            return SandboxScore(
                id: random.hex(24), name: "helpfulness", value: .number(min(1, (value * 1000).rounded() / 1000)),
                time: row.start + .minutes(2), traceID: row.traceID)
        }
    }

    private static let changes: [(message: String, path: String, patch: String)] = [
        ("docs: describe the staging environment", "docs/staging.md", "@@ -4 +4,2 @@\n+Staging has its own keys."),
        ("web: darker buttons", "web/styles/buttons.css", "@@ -9 +9 @@\n-color: #456\n+color: #345"),
        ("billing: round half to even", "billing/rounding.py", "@@ -21 +21 @@\n-ROUND_HALF_UP\n+ROUND_HALF_EVEN"),
        ("ci: cache wheels", ".github/workflows/ci.yml", "@@ -14 +14,3 @@\n+      - uses: actions/cache@v4"),
        ("test: cover empty baskets", "tests/test_basket.py", "@@ -40 +40,6 @@\n+def test_empty_basket():"),
        ("chore: bump ruff", "pyproject.toml", "@@ -31 +31 @@\n-ruff==0.8.1\n+ruff==0.8.2"),
        ("warehouse: longer pick lists", "warehouse/picks.py", "@@ -66 +66 @@\n-LIMIT = 20\n+LIMIT = 40"),
    ]

    /// Two or three harmless commits a day, and none in the last three hours.
    private static func work(_ clock: ScenarioClock, _ random: inout SeededRandom) -> [SandboxCommit] {
        random.moments(perHour: 0.1, rhythm: 0, from: clock.start, to: clock.now - .hours(3)).map { moment in
            let change = random.pick(changes)
            return SandboxCommit(
                sha: random.hex(40), message: change.message, author: random.pick(["alice", "bob", "carol", "dave"]),
                date: moment, files: [.init(path: change.path, patch: change.patch)])
        }
    }
}
