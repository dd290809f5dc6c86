import Basics
import CellGrid
import Configuration
import LineEditor
import SQLPrompt
import Subprocess

/// The prompt's terminal, on its own thread because reading a line and paging block.
actor PromptTerminal {
    private let thread = QueueExecutor(label: "prompt")
    private let pager: Pager?
    private var editor: LineEditor?

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(pager: Pager?) {
        self.pager = pager
    }

    /// Must be called first. The returned waker ends a blocked read.
    func open(history: String) throws -> LineEditor.Waker {
        // Without the folder there is no history; everything else works.
        try? Files.makeFolder(Files.folder(of: history))
        let editor = try LineEditor(program: "sentinel", history: history)
        self.editor = editor
        return editor.waker
    }

    /// Waits for a line. `pending` is the part of the statement from earlier lines.
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

    /// The lines, truncated to the width of the screen.
    func cut(_ text: String) -> String {
        guard let width = editor?.size.columns else { return text }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.map { TextWidth.truncated(String($0), to: width) }.joined(separator: "\n")
    }

    /// Writes the text. Text longer than the screen goes through the pager, if the user has set one.
    func show(_ text: String) {
        guard let pager, let size = editor?.size, isLonger(text, than: size.rows, width: size.columns),
            pager.show(text)
        else {
            Output.writeUnmasked(text)
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
