import Basics
import OnCallModel

/// The original's strategies A and C as they stand, for the side-by-side: any one output is enough.
///
/// A takes the newest output of a tool for its norm, and what came before that is no JSON for a failure; C calls an output
/// failed that has less than a fifth of the average length, failures included, where that is above 50.
enum ToolSeedRule {
    static let window = Span.hours(6)
    private static let mostOutputs = 200

    static func failing(_ outputs: [ToolOutput], now: Instant) -> [ToolOutput] {
        let rows = outputs.filter { $0.at >= now - window && $0.at <= now }
            .sorted { ($0.at, $0.id) > ($1.at, $1.id) }.prefix(mostOutputs)
        guard let newest = rows.first, rows.count > 1 else { return [] }
        let average = Double(rows.reduce(0) { $0 + $1.length }) / Double(rows.count)
        let isJSON = newest.isJSON
        return rows.filter { row in
            let failsA = isJSON && row.length > 0 && !row.isJSON
            let failsC = average > 50 && Double(row.length) < 0.2 * average
            return failsA || failsC
        }
    }
}
