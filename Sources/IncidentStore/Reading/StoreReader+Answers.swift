package import Basics
package import OnCallModel

extension StoreReader {
    /// Waits for the answer to an intent; nil if none came within the limit. Without a limit it waits for ever.
    package nonisolated func answer(
        toIntent id: Int64, within limit: Span?,
        sleep: @escaping @Sendable (Span) async throws -> Void = { try await Task.sleep(for: $0.duration) }
    ) async throws -> IntentAnswer? {
        try await withThrowingTaskGroup(of: IntentAnswer?.self) { group in
            group.addTask {
                for try await case let answer? in self.observe(.answer(toIntent: id)) { return answer }
                throw CancellationError()
            }
            if let limit {
                group.addTask {
                    try await sleep(limit)
                    return nil
                }
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }
}
