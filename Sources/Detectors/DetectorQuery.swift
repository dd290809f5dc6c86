package import Basics

/// One read-only statement over the SQL layer: `"SELECT id FROM t WHERE name = \(name) AND start_time >= \(now)"`.
///
/// An interpolated value becomes a parameter and a list one for each element. An interpolated statement is inserted with its
/// parameters, and `raw` text as it is. Times are texts of `Instant.iso8601`.
package struct DetectorQuery: Hashable, Sendable, ExpressibleByStringInterpolation {
    package private(set) var sql: String
    package private(set) var parameters: [Value] = []
    /// The statement needs no row from before this time: its oldest interpolated time, unless set. Nil if it needs all history.
    package private(set) var since: Instant?
    /// The inputs and outputs of its rows are read together with at most this many calls; rows whose bodies are not read are missing
    /// from the answer. Nil if it reads none, or of few traces.
    package private(set) var bodyCalls: Int?
    /// Its tables may be this old, where fresh rows are not worth a call.
    package private(set) var age = Span.milliseconds(0)

    package init(stringLiteral sql: String) { self.sql = sql }
    package init(stringInterpolation query: StringInterpolation) {
        (sql, parameters, since) = (query.sql, query.parameters, query.oldest)
    }

    func readingBodies(calls: Int) -> DetectorQuery {
        var query = self
        query.bodyCalls = calls
        return query
    }

    func upTo(_ age: Span) -> DetectorQuery {
        var query = self
        query.age = age
        return query
    }

    func since(_ moment: Instant) -> DetectorQuery {
        var query = self
        query.since = moment
        return query
    }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var sql = ""
        fileprivate var parameters: [Value] = []
        fileprivate var oldest: Instant?

        package init(literalCapacity: Int, interpolationCount: Int) {}
        package mutating func appendLiteral(_ text: String) { sql += text }
        package mutating func appendInterpolation(_ time: Instant) { appendInterpolation([time]) }
        package mutating func appendInterpolation(_ text: String) { bind([.text(text)]) }
        package mutating func appendInterpolation(_ number: Int) { bind([Value(number)]) }
        package mutating func appendInterpolation(_ texts: [String]) { bind(texts.map(Value.text)) }
        package mutating func appendInterpolation(raw text: some CustomStringConvertible) { sql += text.description }

        package mutating func appendInterpolation(_ times: [Instant]) {
            bind(times.map { Value($0) })
            note(times.min())
        }

        package mutating func appendInterpolation(_ query: DetectorQuery) {
            sql += query.sql
            parameters += query.parameters
            note(query.since)
        }

        private mutating func note(_ time: Instant?) { oldest = [oldest, time].compactMap { $0 }.min() }

        private mutating func bind(_ values: [Value]) {
            sql += Array(repeating: "?", count: values.count).joined(separator: ", ")
            parameters += values
        }
    }
}

/// Parts of several statements over observations.
extension DetectorQuery {
    /// A single step never costs 100 000 US dollars; such a cost, or a negative one, is an error of the source.
    private static let hasValidCost: DetectorQuery = "total_cost >= 0 AND total_cost < 100000"
    /// US dollars of the rows with a valid cost.
    static let cost: DetectorQuery = "SUM(CASE WHEN \(hasValidCost) THEN total_cost ELSE 0 END)"
    /// How many rows have an invalid cost.
    static let rejectedCosts: DetectorQuery = "SUM(CASE WHEN total_cost IS NULL OR \(hasValidCost) THEN 0 ELSE 1 END)"
    static let generations: DetectorQuery = "SUM(CASE WHEN type = 'GENERATION' AND \(isOwn) THEN 1 ELSE 0 END)"
    /// Not a wrapper, whose usage only repeats that of its children.
    static let isOwn: DetectorQuery = "COALESCE(is_wrapper, 0) = 0"

    static func cost(since start: Instant) -> DetectorQuery {
        "SUM(CASE WHEN \(hasValidCost) AND start_time >= \(start) THEN total_cost ELSE 0 END)"
    }
}
