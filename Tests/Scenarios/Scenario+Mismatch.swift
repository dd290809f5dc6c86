extension Scenario {
    /// What was found, without notes; each once.
    package struct Finding: Hashable, Sendable {
        /// The name of the class.
        package var type: String
        package var subject: String

        package init(type: String, subject: String) {
            (self.type, self.subject) = (type, subject)
        }
    }

    /// What findings differ in from the expectations.
    package struct Mismatch: Hashable, Sendable {
        package var missed: [ScenarioExpectation] = []
        /// Findings that no expectation allows.
        package var unexpected: [Finding] = []

        package var isNone: Bool { missed.isEmpty && unexpected.isEmpty }

        /// One sentence each.
        package var sentences: [String] {
            missed.map { "Missed \($0.failure.rawValue) of \($0.subject): \($0.sentence)" }
                + unexpected.map { "Unexpected \($0.type) of \($0.subject)." }
        }
    }

    /// Compares findings with the expectations of some classes.
    package func mismatch(
        of findings: [Finding], in classes: [ScenarioExpectation.Failure] = ScenarioExpectation.Failure.allCases
    ) -> Mismatch {
        let names = Set(classes.map(\.rawValue))
        let own = expectations.filter { classes.contains($0.failure) }
        let welcome = Set(own.filter { $0.verdict != .silent }.map(Finding.init))
        let said = Set(findings)
        return Mismatch(
            missed: own.filter { $0.verdict == .found && !said.contains(Finding($0)) },
            unexpected: findings.filter { names.contains($0.type) && !welcome.contains($0) })
    }
}

extension Scenario.Finding {
    fileprivate init(_ expected: ScenarioExpectation) {
        self.init(type: expected.failure.rawValue, subject: expected.subject)
    }
}
