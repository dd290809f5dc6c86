import Basics
import TestSupport
import Testing
import ViewState

@Suite("Generated: keys")
struct GeneratedKeysTests {
    @Test("docs/KEYS.md is made from the table of bindings")
    func keys() {
        var text = "# Keys\n\nMade from the console's one table of bindings. `?` shows those of the view you are in.\n"
        text += section("Everywhere", Command.bindings.filter { $0.views.isEmpty })
        for view in ConsoleState.View.allCases {
            text += section(view.title, Command.bindings.filter { $0.views.contains(view) })
        }
        text += """

            A question before an act is answered with `y`; Enter, `n` and Esc are a no. Pasted text never answers and never
            commands.

            """
        let difference = Golden.difference(text, at: "\(Repository.root)/docs/KEYS.md")
        #expect(difference == nil, "\(difference ?? "")")
    }

    private func section(_ title: String, _ bindings: [Command.Binding]) -> String {
        let rows = bindings.map { binding in
            "| \(binding.keys.map { "`\($0.name)`" }.joined(separator: " ")) | \(binding.tooltip) |\n"
        }
        return "\n## \(title)\n\n| keys | what they do |\n|---|---|\n" + rows.joined()
    }
}
