package import OnCallModel

/// What is wrong with the runbooks of a folder.
package struct RunbookCheck {
    /// One sentence for each file that cannot be read, and for each rule that matches no incident so far.
    package let problems: [String]

    package init(_ folder: RunbookFolder, occasions: [Runbook.Occasion]) {
        let unused = folder.runbooks.flatMap { book in
            book.rules.filter { rule in !occasions.contains(where: rule.matches) }.map { rule in
                "\(book.named.name).md:\(rule.line): matches no incident so far: \(rule.phrase)."
            }
        }
        problems = folder.problems + unused
    }
}
