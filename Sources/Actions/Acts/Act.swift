import Governance
import OnCallModel

/// One kind of act on the outside world.
///
/// What `requests` prints and what `perform` sends are built by the same functions.
protocol Act: Sendable {
    /// The exact requests, one a line, secrets masked; or the sentence that says what is missing.
    func requests(key: String) -> [String]
    /// Does it. An answer that was lost is `.unknown`.
    func perform(_ permission: Permission) async -> Outcome
    /// Finds out what became of an attempt whose outcome was lost, and does it only where that is safe.
    func reconcile(_ permission: Permission) async -> Outcome
}

/// Runs a body that ends with an outcome or a fault.
func outcome(of body: () async throws(ActFault) -> Outcome) async -> Outcome {
    do throws(ActFault) {
        return try await body()
    } catch {
        return error.outcome
    }
}
