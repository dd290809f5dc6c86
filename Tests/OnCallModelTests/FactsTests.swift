import Basics
import OnCallModel
import Testing

@Suite("The facts of findings")
struct FactsTests {
    private static let now = Instant(iso8601: "2026-11-24T03:00:00Z")!

    private static let facts: [FindingFacts] = [
        .cost(.with { ($0.hour, $0.cost, $0.ratio, $0.isNew, $0.modelNow) = (now, 41.2, 6.8, true, "gpt-4o") }),
        .loop(.with { ($0.looped, $0.repeatedStep, $0.reasons, $0.usualMax) = (22, "search", ["×21"], 9) }),
        .cascade(.with { ($0.title, $0.link, $0.traces, $0.release) = ("E", .release, ["t1"], "a@1") }),
        .drift(
            .schema(
                .with {
                    $0.violations = [.with { ($0.path, $0.what, $0.outputs) = ("$.a", "missing", 17) }]
                    $0.contrasts = [.with { ($0.label, $0.value, $0.failing, $0.of) = (.model, "m", 17, 20) }]
                    ($0.isPromptContrast, $0.promptVersion, $0.onset) = (true, 14, now)
                })),
        .drift(.score(.with { ($0.score, $0.mean, $0.meanBefore) = ("quality", 0.5, 0.9) })),
        .tool(
            .outputs(
                .with {
                    ($0.strategies, $0.failRateInterval, $0.beganEarlier) = (["A", "B"], [0.5, 0.9], false)
                    $0.signs = [.with { ($0.kind, $0.path, $0.hits) = (.typeChanged, "$.x", 9) }]
                    $0.examples = [.with { ($0.at, $0.begins) = (now, "<html>") }]
                    $0.sentry = .with { ($0.issue, $0.link) = ("44", .time) }
                })),
        .tool(.calls(.with { ($0.failed, $0.calls, $0.traces) = (9, 12, ["t1", "t2"]) })),
    ]

    @Test("every class is read back as it was written", arguments: facts)
    func reading(_ facts: FindingFacts) {
        #expect(FindingFacts(facts.type, json: facts.json) == facts)
    }

    @Test("every class has facts of its own")
    func classes() {
        for type in DetectionType.allCases { #expect(FindingFacts(type).type == type) }
    }

    @Test("a document that is damaged or older keeps the class and what can be read of it")
    func damaged() {
        for type in DetectionType.allCases {
            #expect(FindingFacts(type, json: .null) == FindingFacts(type))
            #expect(FindingFacts(type, json: ["cost": "much", "kind": 7, "strategies": [1]]).type == type)
        }
        let old: JSONValue = ["volume_ratio": 2.5, "hour": "yesterday", "unknown": true]
        #expect(FindingFacts(.costSpike, json: old) == .cost(.with { $0.volumeRatio = 2.5 }))
        let contrasts: JSONValue = [
            "contrasts": [
                ["by": "moon", "value": "full", "failing": 1, "of": 2], ["by": "model"],
                ["by": "model", "value": "m", "failing": 1, "of": 2],
            ]
        ]
        #expect(FindingFacts(.promptDrift, json: contrasts).drift?.schema?.contrasts.map(\.value) == ["m"])
    }

    @Test("a figure that is not known is left out, but for those whose absence says something")
    func missing() {
        #expect(FindingFacts(.costSpike).json.members?.contains { $0.name == "ratio" } == false)
        #expect(FindingFacts(.agentLoop).json["usual_most"] == .null)
        #expect(FindingFacts(.promptDrift).json["prompt_name"] == .null)
    }

    @Test("the loop of a finding is its trace with the finding's times")
    func loop() {
        let finding = Finding(
            facts: Self.facts[1], severity: .high, fingerprint: Fingerprint("f"), subject: "t1", description: "",
            sql: "", onset: Self.now, lastSeen: Self.now + .minutes(2), costPerHour: 1)
        #expect(finding.loop?.traceID == "t1" && finding.loop?.generations == 22)
        #expect(finding.loop.map { $0.lastSeen - $0.firstSeen } == .minutes(2))
    }
}
