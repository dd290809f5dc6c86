import Basics
import Foundation
import IncidentStore
import OnCallModel

@testable import Governance

/// A store in a directory of its own, which goes with it.
final class Fixture: Sendable {
    let directory: String
    static let start = Instant(iso8601: "2026-11-24T03:00:00Z")!

    var path: String { directory + "/state/sentinel.db" }

    init() throws {
        directory = NSTemporaryDirectory() + "sentinel-store-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    func writer(at now: Instant = start) async throws -> StoreWriter {
        try await StoreWriter.open(path, holder: "host:1", pid: 1, at: now)
    }
}

extension Instant {
    /// Minutes after the fixture's start.
    static func minute(_ minutes: Double) -> Instant { Fixture.start + .minutes(minutes) }
}

extension Finding {
    static func sample(
        _ subject: String = "trace-1", type: DetectionType = .agentLoop, severity: Severity = .high,
        lastSeen: Instant = Fixture.start, cost: Double = 4, facts given: FindingFacts? = nil
    ) -> Finding {
        var facts = given ?? FindingFacts(type)
        if var loop = facts.loop {
            loop.cost = cost
            facts = .loop(loop)
        }
        return Finding(
            facts: facts, severity: severity, fingerprint: Fingerprint(type.rawValue, subject), subject: subject,
            description: "\(subject) costs $\(cost) an hour", sql: "SELECT 1", onset: lastSeen - .minutes(30),
            lastSeen: lastSeen, costPerHour: cost)
    }
}

extension LoopEvidence {
    static func sample(
        _ trace: String = "trace-1", generations: Int = 14, lastSeen: Instant = Fixture.start
    ) -> LoopEvidence {
        LoopEvidence(
            traceID: trace, agent: "researcher", generations: generations, cost: 1.5,
            firstSeen: Fixture.start - .minutes(10), lastSeen: lastSeen, repeatedStep: "retry-search",
            repetitions: generations, isRepetitive: true)
    }
}

extension StoreTransaction {
    func record(_ finding: Finding, scan: String, at now: Instant) throws -> FindingRecord {
        guard let record = try recordFinding(finding, scan: scan, reopenWithin: .hours(6), at: now) else {
            throw Unexpected("a note was recorded")
        }
        return record
    }

    func ask(
        _ action: Action = .killLoop(trace: "trace-1", agent: "researcher"), incident: Int64, number: Int = 1,
        at now: Instant = Fixture.start, for life: Span = .hours(4)
    ) throws -> ApprovalItem {
        try openRequest(
            RequestDraft(
                action: action, incident: incident, number: number, type: .agentLoop, severity: .high,
                summary: "Kill it?", createdAt: now, expiresAt: now + life),
            dryRun: ["GET /v1/kill?trace=trace-1"])
    }

    func send(_ notice: Action, of incident: Int64, at now: Instant = Fixture.start) throws -> ActRecord {
        let round = try snapshot.life(ofIncident: incident)?.reopened ?? 0
        return try enqueue(Gate.standard.notice(notice, incident: incident, round: round).permission(), at: now)
    }

    /// Somebody's yes, as the gate allows it in the circumstances of now.
    func approve(_ request: Int64, by author: String, at now: Instant) throws -> RequestDecision {
        guard let item = try snapshot.approval(request) else { return .unknown }
        let circumstances = try snapshot.circumstances(ofIncident: item.incident, at: now)
        return try approve(
            with: Gate.standard.approve(item, by: author, in: circumstances, now: now).permission(), at: now)
    }

    func order(_ trace: String, intent: Int64, of incident: Int64?, at now: Instant) throws -> ActRecord {
        let order = IntentRecord(id: intent, intent: .killLoop(trace: trace), author: "alice", createdAt: now)
        let verdict = Gate.standard.order(
            .killLoop(trace: trace, agent: "researcher"), by: order, incident: incident,
            in: try snapshot.circumstances(ofIncident: incident, at: now))
        return try enqueue(verdict.permission(), at: now)
    }
}

extension Gate {
    static let standard = Gate(policy: Policy(settings: Settings()))
}

extension Verdict {
    func permission() throws -> Permission {
        guard case .allow(let permission) = self else { throw Unexpected("\(self)") }
        return permission
    }
}

extension ApprovalVerdict {
    func permission() throws -> Permission {
        guard case .allow(let permission) = self else { throw Unexpected("\(self)") }
        return permission
    }
}

extension ApprovalItem {
    /// Somebody's yes, given while the request was fresh.
    func approved(by author: String) throws -> Permission {
        try Gate.standard.approve(self, by: author, in: Circumstances(), now: createdAt).permission()
    }
}

struct Unexpected: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
