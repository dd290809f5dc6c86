package import Basics
import CellGrid
import Glibc
import Panes
import Terminal
import ViewState

/// The console's thread: events in, reduce, effects out, a frame when something changed.
package final class Console: @unchecked Sendable {  // because after `run` only its own thread touches its state
    package struct Options: Sendable {
        package var isASCII = false
        package var isColored = true
        package var isReadOnly = false
        package var theme = "dark"

        package init() {}
    }

    private let events: EventInbox
    private let feed: StoreFeed
    private let themes: Themes
    private let clock: WallClock
    private let session: TerminalSession
    private var state: ConsoleState
    private var drawn: ConsoleState?
    private var lastFrame = Instant(milliseconds: 0)
    private var isDone = false

    /// At most thirty frames a second.
    private static let frame = Span.milliseconds(33)

    /// Takes the terminal over.
    package init(
        options: Options, events: EventInbox, feed: StoreFeed, themes: Themes, clock: WallClock, author: String
    ) throws {
        let (theme, problem) = themes.load(options.theme)
        self.events = events
        self.feed = feed
        self.themes = themes
        self.clock = clock
        session = try TerminalSession(theme: theme, ascii: options.isASCII, colored: options.isColored)
        state = ConsoleState(
            size: .init(width: session.size.width, height: session.size.height), now: clock.now(), author: author,
            isReadOnly: options.isReadOnly)
        if let problem { events.post(.failed(problem)) }
    }

    /// Runs on a thread of its own until the person leaves, the terminal is gone, or ``EventInbox/close()``.
    package func run() async {
        try? await OwnThread.run { [self] in loop() }
    }

    // MARK: the loop

    private func loop() {
        events.attach(session.waker)
        draw()
        while !isDone {
            let happened = session.nextEvents(within: pause)
            for event in happened { take(event) }
            for event in events.take() { reduce(event) }
            reduce(.tick(clock.now()))
            if !isDone { draw() }
        }
        session.close()
    }

    /// Until the next second where something counts, else until the clock's next minute.
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
        case .follow(let incident): Task { @Sendable in await feed.follow(incident: incident) }
        case .followForensics(let incident): Task { @Sendable in await feed.followForensics(incident: incident) }
        case .followTrace(let trace): Task { @Sendable in await feed.follow(trace: trace) }
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
            reduce(.resized(.init(width: session.size.width, height: session.size.height)))
            drawn = nil
        case .quit: isDone = true
        }
    }

    /// Draws what changed, unless the last frame was a moment ago: then the loop comes back for it.
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
