/// The answer to a person who asked for something.
package struct IntentAnswer: Hashable, Sendable, CustomStringConvertible {
    /// One sentence, or a few.
    package var text: String
    /// Nothing was done. The command line then exits with status 1.
    package var isRefused: Bool

    package init(_ text: String, isRefused: Bool = false) {
        (self.text, self.isRefused) = (text, isRefused)
    }

    package static func refused(_ text: String) -> Self { Self(text, isRefused: true) }

    package var description: String { text }
}
