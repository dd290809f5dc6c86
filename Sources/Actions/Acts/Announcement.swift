/// Stores that the first request of an attempt is about to be sent, before it is.
///
/// An attempt that was not announced certainly sent nothing, so it is made again; one that was is looked up first.
struct Announcement: Sendable {
    let store: @Sendable () async throws -> Void

    func callAsFunction() async throws(ActFault) {
        do {
            try await store()
        } catch {
            throw .retry("The start of the act could not be stored; nothing was sent.")
        }
    }
}
