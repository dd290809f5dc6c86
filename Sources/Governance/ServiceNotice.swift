/// Permission to send a sentence about Sentinel itself. It is about no incident, and it is sent without the outbox: the store
/// may be what fails.
package struct ServiceNotice: Hashable, Sendable {
    package let text: String

    init(_ text: String) {
        self.text = text
    }
}

extension Gate {
    /// Nil under a freeze.
    package func serviceNotice(_ text: String) -> ServiceNotice? {
        noticeRefusal == nil ? ServiceNotice(text) : nil
    }
}
