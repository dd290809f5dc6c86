package import Basics
import FoundationEssentials
package import OnCallModel

extension StoreTransaction {
    /// Saves what the detector of one class remembers, one row per subject. Only what changed since `before` is written.
    /// Snapshots of features have a table of their own, because people read and accept them.
    package func saveMemory<Memory: Codable & Equatable>(
        _ memory: [String: Memory], since before: [String: Memory], of type: DetectionType, at now: Instant
    ) throws {
        let changed = memory.filter { $0.value != before[$0.key] }
        if Memory.self == FeatureSnapshot.self {
            return try saveSnapshots(changed.values.compactMap { $0 as? FeatureSnapshot })
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        for (subject, memory) in changed {
            let json = String(decoding: try encoder.encode(memory), as: UTF8.self)
            try insert(
                into: "detector_memory",
                [
                    "detection_type": .text(type.rawValue), "subject": .text(subject), "json": .text(json),
                    "updated_at": .init(now),
                ], on: .replace("detection_type, subject"))
        }
        for subject in before.keys where memory[subject] == nil {
            try run(
                "DELETE FROM detector_memory WHERE detection_type = ? AND subject = ?",
                [.text(type.rawValue), .text(subject)])
        }
    }
}
