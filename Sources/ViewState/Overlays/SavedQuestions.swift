/// A saved question, as the palette offers it: `ask cost-by-model since=2h`.
package struct AskableQuestion: Hashable, Sendable {
    package var name: String
    /// What it answers, and its parameters: "Cost by model (since = 24h)".
    package var hint: String

    package init(name: String, hint: String) {
        (self.name, self.hint) = (name, hint)
    }
}

extension ConsoleState {
    /// `ask NAME` for each saved question.
    var questionActions: [ConsoleAction] {
        questions.map { question in
            ConsoleAction([], "ask \(question.name)", question.hint, perform: { _ in [.ask([question.name])] })
        }
    }

    /// The words behind `ask`, if they name a question and have arguments.
    func typedQuestion(_ text: String) -> [String]? {
        let words = text.split(separator: " ").map(String.init)
        guard words.count > 2, words[0] == "ask", questions.contains(where: { $0.name == words[1] }) else { return nil }
        return Array(words.dropFirst())
    }
}
