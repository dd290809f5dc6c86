/// A query of the store.
package struct StoreQuery<Answer: Hashable & Sendable>: Sendable {
    /// Runs in one read transaction on the reader's thread.
    package let fetch: @Sendable (StoreSnapshot) throws -> Answer

    package init(_ fetch: @escaping @Sendable (StoreSnapshot) throws -> Answer) {
        self.fetch = fetch
    }
}
