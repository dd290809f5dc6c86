import Basics
import Investigation
import OnCallModel
import Testing

@Suite("Which findings belong to one incident")
struct GroupingTests {
    private let start = Instant(iso8601: "2026-11-24T03:00:00Z")!

    private func signature(
        _ type: DetectionType, at minute: Double = 0, for length: Double = 60, _ links: FindingLinks = FindingLinks()
    ) -> Grouping.Signature {
        Grouping.Signature(
            type: type, links: links, onset: start + .minutes(minute), lastSeen: start + .minutes(minute + length))
    }

    @Test("a shared trace correlates findings of any class and time")
    func trace() {
        let loop = signature(.agentLoop, FindingLinks(traces: ["t1"]))
        let tool = signature(.toolFailure, at: 300, FindingLinks(traces: ["t0", "t1"]))
        #expect(Grouping.correlation(of: loop, and: tool)?.why == "both name trace t1")
    }

    @Test("two loops are two incidents, whatever they share but their trace")
    func loops() {
        let one = signature(.agentLoop, FindingLinks(traces: ["t1"], failingReleases: ["r"], features: ["agent"]))
        let two = signature(.agentLoop, FindingLinks(traces: ["t2"], failingReleases: ["r"], features: ["agent"]))
        #expect(Grouping.correlation(of: one, and: two) == nil)
    }

    @Test(
        "the same feature correlates findings within half an hour only",
        arguments: [(29.0, true), (31, false), (-29, true)])
    func feature(minute: Double, isOne: Bool) {
        let spike = signature(.costSpike, FindingLinks(features: ["bot"]))
        let drift = signature(.promptDrift, at: minute, FindingLinks(features: ["bot", "bot-prompt"]))
        #expect((Grouping.correlation(of: spike, and: drift) != nil) == isOne)
        let other = signature(.promptDrift, at: minute, FindingLinks(features: ["parser"]))
        #expect(Grouping.correlation(of: spike, and: other) == nil)
    }

    @Test("errors that rise with the cost belong to the spike; they do not belong to an old one")
    func window() {
        #expect(Grouping.correlation(of: signature(.costSpike), and: signature(.errorCascade, at: 40)) != nil)
        #expect(Grouping.correlation(of: signature(.costSpike), and: signature(.errorCascade, at: 90)) == nil)
        #expect(Grouping.correlation(of: signature(.errorCascade), and: signature(.errorCascade, at: 10)) != nil)
        #expect(Grouping.correlation(of: signature(.errorCascade), and: signature(.errorCascade, at: 20)) == nil)
        #expect(
            Grouping.correlation(of: signature(.promptDrift), and: signature(.toolFailure, at: 1)) == nil,
            "time alone ties no others")
        let (bot, parser) = (FindingLinks(features: ["bot"]), FindingLinks(features: ["parser"]))
        #expect(
            Grouping.correlation(of: signature(.costSpike, bot), and: signature(.errorCascade, at: 5, parser)) == nil,
            "other calls")
    }

    @Test("a release correlates findings that began within half a day")
    func release() {
        let links = FindingLinks(failingReleases: ["assistant@2.31"])
        #expect(
            Grouping.correlation(of: signature(.promptDrift, links), and: signature(.errorCascade, at: 600, links))
                != nil)
        #expect(
            Grouping.correlation(of: signature(.promptDrift, links), and: signature(.errorCascade, at: 800, links))
                == nil)
    }

    @Test("a release that all calls have correlates nothing")
    func commonRelease() {
        let links = FindingLinks(releases: ["assistant@2.31"])
        #expect(
            Grouping.correlation(of: signature(.promptDrift, links), and: signature(.toolFailure, at: 5, links)) == nil)
    }

    @Test("the strongest rule decides, then the older incident")
    func choice() {
        let finding = Finding(
            facts: .tool(ToolFacts()), severity: .high, fingerprint: Fingerprint("x"), subject: "search",
            description: "",
            sql: "", onset: start, lastSeen: start, costPerHour: 0,
            links: FindingLinks(traces: ["t9"], features: ["search"]))
        func member(_ incident: Int64, _ links: FindingLinks) -> IncidentFinding {
            IncidentFinding(
                incident: incident, fingerprint: Fingerprint("m\(incident)"), facts: .drift(DriftFacts()),
                severity: .high,
                subject: "s", headline: "", why: "", firstSeen: start, lastSeen: start, occurrences: 1, costPerHour: 0,
                sql: "", links: links)
        }
        let byFeature = [5, 3].map { member($0, FindingLinks(features: ["search"])) }
        #expect(GroupedFindings(byFeature).place(of: finding)?.incident == 3)
        let withTrace = byFeature + [member(8, FindingLinks(traces: ["t9"]))]
        #expect(GroupedFindings(withTrace).place(of: finding)?.incident == 8)
        #expect(GroupedFindings([member(1, FindingLinks(features: ["other"]))]).place(of: finding) == nil)
    }

    @Test("one suspect commit within a day is one incident, but a loop stays separate")
    func commit() {
        func incident(_ id: Int64, _ type: DetectionType, at minute: Double) -> IncidentSummary {
            IncidentSummary(
                id: id, fingerprint: Fingerprint("i\(id)"), type: type, severity: .high, state: .open, subject: "s",
                headline: "", firstSeen: start + .minutes(minute), lastSeen: start + .minutes(minute), occurrences: 1,
                costPerHour: 0, approval: .none)
        }
        func finding(_ type: DetectionType) -> Finding {
            Finding(
                facts: FindingFacts(type), severity: .high, fingerprint: Fingerprint("y"), subject: "s",
                description: "",
                sql: "", onset: start, lastSeen: start, costPerHour: 0)
        }
        let blamed = [Suspect(sha: "abc1234", title: "", author: "", score: 3, why: [])]
        let others = [
            (incident: incident(4, .costSpike, at: -60), best: "abc1234"),
            (incident: incident(2, .costSpike, at: -60), best: "other"),
            (incident: incident(1, .costSpike, at: -1500), best: "abc1234"),
            (incident: incident(3, .agentLoop, at: -10), best: "abc1234"),
        ]
        #expect(Grouping.incident(blaming: blamed, for: [finding(.promptDrift)], among: others)?.incident == 4)
        #expect(Grouping.incident(blaming: blamed, for: [finding(.agentLoop)], among: others) == nil)
        #expect(Grouping.incident(blaming: [], for: [finding(.promptDrift)], among: others) == nil)
    }
}
