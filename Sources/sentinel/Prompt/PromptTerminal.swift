import CellGrid
import Configuration
import LineEditor
import SQLPrompt
import Subprocess

/// The prompt's terminal, on a thread of its own: a line and a page are waited for.
actor PromptTerminal {
    private let thread = BlockingExecutor(label: "prompt")
    private let pager: Pager?
    private var editor: LineEditor?

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(pager: Pager?) {
        self.pager = pager
    }

    /// Must come first. What it answers with ends the wait for a line.
    func open(history: String) throws -> LineEditor.Waker {
        // Without the folder there is no history, and all else works.
        try? Files.makeFolder(Files.folder(of: history))
        let editor = try LineEditor(program: "sentinel", history: history)
        self.editor = editor
        return editor.waker
    }

    /// Waits for a line. `pending` is what of the statement stands in earlier ones.
    func line(prompt: String, pending: String, names: NameCatalog) -> LineEditor.Input {
        guard let editor else { return .end }
        editor.complete = { before, after in
            let found = SQLCompletion(before: pending + before, after: after, names: names)
            return Completion(typed: found.typed, candidates: found.candidates)
        }
        return editor.readLine(prompt: prompt)
    }

    func remember(_ input: String) {
        editor?.remember(input)
    }

    /// The lines as they are, no longer than the screen is wide.
    func cut(_ text: String) -> String {
        guard let width = editor?.size.columns else { return text }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.map { TextWidth.truncated(String($0), to: width) }.joined(separator: "\n")
    }

    /// Writes the text; more than the screen holds goes through the pager, where the user has set one.
    func show(_ text: String) {
        guard let pager, let size = editor?.size, isLonger(text, than: size.rows, width: size.columns),
            pager.show(text)
        else {
            Output.write(text)
            return
        }
    }

    private func isLonger(_ text: String, than rows: Int, width: Int) -> Bool {
        var count = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            count += 1 + max(0, TextWidth.of(String(line)) - 1) / width
            if count > rows { return true }
        }
        return false
    }
}
