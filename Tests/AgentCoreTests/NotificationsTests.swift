import Basics
import Governance
import IncidentStore
import OnCallModel
import TestSupport
import Testing

@testable import AgentCore

@Suite("Notifications")
struct NotificationsTests {
    @Test("96 scans of one failure are one incident, one post, one issue, and a reminder every four hours (row 21)")
    func ninetySix() async throws {
        let folder = TemporaryFolder()
        let start = Stage.start
        let writer = try await StoreWriter.open("\(folder.path)/s.db", holder: "t", pid: 1, at: start)
        let gate = Gate(policy: Policy(settings: Settings()))
        for scan in 0..<96 {
            let now = start + .minutes(Double(scan) * 15)
            let finding = Finding(
                facts: .cost(CostFacts()), severity: .critical, fingerprint: Fingerprint("f"), subject: "bot",
                description: "It costs.",
                sql: "", onset: start, lastSeen: now, costPerHour: 8)
            try await writer.transaction { store in
                let record = try store.recordFinding(finding, scan: "\(scan)", reopenWithin: .hours(24), at: now)
                try store.notifyIfDue(try #require(record).incident, gate: gate, at: now)
                try store.bringUpToDate(gate: gate, at: now)
            }
        }
        let incidents = try await writer.read { try $0.incidents(limit: 9) }
        #expect(incidents.map(\.occurrences) == [96])
        let kinds = try await writer.read { try $0.acts(ofIncident: incidents[0].id) }.map(\.action.kind)
        #expect(kinds.count { $0 == .postIncident } == 1 && kinds.count { $0 == .createIssue } == 1)
        #expect(kinds.count { $0 == .postReply } == 5 && kinds.count == 7)
    }

    @Test("a freeze sends no notification and marks none as sent; after it the incident is notified")
    func freeze() async throws {
        let folder = TemporaryFolder()
        let writer = try await StoreWriter.open("\(folder.path)/s.db", holder: "t", pid: 1, at: Stage.start)
        let finding = Finding(
            facts: .cost(CostFacts()), severity: .critical, fingerprint: Fingerprint("f"), subject: "bot",
            description: "It costs.",
            sql: "", onset: Stage.start, lastSeen: Stage.start, costPerHour: 8)
        _ = try await writer.transaction {
            try $0.recordFinding(finding, scan: "a", reopenWithin: .hours(24), at: Stage.start)
        }
        for (isFrozen, count) in [(true, 0), (false, 2), (false, 2)] {
            let gate = Gate(policy: Policy(settings: Settings(), isFrozen: isFrozen))
            _ = try await writer.transaction { try $0.bringUpToDate(gate: gate, at: Stage.start) }
            #expect(try await writer.read { try $0.acts(ofIncident: 1) }.count == count)
        }
    }

    @Test("an incident whose post was given up is posted with its next news, and not with a reply to nothing")
    func givenUp() async throws {
        let folder = TemporaryFolder()
        let start = Stage.start
        let writer = try await StoreWriter.open("\(folder.path)/s.db", holder: "t", pid: 1, at: start)
        let gate = Gate(policy: Policy(settings: Settings()))
        let finding = Finding(
            facts: .cost(CostFacts()), severity: .critical, fingerprint: Fingerprint("f"), subject: "bot",
            description: "It costs.", sql: "", onset: start, lastSeen: start, costPerHour: 8)
        for scan in 0..<2 {
            let now = start + .hours(Double(scan))
            try await writer.transaction { store in
                _ = try store.recordFinding(finding, scan: "\(scan)", reopenWithin: .hours(24), at: now)
                try store.bringUpToDate(gate: gate, at: now)
                guard scan == 0 else { return }
                for act in try store.snapshot.acts(ofIncident: 1) {
                    try store.withdraw(act.id, because: "Resolved.", at: now)
                }
                _ = try store.resolve(1, by: "eve", at: now)
            }
        }
        let acts = try await writer.read { try $0.acts(ofIncident: 1) }
        #expect(acts.map(\.action.kind) == [.postIncident, .createIssue])
        #expect(acts.map(\.state) == [.waiting, .waiting])
    }

    @Test("an inhibited incident is shown and not notified until the critical one is closed")
    func inhibition() async throws {
        let folder = TemporaryFolder()
        let writer = try await StoreWriter.open("\(folder.path)/s.db", holder: "t", pid: 1, at: Stage.start)
        let gate = Gate(policy: Policy(settings: Settings()))
        let links = FindingLinks(features: ["bot"])
        func finding(_ type: DetectionType, _ severity: Severity, at minute: Double) -> Finding {
            Finding(
                facts: FindingFacts(type), severity: severity, fingerprint: Fingerprint(type.rawValue), subject: "bot",
                description: "\(type.rawValue) of bot", sql: "", onset: Stage.start + .minutes(minute),
                lastSeen: Stage.start + .minutes(minute + 30), costPerHour: 8, links: links)
        }
        let both = [finding(.costSpike, .critical, at: 0), finding(.promptDrift, .high, at: 45)]
        try await writer.transaction { store in
            for one in both { _ = try store.recordFinding(one, scan: "a", reopenWithin: .hours(24), at: Stage.start) }
            try store.bringUpToDate(gate: gate, at: Stage.start)
        }
        let child = try await writer.read { try $0.incident(2) }
        #expect(child?.summary.life.parent?.incident == 1 && child?.acts.isEmpty == true)
        #expect(child?.json["inhibited_by"]?.int == 1 && child?.json["state"]?.string == "open")
        let desk = IncidentHandler(writer: writer, clock: WallClock { Stage.start + .minutes(1) }) { gate }
        let record = IntentRecord(id: 1, intent: .resolve(incident: 1), author: "eve", createdAt: Stage.start)
        #expect(try await desk.answer(record)?.text == "Incident 1 is resolved.")
        let freed = try await writer.read { try $0.incident(2) }
        #expect(freed?.summary.life.parent == nil)
        #expect(freed?.acts.map(\.action.kind) == [.postIncident, .createIssue])
        let events = try await writer.read { try $0.timeline(ofIncident: 2) }.map(\.event)
        #expect(events.contains("Inhibited by #1: both are about bot, and incident 1 is critical and open"))
        #expect(events.contains("No longer inhibited by #1"))
    }
}
