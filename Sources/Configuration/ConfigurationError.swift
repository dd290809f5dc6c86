/// Why Sentinel cannot start with what it was given; one sentence a problem, none of which carries a secret.
package struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    package var problems: [String]

    package init(_ problems: [String]) {
        self.problems = problems
    }

    package var description: String { problems.joined(separator: "\n") }
}
