package import Basics
import FoundationEssentials
package import OnCallModel

extension StoreTransaction {
    /// Keeps what the detector of one class remembers, a row a subject. Only what changed since `before` is written.
    package func saveMemory<Memory: Codable & Equatable>(
        _ memory: [String: Memory], since before: [String: Memory], of type: DetectionType, at now: Instant
    ) throws {
        let changed = memory.filter { $0.value != before[$0.key] }
        if let kept = Memory.self as? any TableMemory.Type { return try save(changed.values.map { $0 }, kept) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        for (subject, memory) in changed {
            let json = String(decoding: try encoder.encode(memory), as: UTF8.self)
            try run(
                """
                INSERT INTO detector_memory (detection_type, subject, json, updated_at) VALUES (?, ?, ?, ?)
                ON CONFLICT (detection_type, subject) DO UPDATE SET json = excluded.json, updated_at = excluded.updated_at
                """, [.text(type.rawValue), .text(subject), .text(json), .init(now)])
        }
        for subject in before.keys where memory[subject] == nil {
            try run(
                "DELETE FROM detector_memory WHERE detection_type = ? AND subject = ?",
                [.text(type.rawValue), .text(subject)])
        }
    }

    private func save<Kept: TableMemory>(_ memory: [Any], _: Kept.Type) throws {
        try Kept.save(memory.compactMap { $0 as? Kept }, in: self)
    }
}
