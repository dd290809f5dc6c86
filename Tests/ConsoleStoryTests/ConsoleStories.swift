import Basics
import IncidentStore
import SQLiteKit
import TestSupport
import Testing

@Suite("Stories: the console in a terminal")
struct ConsoleStories {
    @Test("It opens on what the agent left, moves, and gives the terminal back")
    func moves() async throws {
        let story = try await Story()
        try await story.expect("Dash", "Inc", "Appr")
        #expect(story.terminal.screen.modes.isSuperset(of: ["?1049", "?2004"]))
        try await story.press("2")
        try await story.expect("Incidents (2)", "▌")
        let first = story.terminal.screen.lines.firstIndex { $0.hasPrefix("▌") }
        try await story.press("↓")
        try await story.expect("Incidents (2)")
        try await story.press("↑", "↓")
        try await story.settle()
        let second = story.terminal.screen.lines.firstIndex { $0.hasPrefix("▌") }
        #expect(second == first.map { $0 + 1 }, "\(story.terminal.screen.text)")
        try await story.press("Enter")
        try await story.expect("What happened")
        try await story.press("Esc")
        try await story.expect("Incidents (2)")
        try await story.press("q")
        try await story.expectEnd(status: 0)
        #expect(story.terminal.screen.modes.isDisjoint(with: ["?1049", "?2004"]))
        #expect(story.terminal.screen.unknown == [])
    }

    @Test("A request is approved with a, y; the agent that comes later carries the approval out")
    func approves() async throws {
        let story = try await Story()
        try await story.press("6")
        try await story.expect("pending)", "Kill trace")
        try await story.press("a")
        try await story.expect("Approve request")
        try await story.press("n")
        try await story.expectNot("Approve request")
        try await story.press("a")
        try await story.expect("Approve request")
        try await story.press("y")
        try await story.settle()
        story.letAgentStart()
        // The console's own agent starts, as no other has the store, and answers the intent.
        try await story.expect("approved", "alice@")
        try await story.press("q")
        try await story.expectEnd(status: 0)
    }

    @Test("Pasted text fills the filter and never commands")
    func pastes() async throws {
        let story = try await Story()
        try await story.press("6")
        try await story.expect("pending)", "Kill trace")
        try await story.paste("ay\nq")
        try await story.settle()
        try await story.expect("pending)")
        #expect(!story.terminal.screen.text.contains("Approve request"))
        try await story.press("2")
        try await story.expect("Incidents (2)")
        try await story.press("/")
        try await story.paste("nothing is called\nso")
        try await story.expect("nothing is calledso")
        try await story.press("Esc", "q")
        try await story.expectEnd(status: 0)
    }

    @Test("It fits itself to the window, however small, and back")
    func resizes() async throws {
        let story = try await Story()
        try await story.press("2")
        try await story.expect("Incidents (2)")
        try story.terminal.resize(width: 15, height: 4)
        try await story.expect("too small")
        try story.terminal.resize(width: 120, height: 40)
        try await story.expect("Incidents (2)", "q quit")
        try story.terminal.resize(width: 40, height: 10)
        try await story.expect("Incidents (2)")
        try await story.settle()
        #expect(story.terminal.screen.lines.count == 10)
        try await story.press("q")
        try await story.expectEnd(status: 0)
    }

    @Test("C-z gives the shell its terminal, and fg brings the console back")
    func suspends() async throws {
        let story = try await Story(shell: true)
        try await story.press("2")
        try await story.expect("Incidents (2)")
        try await story.press("C-z")
        try await story.expect("Stopped", "shell>")
        #expect(!story.terminal.screen.modes.contains("?1049"))
        try await story.type("echo $((6 * 7))")
        try await story.press("Enter")
        try await story.expect("42")
        try await story.type("fg")
        try await story.press("Enter")
        try await story.expect("Incidents (2)", "q quit")
        try await story.expectNot("shell>")
        try await story.press("q")
        try await story.expect("shell>")
        try await story.expectNot("Incidents (2)")
        try await story.type("exit")
        try await story.press("Enter")
        try await story.expectEnd(status: 0)
    }

    @Test("When the connection breaks it ends, and leaves the store to others")
    func hangsUp() async throws {
        let story = try await Story(mayStartAgent: true)
        try await story.press("2")
        try await story.expect("Incidents (2)")
        story.terminal.hangUp()
        try await story.expectEnd(status: 0)
        #expect(!StoreFile(story.store).isHeld)
    }

    @Test("While another program has the store locked it can be read, and what cannot be written is said")
    func lockedStore() async throws {
        let story = try await Story()
        try await story.press("2")
        try await story.expect("Incidents (2)")
        let other = try Connection(path: story.store, mode: .readWrite)
        try other.execute("BEGIN IMMEDIATE")
        try await story.press("e")
        try await story.expect("locked")
        try await story.press("6")
        try await story.expect("pending)")
        try other.execute("COMMIT")
        try await story.press("2", "e")
        story.letAgentStart()
        try await story.expect("ack")
        try await story.press("q")
        try await story.expectEnd(status: 0)
    }

    @Test("When the agent is gone, the console says so and starts its own")
    func agentGone() async throws {
        let story = try await Story("agent", mayStartAgent: true)
        try await story.expect("sentinel agent:")
        let console = try Pseudoterminal(
            [BuiltProgram.sentinel], environment: Story.environment(story.folder), width: 120, height: 40)
        let (agent, own) = (":\(story.terminal.process)", ":\(console.process)")
        #expect(await console.shows { $0.text.contains(agent) }, "\(console.screen.text)")
        story.terminal.end(by: 9)
        #expect(await console.shows { $0.text.contains(own) }, "\(console.screen.text)")
        try await console.send(Array("q".utf8))
        #expect(try await console.end() == 0)
    }

    @Test("Without a terminal that it knows it writes one sentence and no control sequence")
    func noTerminal() async throws {
        let story = try await Story(terminal: "dumb")
        try await story.expectEnd(status: 1)
        #expect(story.terminal.screen.text.contains("TERM"))
        #expect(story.terminal.screen.modes == ["?25", "?7"])
    }
}

@Suite("Stories: the demo")
struct DemoStories {
    @Test("The kill is approved, the loop dies, and the incident is written up")
    func demo() async throws {
        let story = try await Story("demo", mayStartAgent: true, width: 120, height: 40)
        try await story.press("6")
        try await story.expect("Kill trace")
        try await story.press("a")
        try await story.expect("Approve request", "/v1/kill")
        try await story.press("y")
        try await story.expectNot("Approve request")
        try await story.press("l")
        try await story.expect("Loops", "✓")
        try await story.press("q")
        try await story.expectEnd(status: 0)
    }
}
