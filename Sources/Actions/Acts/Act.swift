import Governance
import OnCallModel

/// One kind of act on the outside world.
///
/// What `requests` prints and what `perform` sends are built by the same functions.
protocol Act: Sendable {
    /// The exact requests, one per line, with secrets masked; or one sentence that says what is missing.
    func requests(key: String) -> [String]
    /// Carries it out. The outcome is `.unknown` when the response was lost.
    func perform(_ permission: Permission) async -> Outcome
    /// Finds the outcome of an attempt whose response was lost. Repeats it only where that is safe.
    func reconcile(_ permission: Permission) async -> Outcome
}

/// The outcome of a body, whether it returns or throws it.
func outcome(of body: () async throws(ActFault) -> Outcome) async -> Outcome {
    do throws(ActFault) {
        return try await body()
    } catch {
        return error.outcome
    }
}
