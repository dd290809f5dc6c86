package import Basics

/// Why a statement returned no rows. The texts are sentences for people.
package enum QueryFailure: Error, Hashable, Sendable {
    /// The user has not configured a source that it needs.
    case notConfigured(String)
    case failed(String)
    case cancelled
}

/// The one thing that a detector or the sampler can do: ask the SQL layer.
///
/// The method chooses what happens when a statement fails; a cancelled one always ends the run.
package final class Ask {
    /// The rows of one statement, and a sentence for each source that returned partial data.
    package typealias Answer = (rows: RowSet, gaps: [String])

    private let answer: (DetectorQuery) async throws(QueryFailure) -> Answer
    /// The sentences on missing data so far, each once. With a gap the report is partial.
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

    /// Nil if the statement failed: the run continues without it, and its report is partial. A source that is not configured
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

    /// Nil if the statement failed. That does not make the report partial: the detector reports it itself.
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
