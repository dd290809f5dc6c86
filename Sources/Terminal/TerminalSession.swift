package import Basics
import CNcurses
package import CellGrid
import Glibc

/// The terminal while the console uses it. For one thread, except ``Waker``.
package final class TerminalSession {
    private var theme: Theme
    private let isASCII: Bool
    private let isColored: Bool
    private let wake: Int32
    private var signals: Int32 = -1
    private var shown: Grid?
    /// The numbers of the colour pairs, by foreground and background.
    private var pairs: [[Int32]: Int32] = [:]
    private var isOpen = false
    private var decoder = KeyDecoder()

    /// Takes over the terminal.
    ///
    /// - Throws: ``TerminalError`` if there is no terminal; nothing is written then.
    package init(theme: Theme, ascii: Bool = false, colored: Bool = true) throws {
        guard isatty(0) == 1, isatty(1) == 1 else {
            throw TerminalError(
                description:
                    "The console requires a terminal. Without one, use `sentinel scan`, `incidents` or `approvals`."
            )
        }
        let name = getenv("TERM").map { String(cString: $0) } ?? ""
        guard !name.isEmpty, name != "dumb" else {
            let state = name.isEmpty ? "not set" : "dumb"
            throw TerminalError(
                description: "TERM is \(state). Set it to the name of your terminal, for example xterm-256color.")
        }
        self.theme = theme
        setlocale(LC_ALL, "")
        let codeset = String(cString: nl_langinfo(Int32(CODESET)))
        isASCII = ascii || codeset != "UTF-8"
        if isASCII { setlocale(LC_CTYPE, "C.UTF-8") }
        wake = cn_eventfd()
        cn_remember()
        guard cn_start(nil) != nil || cn_start("xterm-256color") != nil else {
            cn_forget()
            throw TerminalError(description: "Unknown terminal type \"\(name)\". Set TERM to xterm-256color.")
        }
        cn_restore_on_crash()
        signals = cn_catch_signals()
        isColored = colored && has_colors()
        if isColored {
            start_color()
            use_default_colors()
        }
        open()
    }

    private func open() {
        set_escdelay(25)
        raw()
        noecho()
        nonl()
        keypad(cn_screen(), true)
        nodelay(cn_screen(), true)
        curs_set(0)
        cn_write("\u{1B}[?2004h")
        isOpen = true
        shown = nil
        decoder = KeyDecoder()
    }

    /// Restores the terminal. May be called twice.
    package func close() {
        guard isOpen else { return }
        isOpen = false
        cn_write("\u{1B}[?2004l")
        endwin()
        cn_forget()
    }

    package var size: (width: Int, height: Int) {
        (Int(getmaxx(cn_screen())), Int(getmaxy(cn_screen())))
    }

    package func use(_ theme: Theme) {
        self.theme = theme
        shown = nil
    }

    /// Draws the cells of the grid that differ from the screen.
    package func draw(_ grid: Grid) {
        let grid = isASCII ? grid.ascii : grid
        for y in 0..<min(grid.height, size.height) { drawRow(y, of: grid) }
        shown = grid
        refresh()
    }

    /// Redraws the whole screen, regardless of ncurses' state.
    package func redrawAll() {
        shown = nil
        clearok(cn_screen(), true)
    }

    private func drawRow(_ y: Int, of grid: Grid) {
        let old = shown.flatMap { $0.width == grid.width && y < $0.height ? $0.row(y) : nil }
        if old == grid.row(y) { return }
        for x in 0..<min(grid.width, size.width) {
            let cell = grid[x, y]
            if cell.text.isEmpty || old.map({ $0[$0.startIndex + x] == cell }) ?? false { continue }
            let style = theme[cell.role]
            var text = cell.text.unicodeScalars.prefix(4).map { wchar_t(bitPattern: $0.value) }
            text.append(0)
            // Writing the lower right cell scrolls old terminals; ncurses handles that.
            _ = cn_put(Int32(y), Int32(x), text, bits(of: style), pair(of: style))
        }
    }

    private func bits(of style: Theme.Style) -> UInt32 {
        style.attributes.reduce(0) { bits, attribute in
            switch attribute {
            case .bold: bits | CN_BOLD.rawValue
            case .dim: bits | CN_DIM.rawValue
            case .underline: bits | CN_UNDERLINE.rawValue
            case .reverse: bits | CN_REVERSE.rawValue
            case .italic: bits | CN_ITALIC.rawValue
            }
        }
    }

    /// The number of a colour pair; 0, the terminal's default, without colours.
    private func pair(of style: Theme.Style) -> Int32 {
        guard isColored, style.foreground != nil || style.background != nil else { return 0 }
        let wanted = [color(style.foreground), color(style.background)]
        if let known = pairs[wanted] { return known }
        let number = Int32(pairs.count + 1)
        guard number < cn_pairs(), init_extended_pair(number, wanted[0], wanted[1]) != ERR else {
            return 0
        }
        pairs[wanted] = number
        return number
    }

    /// A colour of this terminal: one of 256, or the nearest of its 8 or 16.
    private func color(_ number: Int?) -> Int32 {
        guard let number else { return -1 }
        let count = Int(cn_colors())
        if number < count { return Int32(number) }
        return Int32(NearestColor.of16(number) % max(8, count))
    }

    // MARK: input

    /// Wakes ``nextEvents(within:)`` from any thread.
    package struct Waker: Sendable {
        fileprivate let descriptor: Int32

        package func callAsFunction() { cn_ring(descriptor) }
    }

    package var waker: Waker { Waker(descriptor: wake) }

    /// Waits for events, up to a timeout (nil: no timeout), and returns all of them: every key that has arrived, so that a burst is
    /// drawn once.
    package func nextEvents(within time: Span?) -> [TerminalEvent] {
        let limit = time.map { Int32(clamping: max(0, $0.milliseconds)) } ?? -1
        let ready = cn_wait(wake, signals, limit)
        var events: [TerminalEvent] = []
        if ready & 2 != 0 { cn_silence(wake) }
        if ready & 4 != 0 { events += readSignals() }
        if ready & 1 != 0 { events += readKeys() }
        if ready & 8 != 0 || (ready & 1 != 0 && events.isEmpty && cn_keyboard_is_gone() != 0) { events.append(.lost) }
        return events
    }

    private func readSignals() -> [TerminalEvent] {
        var events: [TerminalEvent] = []
        while true {
            switch cn_read_signal(signals) {
            case 0: return events
            case SIGWINCH:
                resize()
                events.append(.resized)
            case SIGCONT:
                resume()
                events.append(.resumed)
            case let number: events.append(.terminate(number))
            }
        }
    }

    /// After a stop by a signal, the shell has changed the terminal's modes and the screen.
    private func resume() {
        guard isOpen else { return }
        reset_prog_mode()
        curs_set(0)
        cn_write("\u{1B}[?2004h")
        decoder = KeyDecoder()
        resize()
        redrawAll()
    }

    private func resize() {
        var (rows, columns): (Int32, Int32) = (0, 0)
        guard cn_terminal_size(&rows, &columns) == 0 else { return }
        resizeterm(rows, columns)
        shown = nil
        erase()
    }

    private func readKeys() -> [TerminalEvent] {
        var code: wint_t = 0
        while true {
            let kind = wget_wch(cn_screen(), &code)
            if kind == ERR { break }
            decoder.take(code: code, isFunctionKey: kind == KEY_CODE_YES)
        }
        return decoder.finish()
    }

    /// Suspends the process as a shell expects, and resumes.
    package func suspend() {
        leave { cn_stop_self() }
    }

    /// Gives the terminal back while `body` runs, as for an editor, and takes it over again.
    package func leave(while body: () -> Void) {
        close()
        body()
        cn_remember()
        refresh()
        open()
        resize()
        redrawAll()
    }
}

/// An event of the terminal.
package enum TerminalEvent: Hashable, Sendable {
    case key(Basics.Key)
    case paste(String)
    case resized
    /// The process was stopped and resumed: redraw everything.
    case resumed
    /// The process received this signal to stop.
    case terminate(Int32)
    /// The terminal was closed.
    case lost
}

/// The terminal could not be taken over.
package struct TerminalError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
}

/// Maps xterm's 256 colours to 16.
enum NearestColor {
    /// The first 16 colours by the brightness of each component: a dark and a bright half.
    static func of16(_ number: Int) -> Int {
        if number < 16 { return number }
        if number >= 232 { return number < 238 ? 8 : number < 247 ? 7 : 15 }
        let cube = number - 16
        let (red, green, blue) = (cube / 36, cube / 6 % 6, cube % 6)
        let top = max(red, green, blue)
        guard top > 0 else { return 0 }
        let bits = (red * 2 > top ? 1 : 0) | (green * 2 > top ? 2 : 0) | (blue * 2 > top ? 4 : 0)
        return top >= 4 ? bits + 8 : bits
    }
}
