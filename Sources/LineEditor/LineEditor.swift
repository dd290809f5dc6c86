import CLibEdit
import CellGrid
import Glibc

/// Reads lines from a terminal, with the keys, the history and the completion that people expect of a shell.
///
/// Used from one thread, but for ``Waker``; ``readLine(prompt:)`` blocks, so that thread is never one of Swift's own.
/// The user's `~/.editrc` is read.
package final class LineEditor {
    package enum Input: Hashable, Sendable {
        /// Without its line break; a paste of several lines holds them all.
        case line(String)
        /// Ctrl-D on an empty line, the terminal is gone, or ``Waker`` was called.
        case end
        /// Ctrl-C: the line was given up.
        case interrupted
    }

    /// Asked with the text before and after the cursor.
    package typealias Completer = (_ before: String, _ after: String) -> Completion

    /// Set before a line is read: what Tab offers.
    package var complete: Completer = { _, _ in Completion() }
    let editor: OpaquePointer
    private let entries: OpaquePointer
    private let file: HistoryFile?
    private var history: LineHistory
    private let wake: (read: Int32, write: Int32)
    private var prompt: UnsafeMutablePointer<CChar>?
    private var keys: KeyReader
    private(set) var hasViKeys = false
    /// Set by Ctrl-C until the line is given back.
    var isInterrupted = false

    /// - Parameter history: The file of the history; its folder must be there. Nil keeps nothing.
    /// - Throws: ``LineEditorError``, where standard input or output is no terminal.
    package init(program: String, history path: String?) throws {
        guard isatty(0) == 1, isatty(1) == 1 else { throw LineEditorError("There is no terminal.") }
        ce_use_utf8()
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0, let entries = history_init(), let editor = ce_start(program) else {
            throw LineEditorError("The line editor cannot be started.")
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

    /// Asks the terminal to say where a paste begins and ends, where it may know how.
    func markPastes(_ isOn: Bool) {
        let terminal = getenv("TERM").map { String(cString: $0) } ?? ""
        guard !hasViKeys, !["", "dumb"].contains(terminal) else { return }
        ce_write(isOn ? "\u{1B}[?2004h" : "\u{1B}[?2004l")
    }

    /// Keeps a line to be recalled, here and in the file.
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

    /// Ends ``readLine(prompt:)``, now and ever after, from any thread.
    package struct Waker: Sendable {
        fileprivate let descriptor: Int32

        package func callAsFunction() { _ = write(descriptor, "e", 1) }
    }

    package var waker: Waker { Waker(descriptor: wake.write) }

    // MARK: the library's callbacks

    static func owner(of editor: OpaquePointer) -> LineEditor {
        Unmanaged<LineEditor>.fromOpaque(ce_owner(editor)).takeUnretainedValue()
    }

    /// As `EL_GETCFN` wants it: 1 with a character, 0 at the end.
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

    /// The terminal has moved what was drawn to lines of the new width; it is drawn over from its first row.
    private func redraw() {
        el_resize(editor)
        let before = (prompt.map { String(cString: $0) } ?? "") + text.before
        let above = Self.rowsAbove(before, width: size.columns)
        ce_write((above > 0 ? "\u{1B}[\(above)A" : "") + "\r\u{1B}[J")
        ce_redraw(editor)
    }

    /// How many rows lie between the beginning of a text and its end, on a terminal of this width. A row that is just full
    /// may have begun the next or not: it is taken not to, since a row too few leaves some text twice, and one too many
    /// would take away what is not ours.
    static func rowsAbove(_ text: String, width: Int) -> Int {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.reduce(lines.count - 1) { $0 + max(0, TextWidth.of(String($1)) - 1) / max(1, width) }
    }

    /// Of the terminal, in cells; 80×24 where it does not say.
    package var size: (rows: Int, columns: Int) {
        var (rows, columns): (Int32, Int32) = (24, 80)
        _ = ce_terminal_size(&rows, &columns)
        return (Int(rows), Int(columns))
    }

    /// The line as it stands.
    var text: (before: String, after: String) {
        guard let line = el_line(editor)?.pointee else { return ("", "") }
        func part(_ start: UnsafePointer<CChar>, _ end: UnsafePointer<CChar>) -> String {
            String(decoding: UnsafeRawBufferPointer(start: start, count: end - start), as: UTF8.self)
        }
        return (part(line.buffer, line.cursor), part(line.cursor, line.lastchar))
    }
}

/// There is nothing to read lines from.
package struct LineEditorError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
