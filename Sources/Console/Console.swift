package import Basics
import CellGrid
import Glibc
import OnCallModel
import Panes
import Subprocess
import Terminal
package import ViewState

/// The console's thread: events in, reduce, effects out, a frame if something changed.
package final class Console: @unchecked Sendable {  // because after `run` only its own thread touches its state
    package struct Options: Sendable {
        package var isASCII = false
        package var isColored = true
        package var isReadOnly = false
        package var theme = "dark"
        /// What the palette offers besides the actions, and the program that answers it.
        package var questions: [AskableQuestion] = []
        package var ask = Ask()

        /// The words before a question's own, and those behind them.
        package struct Ask: Sendable {
            package var program: [String] = []
            package var options: [String] = []
        }

        package init() {}
    }

    private let events: EventInbox
    private let feed: StoreFeed
    private let themes: Themes
    private let clock: WallClock
    private let session: TerminalSession
    private let ask: Options.Ask
    private var state: ConsoleState
    private var drawn: ConsoleState?
    private var lastFrame = Instant(milliseconds: 0)
    private var isDone = false

    /// At most thirty frames per second.
    private static let frame = Span.milliseconds(33)

    /// Takes over the terminal.
    package init(
        options: Options, events: EventInbox, feed: StoreFeed, themes: Themes, clock: WallClock, author: String
    ) throws {
        let (theme, problem) = themes.load(options.theme)
        self.events = events
        self.feed = feed
        self.themes = themes
        self.clock = clock
        ask = options.ask
        session = try TerminalSession(theme: theme, ascii: options.isASCII, colored: options.isColored)
        state = ConsoleState(
            size: .init(width: session.size.width, height: session.size.height), now: clock.now(), author: author,
            isReadOnly: options.isReadOnly)
        state.questions = options.questions
        if let problem { events.post(.failed(problem)) }
    }

    /// Runs on its own thread until the operator quits, the terminal is gone, or ``EventInbox/close()``.
    package func run() async {
        try? await OwnThread.run { [self] in loop() }
    }

    // MARK: the loop

    private func loop() {
        events.attach { [waker = session.waker] in waker() }
        feed.follow(state)
        draw()
        while !isDone {
            let happened = session.nextEvents(within: pause)
            for event in happened { take(event) }
            for event in events.take() { reduce(event) }
            reduce(.tick(clock.now()))
            feed.follow(state)
            if !isDone { draw() }
        }
        session.close()
    }

    /// Until the next second if the screen depends on the time, else until the next quarter of a minute.
    private var pause: Span {
        let now = clock.now()
        if state != drawn { return max(.milliseconds(0), Self.frame - (now - lastFrame)) }
        let step: Span = state.needsTicks ? .seconds(1) : .seconds(15)
        return now.floored(to: step) + step - now
    }

    private func take(_ event: TerminalEvent) {
        switch event {
        case .key(let key): reduce(.key(key))
        case .paste(let text): reduce(.paste(text))
        case .resized: reduce(.resized(.init(width: session.size.width, height: session.size.height)))
        case .resumed:
            reduce(.resized(.init(width: session.size.width, height: session.size.height)))
            drawn = nil
        case .terminate, .lost: isDone = true
        }
    }

    private func reduce(_ event: ConsoleEvent) {
        for effect in state.reduce(event) { carryOut(effect) }
    }

    private func carryOut(_ effect: ConsoleEffect) {
        let feed = feed
        switch effect {
        case .append(let intent): Task { @Sendable in await feed.append(intent) }
        case .useTheme(let name):
            let (theme, problem) = themes.load(name)
            if let problem { events.post(.failed(problem)) }
            session.use(theme)
            drawn = nil
        case .redraw:
            session.redrawAll()
            drawn = nil
        case .suspend:
            session.suspend()
            resume()
        case .editNote(let incident):
            var note: Result<String, EditorError> = .success("")
            session.leave {
                note = Result { () throws(EditorError) in try Editor.ofUser.edit(IncidentNote.template(incident)) }
            }
            resume()
            take(note, of: incident)
        case .ask(let words):
            session.leave { [ask] in ShownProgram.run(ask.program + words + ask.options) }
            resume()
        case .quit: isDone = true
        }
    }

    private func resume() {
        reduce(.resized(.init(width: session.size.width, height: session.size.height)))
        drawn = nil
    }

    private func take(_ note: Result<String, EditorError>, of incident: Int64) {
        switch note {
        case .success(let text):
            guard let text = IncidentNote.text(edited: text) else {
                return reduce(.failed("The note is empty, so it was not saved."))
            }
            carryOut(.append(.note(incident: incident, text: text)))
        case .failure(let error): reduce(.failed(error.description))
        }
    }

    /// Draws what changed. Less than a frame after the last one, the loop comes back for it.
    private func draw() {
        guard state != drawn else { return }
        let now = clock.now()
        guard drawn == nil || now - lastFrame >= Self.frame || now < lastFrame else { return }
        session.draw(Screen.draw(state))
        lastFrame = now
        drawn = state
        if case .question(let question) = state.overlay, !question.isPainted {
            reduce(.painted)
            drawn = state
        }
    }
}
