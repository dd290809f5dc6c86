package import Basics
import FoundationEssentials
package import OnCallModel

extension StoreSnapshot {
    /// What the detector of one class remembers, by subject. A memory that cannot be read is skipped: the detector learns it again.
    package func memory<Memory: Codable>(
        of type: DetectionType, as _: Memory.Type = Memory.self
    ) throws -> [String: Memory] {
        if Memory.self == FeatureSnapshot.self {
            return try Dictionary(features().map { ($0.feature, $0) }) { $1 } as? [String: Memory] ?? [:]
        }
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
            SELECT f.detection_type, f.subject, f.first_seen, f.last_seen, i.state = 'resolved' AS resolved,
                f.evidence ->> 'prompt_name' AS prompt, f.evidence ->> 'prompt_version' AS version,
                f.evidence ->> 'prompt_created_at' AS created, f.evidence ->> 'prompt_message' AS message
            FROM incident_finding f JOIN incident_reports i ON i.id = f.incident_id
            WHERE i.state <> 'resolved' OR f.last_seen >= ? ORDER BY f.last_seen
            """, [.init(moment)]
        ).reduce(into: [:]) { past, row in
            let type: DetectionType = try row.choice("detection_type")
            var finding = try PastFinding(
                subject: row.text("subject"), firstSeen: row.instant("first_seen"),
                lastSeen: row.instant("last_seen"), isResolved: row.flag("resolved"))
            finding.prompt = row.prompt
            past[type, default: []].append(finding)
        }
    }
}

extension StoredRow {
    /// The version of a prompt that the facts of a drift have; nil where they have none.
    fileprivate var prompt: PastFinding.Prompt? {
        guard let name = record["prompt"].text, let version = record["version"].integer,
            let created = record["created"].instant
        else { return nil }
        return PastFinding.Prompt(
            name: name, version: version, createdAt: created, message: record["message"].text ?? "")
    }
}
