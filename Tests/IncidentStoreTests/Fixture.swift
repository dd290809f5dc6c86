import Basics
import Foundation
import IncidentStore
import OnCallModel

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
        lastSeen: Instant = Fixture.start, cost: Double = 4
    ) -> Finding {
        var facts = FindingFacts(type)
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
        _ action: Action = .killLoop(trace: "trace-1", agent: "researcher"), incident: Int64,
        at now: Instant = Fixture.start, for life: Span = .hours(4)
    ) throws -> ApprovalItem {
        try openRequest(
            key: "incident-\(incident)/\(action.kind.rawValue)", action: action, incident: incident,
            type: .agentLoop, severity: .high, summary: "Kill it?", dryRun: ["GET /v1/kill?trace=trace-1"],
            at: now, expiresAt: now + life)
    }
}

struct Unexpected: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
