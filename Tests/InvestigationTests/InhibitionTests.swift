import Basics
import OnCallModel
import Testing

@testable import Investigation

@Suite("Which incidents are explained by another")
struct InhibitionTests {
    private let start = Instant(iso8601: "2026-11-24T03:00:00Z")!

    private func incident(
        _ id: Int64, _ type: DetectionType, _ severity: Severity, at minute: Double = 0, for length: Double = 120,
        says headline: String = "", facts: FindingFacts? = nil, _ links: FindingLinks = FindingLinks(),
        life: IncidentLife = IncidentLife()
    ) -> Inhibition.Candidate {
        let (first, last) = (start + .minutes(minute), start + .minutes(minute + length))
        let print = Fingerprint("\(id)")
        return Inhibition.Candidate(
            IncidentSummary(
                id: id, fingerprint: print, type: type, severity: severity, state: life.state, subject: "s\(id)",
                headline: headline, firstSeen: first, lastSeen: last, occurrences: 1, costPerHour: 1, approval: .none,
                life: life),
            findings: [
                IncidentFinding(
                    incident: id, fingerprint: print, facts: facts ?? FindingFacts(type), severity: severity,
                    subject: "s\(id)", headline: headline,
                    why: "", firstSeen: first, lastSeen: last, occurrences: 1, costPerHour: 1, sql: "",
                    links: links)
            ])
    }

    private let bot = FindingLinks(features: ["bot"])

    @Test("a milder incident of another kind about the same feature, while a critical one is open")
    func critical() {
        let spike = incident(1, .costSpike, .critical, bot)
        let drift = incident(2, .promptDrift, .high, at: 60, bot)
        let parents = Inhibition.parents(among: [spike, drift])
        #expect(parents == [2: .init(incident: 1, why: "both are about bot, and incident 1 is critical and open")])
    }

    @Test("what is no child: as bad, of the same kind, of another feature, older, later, or a loop")
    func notChildren() {
        let spike = incident(1, .costSpike, .critical, at: 60, bot)
        let others = [
            incident(2, .promptDrift, .critical, at: 60, bot), incident(3, .costSpike, .high, at: 60, bot),
            incident(4, .promptDrift, .high, at: 60, FindingLinks(features: ["parser"])),
            incident(5, .promptDrift, .high, at: 0, bot), incident(6, .promptDrift, .high, at: 300, bot),
            incident(7, .agentLoop, .high, at: 60, bot),
        ]
        for other in others { #expect(Inhibition.parents(among: [spike, other]).isEmpty, "\(other.incident.id)") }
    }

    @Test("a critical incident that nobody hears of holds nothing back")
    func mutedParents() {
        let drift = incident(2, .promptDrift, .high, bot)
        var (silenced, snoozed, resolved) = (IncidentLife(), IncidentLife(), IncidentLife(stage: .resolved))
        silenced.silence = IncidentLife.Hold(id: 1, until: start, reason: "")
        snoozed.snoozedUntil = start
        resolved.resolvedAt = start
        for life in [silenced, snoozed, resolved] {
            #expect(Inhibition.parents(among: [incident(1, .costSpike, .critical, bot, life: life), drift]).isEmpty)
        }
    }

    @Test("three tools that fail at once by the same upstream failure are one outage, told by the worst")
    func outage() {
        let facts = ToolOutputFacts.with {
            $0.examples = [.with { $0.begins = "RateLimitError: Too many requests to api.openai.com" }]
        }
        let storm = [
            incident(1, .toolFailure, .high, at: 0, facts: .tool(.outputs(facts))),
            incident(2, .toolFailure, .critical, at: 5, says: "search failed: openai answered HTTP 429"),
            incident(3, .errorCascade, .high, at: 9, says: "RateLimitError rose"),
        ]
        let parents = Inhibition.parents(among: storm)
        #expect(Set(parents.keys) == [1, 3])
        #expect(parents[1]?.incident == 2)
        #expect(parents[1]?.why.contains("3 incidents") == true && parents[1]?.why.contains("rate limit") == true)
        #expect(Inhibition.parents(among: Array(storm.prefix(2))).isEmpty, "two are two")
    }

    @Test("other failures, other services, other times and numbers are no outage")
    func notOutages() {
        func three(_ texts: [String], minutes: [Double] = [0, 1, 2]) -> [Inhibition.Candidate] {
            zip(texts, minutes).enumerated().map { index, pair in
                incident(Int64(index + 1), .toolFailure, .high, at: pair.1, says: pair.0)
            }
        }
        #expect(Inhibition.parents(among: three(["timed out", "connection refused", "HTTP 503"])).isEmpty)
        let services = ["openai timed out", "anthropic timed out", "stripe timed out"]
        #expect(Inhibition.parents(among: three(services)).isEmpty)
        #expect(Inhibition.parents(among: three(Array(repeating: "timed out", count: 3), minutes: [0, 1, 40])).isEmpty)
        #expect(Inhibition.parents(among: three(Array(repeating: "503 of 900 outputs were empty", count: 3))).isEmpty)
        #expect(Inhibition.parents(among: three(Array(repeating: "timed out", count: 3))).count == 2)
    }
}
