extension Scenario {
    /// What somebody says was found: no notes, and each once.
    package struct Finding: Hashable, Sendable {
        /// The name of the class.
        package var type: String
        package var subject: String

        package init(type: String, subject: String) {
            (self.type, self.subject) = (type, subject)
        }
    }

    /// How far an answer is from the truth.
    package struct Gap: Hashable, Sendable {
        package var missed: [Truth] = []
        /// What was found where there is nothing to find.
        package var invented: [Finding] = []

        package var isNone: Bool { missed.isEmpty && invented.isEmpty }

        /// One sentence each.
        package var sentences: [String] {
            missed.map { "Missed \($0.failure.rawValue) of \($0.subject): \($0.sentence)" }
                + invented.map { "Invented \($0.type) of \($0.subject)." }
        }
    }

    /// Holds an answer against the truths of some classes.
    package func gap(of findings: [Finding], in classes: [Truth.Failure] = Truth.Failure.allCases) -> Gap {
        let names = Set(classes.map(\.rawValue))
        let own = truths.filter { classes.contains($0.failure) }
        let welcome = Set(own.filter { $0.verdict != .silent }.map(Finding.init))
        let said = Set(findings)
        return Gap(
            missed: own.filter { $0.verdict == .found && !said.contains(Finding($0)) },
            invented: findings.filter { names.contains($0.type) && !welcome.contains($0) })
    }
}

extension Scenario.Finding {
    fileprivate init(_ truth: Truth) {
        self.init(type: truth.failure.rawValue, subject: truth.subject)
    }
}
