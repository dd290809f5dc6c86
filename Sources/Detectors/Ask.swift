package import Basics

/// One read-only statement over the SQL layer. Times are texts of `Instant.iso8601`.
package struct DetectorQuery: Hashable, Sendable {
    package var sql: String
    package var parameters: [Value]

    package init(sql: String, parameters: [Value]) {
        self.sql = sql
        self.parameters = parameters
    }
}

extension DetectorQuery {
    /// Of an observation: a single step never costs 100 000 US dollars; such a cost, or a negative one, is an error of the
    /// source.
    static let hasValidCost = "total_cost >= 0 AND total_cost < 100000"

    /// `?, ?, ?`
    static func marks(_ count: Int) -> String { Array(repeating: "?", count: count).joined(separator: ", ") }
}

/// Why a statement gave no rows. The texts are sentences for people.
package enum QueryFailure: Error, Hashable, Sendable {
    /// The user has not configured a source that it needs.
    case notConfigured(String)
    case failed(String)
    case cancelled
}

/// The one thing that a detector or the sampler can do: ask the SQL layer.
///
/// What to do when a statement fails is said by how it is asked; a cancelled one always ends the run.
package final class Ask {
    /// The rows of one statement, and what is missing from them: a sentence for each source that returned partial data.
    package typealias Answer = (rows: RowSet, gaps: [String])

    private let answer: (DetectorQuery) async throws(QueryFailure) -> Answer
    /// What was missing from the answers so far, each sentence once. With a gap the report is partial.
    package private(set) var gaps: [String] = []

    package init(_ answer: @escaping (DetectorQuery) async throws(QueryFailure) -> Answer) {
        self.answer = answer
    }

    /// A failure ends the run.
    package func callAsFunction(_ query: DetectorQuery) async throws(QueryFailure) -> RowSet {
        let (rows, gaps) = try await answer(query)
        for gap in gaps { note(gap) }
        return rows
    }

    /// Nil when the statement failed: the run goes on without it, and its report is partial. What the user never configured
    /// is not a gap.
    package func ifPossible(_ query: DetectorQuery) async throws(QueryFailure) -> RowSet? {
        do {
            return try await self(query)
        } catch {
            switch error {
            case .cancelled: throw error
            case .notConfigured: return nil
            case .failed(let sentence):
                note(sentence)
                return nil
            }
        }
    }

    /// Nil when the statement failed. The report does not become partial by it: the detector says itself what it means.
    package func attempt(_ query: DetectorQuery) async throws(QueryFailure) -> RowSet? {
        do {
            return try await self(query)
        } catch {
            if error == .cancelled { throw error }
            return nil
        }
    }

    private func note(_ gap: String) {
        if !gaps.contains(gap) { gaps.append(gap) }
    }
}
