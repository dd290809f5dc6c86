import CLibEdit
import CellGrid
import Glibc

/// Reads lines from a terminal, with the keys, history and completion of a shell.
///
/// For one thread, except ``Waker``. ``readLine(prompt:)`` blocks, so it must not run on Swift's cooperative threads. The user's
/// `~/.editrc` is read.
package final class LineEditor {
    package enum Input: Hashable, Sendable {
        /// Without the line break; a paste may have several lines.
        case line(String)
        /// Ctrl-D on an empty line, a closed terminal, or a call of ``Waker``.
        case end
        /// Ctrl-C: the line was discarded.
        case interrupted
    }

    /// Called with the text before and after the cursor.
    package typealias Completer = (_ before: String, _ after: String) -> Completion

    /// Provides the completions; set it before a line is read.
    package var complete: Completer = { _, _ in Completion() }
    let editor: OpaquePointer
    private let entries: OpaquePointer
    private let file: HistoryFile?
    private var history: LineHistory
    private let wake: (read: Int32, write: Int32)
    private var prompt: UnsafeMutablePointer<CChar>?
    private var keys: KeyReader
    private(set) var hasViKeys = false
    /// Set by Ctrl-C until the line is returned.
    var isInterrupted = false

    /// - Parameter history: The history file; its folder must exist. Nil keeps no history.
    /// - Throws: ``LineEditorError`` if standard input or output is not a terminal.
    package init(program: String, history path: String?) throws {
        guard isatty(0) == 1, isatty(1) == 1 else {
            throw LineEditorError(description: "Standard input or output is not a terminal.")
        }
        ce_use_utf8()
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0, let entries = history_init(), let editor = ce_start(program) else {
            throw LineEditorError(description: "The line editor could not be started.")
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        wake = (ends[0], ends[1])
        keys = KeyReader(wake: ends[0])
        file = path.map(HistoryFile.init)
        history = file?.load(limit: 1000) ?? LineHistory()
        (self.entries, self.editor) = (entries, editor)
        ce_set_owner(editor, Unmanaged.passUnretained(self).toOpaque())
        ce_history_bound(entries, Int32(history.limit))
        ce_use_history(editor, entries)
        recallHistory()
        ce_prompt(editor) { LineEditor.owner(of: $0).prompt }
        ce_read_with(editor) { LineEditor.owner(of: $0).readCharacter(into: $1) }
        el_source(editor, nil)
        hasViKeys = ce_has_vi_keys(editor) != 0
        bindKeys()
    }

    deinit {
        el_end(editor)
        history_end(entries)
        close(wake.read)
        close(wake.write)
        free(prompt)
    }

    /// Waits for a line.
    package func readLine(prompt text: String) -> Input {
        isInterrupted = false
        free(prompt)
        prompt = strdup(text)
        markPastes(true)
        var count: Int32 = 0
        let bytes = el_gets(editor, &count)
        markPastes(false)
        if isInterrupted { return .interrupted }
        guard let bytes, count > 0 else { return .end }
        let line = UnsafeRawBufferPointer(start: bytes, count: Int(count))
        return .line(String(decoding: line.last == UInt8(ascii: "\n") ? line.dropLast() : line[...], as: UTF8.self))
    }

    /// Enables bracketed paste, if the terminal may support it.
    func markPastes(_ isOn: Bool) {
        let terminal = getenv("TERM").map { String(cString: $0) } ?? ""
        guard !hasViKeys, !["", "dumb"].contains(terminal) else { return }
        ce_write(isOn ? "\u{1B}[?2004h" : "\u{1B}[?2004l")
    }

    /// Adds a line to the history, in memory and in the file.
    package func remember(_ line: String) {
        let isRepeated = history.entries.contains(line)
        guard history.add(line) else { return }
        file?.append(line)
        if isRepeated { recallHistory() } else { ce_history_add(entries, line) }
    }

    private func recallHistory() {
        ce_history_clear(entries)
        for entry in history.entries { ce_history_add(entries, entry) }
    }

    // MARK: from any thread

    /// Ends the current and all later calls of ``readLine(prompt:)``, from any thread.
    package struct Waker: Sendable {
        fileprivate let descriptor: Int32

        package func callAsFunction() { _ = write(descriptor, "e", 1) }
    }

    package var waker: Waker { Waker(descriptor: wake.write) }

    // MARK: the library's callbacks

    static func owner(of editor: OpaquePointer) -> LineEditor {
        Unmanaged<LineEditor>.fromOpaque(ce_owner(editor)).takeUnretainedValue()
    }

    /// The result for `EL_GETCFN`: 1 with a character, 0 at the end.
    private func readCharacter(into character: UnsafeMutablePointer<wchar_t>) -> Int32 {
        while true {
            switch keys.next() {
            case .character(let scalar):
                character.pointee = wchar_t(bitPattern: scalar.value)
                return 1
            case .resized: redraw()
            case .end:
                character.pointee = 0
                return 0
            }
        }
    }

    /// The terminal has rewrapped the drawn text to the new width; redraws from its first row.
    private func redraw() {
        el_resize(editor)
        let before = (prompt.map { String(cString: $0) } ?? "") + text.before
        let above = Self.rowsAbove(before, width: size.columns)
        ce_write((above > 0 ? "\u{1B}[\(above)A" : "") + "\r\u{1B}[J")
        ce_redraw(editor)
    }

    /// The number of rows from the start of a text to its end at this width. After an exactly full row, the cursor may be on the next
    /// row or not. This assumes that it is not: a row too few duplicates some text, a row too many would erase other output.
    static func rowsAbove(_ text: String, width: Int) -> Int {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.reduce(lines.count - 1) { $0 + max(0, TextWidth.of(String($1)) - 1) / max(1, width) }
    }

    /// The size of the terminal in cells; 80×24 if it is unknown.
    package var size: (rows: Int, columns: Int) {
        var (rows, columns): (Int32, Int32) = (24, 80)
        _ = ce_terminal_size(&rows, &columns)
        return (Int(rows), Int(columns))
    }

    /// The current line.
    var text: (before: String, after: String) {
        guard let line = el_line(editor)?.pointee else { return ("", "") }
        func part(_ start: UnsafePointer<CChar>, _ end: UnsafePointer<CChar>) -> String {
            String(decoding: UnsafeRawBufferPointer(start: start, count: end - start), as: UTF8.self)
        }
        return (part(line.buffer, line.cursor), part(line.cursor, line.lastchar))
    }
}

/// Lines cannot be read.
package struct LineEditorError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
}
