/// Why the server does not listen, as a sentence that says what to do.
package struct WebServerError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable { case addressInUse, notPermitted, badAddress, failed }

    package var kind: Kind
    package var message: String

    package var description: String { message }
}
