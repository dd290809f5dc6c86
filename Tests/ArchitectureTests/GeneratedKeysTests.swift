import Basics
import TestSupport
import Testing
import ViewState

@Suite("Generated: keys")
struct GeneratedKeysTests {
    @Test("docs/KEYS.md is made from the actions of the console")
    func keys() {
        var text = "# Keys\n\nGenerated from the actions of the console. `?` shows those of the pane that is shown.\n"
        text += section("Everywhere", ConsoleAction.everywhere)
        for pane in Pane.allCases { text += section(pane.spec.title, pane.spec.actions) }
        text += """

            `y` confirms a question; Enter, `n` and Esc cancel it. Pasted text never answers a question and never runs an action.

            """
        let difference = Golden.difference(text, at: "\(Repository.root)/docs/KEYS.md")
        #expect(difference == nil, "\(difference ?? "")")
    }

    private func section(_ title: String, _ actions: [ConsoleAction]) -> String {
        let rows = actions.map { action in
            "| \(action.keys.map { "`\($0.name)`" }.joined(separator: " ")) | \(action.tooltip) |\n"
        }
        return "\n## \(title)\n\n| keys | what they do |\n|---|---|\n" + rows.joined()
    }
}
