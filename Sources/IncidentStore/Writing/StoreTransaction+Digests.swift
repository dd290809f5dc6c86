import Basics
package import OnCallModel

extension StoreTransaction {
    /// Saves the digest of a week, in place of an earlier one.
    package func saveDigest(_ digest: DigestRecord) throws {
        try insert(
            into: "digest",
            [
                "week": .text(digest.week), "zone": .text(digest.zone), "starts_at": .init(digest.from),
                "ends_at": .init(digest.until), "made_at": .init(digest.madeAt), "is_final": .init(digest.isFinal),
                "document": .text(digest.document.json.serialized), "markdown": .text(digest.markdown),
                "facts": .text(digest.facts.serialized),
            ], on: .replace("week"))
    }
}
