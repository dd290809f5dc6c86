package import Basics
import FoundationEssentials
package import OnCallModel

/// A detector's memory that people read and change: it has a table of its own.
protocol TableMemory {
    static func all(in store: StoreSnapshot) throws -> [String: Self]
    static func save(_ memory: [Self], in store: StoreTransaction) throws
}

extension FeatureSnapshot: TableMemory {
    static func all(in store: StoreSnapshot) throws -> [String: FeatureSnapshot] {
        Dictionary(try store.features().map { ($0.feature, $0) }) { $1 }
    }

    static func save(_ memory: [FeatureSnapshot], in store: StoreTransaction) throws {
        try store.saveSnapshots(memory)
    }
}

extension StoreSnapshot {
    /// What the detector of one class remembers, by subject. A memory that cannot be read is left out: it is learnt anew.
    package func memory<Memory: Codable>(
        of type: DetectionType, as _: Memory.Type = Memory.self
    ) throws -> [String: Memory] {
        if let kept = Memory.self as? any TableMemory.Type { return try kept.all(in: self) as? [String: Memory] ?? [:] }
        let rows = try rows(
            "detector_memory", "SELECT subject, json FROM detector_memory WHERE detection_type = ?",
            [.text(type.rawValue)])
        let decoder = JSONDecoder()
        return try rows.reduce(into: [:]) { memory, row in
            let json = try row.text("json")
            memory[try row.text("subject")] = try? decoder.decode(Memory.self, from: Data(json.utf8))
        }
    }

    /// The findings that incidents hold, by class: all of incidents that are not resolved, and those seen since `moment`.
    package func pastFindings(since moment: Instant) throws -> [DetectionType: [PastFinding]] {
        try rows(
            "incident_finding",
            """
            SELECT f.detection_type, f.subject, f.first_seen, f.last_seen, i.state = 'resolved' AS resolved
            FROM incident_finding f JOIN incident_reports i ON i.id = f.incident_id
            WHERE i.state <> 'resolved' OR f.last_seen >= ? ORDER BY f.last_seen
            """, [.init(moment)]
        ).reduce(into: [:]) { past, row in
            let type: DetectionType = try row.choice("detection_type")
            past[type, default: []].append(
                try PastFinding(
                    subject: row.text("subject"), firstSeen: row.instant("first_seen"),
                    lastSeen: row.instant("last_seen"), isResolved: row.flag("resolved")))
        }
    }
}
