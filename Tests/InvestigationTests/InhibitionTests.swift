import Basics
import OnCallModel
import Testing

@testable import Investigation

@Suite("Which incidents are explained by another")
struct InhibitionTests {
    private let start = Instant(iso8601: "2026-11-24T03:00:00Z")!

    private func incident(
        _ id: Int64, _ type: DetectionType, _ severity: Severity, at minute: Double = 0, for length: Double = 120,
        _ links: FindingLinks = FindingLinks(),
        life: IncidentLife = IncidentLife()
    ) -> Inhibition.Candidate {
        let (first, last) = (start + .minutes(minute), start + .minutes(minute + length))
        let print = Fingerprint("\(id)")
        return Inhibition.Candidate(
            IncidentSummary(
                id: id, fingerprint: print, type: type, severity: severity, state: life.state, subject: "s\(id)",
                headline: "", firstSeen: first, lastSeen: last, occurrences: 1, costPerHour: 1, approval: .none,
                life: life),
            findings: [
                IncidentFinding(
                    incident: id, fingerprint: print, facts: FindingFacts(type), severity: severity,
                    subject: "s\(id)", headline: "",
                    why: "", firstSeen: first, lastSeen: last, occurrences: 1, costPerHour: 1, sql: "",
                    links: links)
            ])
    }

    private let bot = FindingLinks(features: ["bot"])

    @Test("a less severe incident of another class about the same feature is inhibited by an open critical one")
    func critical() {
        let spike = incident(1, .costSpike, .critical, bot)
        let drift = incident(2, .promptDrift, .high, at: 60, bot)
        let parents = Inhibition.parents(among: [spike, drift])
        #expect(parents == [2: .init(incident: 1, why: "both are about bot, and incident 1 is critical and open")])
    }

    @Test("not inhibited: same severity, same class, another feature, older, later, or a loop")
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

    @Test("a muted critical incident inhibits nothing")
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
}
