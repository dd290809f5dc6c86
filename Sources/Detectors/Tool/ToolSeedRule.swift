import Basics
import OnCallModel

/// The original system's strategies A and C, for comparison: any one output is enough.
///
/// A takes a tool's newest output as the norm: if it is JSON, earlier outputs that are not JSON fail. C fails an output with
/// less than a fifth of the average length (failures included) if the average is above 50.
enum ToolSeedRule {
    private static let window = Span.hours(6)
    private static let maxOutputs = 200

    /// Oldest first.
    static func failing(_ outputs: [ToolOutput], now: Instant) -> [ToolOutput] {
        let rows = outputs.filter { $0.at >= now - window && $0.at <= now }
            .sorted { ($0.at, $0.id) < ($1.at, $1.id) }.suffix(maxOutputs)
        guard let newest = rows.last, rows.count > 1 else { return [] }
        let average = Double(rows.reduce(0) { $0 + $1.length }) / Double(rows.count)
        return rows.filter { row in
            let failsA = newest.isJSON && row.length > 0 && !row.isJSON
            let failsC = average > 50 && Double(row.length) < 0.2 * average
            return failsA || failsC
        }
    }
}
