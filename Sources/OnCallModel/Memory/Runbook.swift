import Basics

/// The name and title of a runbook.
package struct RunbookName: Hashable, Sendable {
    /// The name of its file without `.md`.
    package var name: String
    package var title: String

    package init(name: String, title: String) { (self.name, self.title) = (name, title) }
}

/// What a team does about a kind of incident, as a Markdown file with rules that say which incidents it serves.
package struct Runbook: Hashable, Sendable {
    /// It matches if all of its members do.
    package struct Rule: Hashable, Sendable {
        package var type: DetectionType?
        /// Globs; nil matches everything.
        package var subject: String?
        package var error: String?
        /// Where the rule is in its file, from 1.
        package var line: Int

        package init(type: DetectionType?, subject: String?, error: String?, line: Int) {
            (self.type, self.subject, self.error, self.line) = (type, subject, error, line)
        }

        package func matches(_ occasion: Occasion) -> Bool {
            guard type ?? occasion.type == occasion.type else { return false }
            if let subject, !occasion.subject.matches(glob: subject) { return false }
            return error.map { glob in occasion.errors.contains { $0.matches(glob: glob) } } ?? true
        }

        /// `agent_loop, subject research-*`
        package var phrase: String {
            [type?.rawValue, subject.map { "subject \($0)" }, error.map { "error \($0)" }].compactMap { $0 }
                .joined(separator: ", ")
        }
    }

    /// What an incident is about.
    package struct Occasion: Hashable, Sendable {
        package var type: DetectionType
        /// The agent of a looping trace.
        package var subject: String
        /// The titles of its errors.
        package var errors: [String]

        package init(type: DetectionType, subject: String, errors: [String]) {
            (self.type, self.subject, self.errors) = (type, subject, errors)
        }
    }

    package var named: RunbookName
    package var rules: [Rule]
    /// Markdown, without the head.
    package var text: String

    package init(named: RunbookName, rules: [Rule], text: String) {
        (self.named, self.rules, self.text) = (named, rules, text)
    }

    package func serves(_ occasion: Occasion) -> Bool { rules.contains { $0.matches(occasion) } }
}
