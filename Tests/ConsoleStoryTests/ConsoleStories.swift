import Basics
import Glibc
import HTTPClient
import IncidentStore
import OnCallModel
import SQLiteKit
import TestSupport
import Testing

@Suite("Stories: the console in a terminal")
struct ConsoleStories {
    @Test("It shows what the agent recorded, moves, and restores the terminal")
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

    @Test("A request is approved with a, y; an agent that starts later performs it")
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
        // No other agent holds the store, so the console's own agent starts and answers the intent. The list shows the request
        // as approved only until the kill fails, for nothing can be killed here; the details keep who approved it.
        try await story.press("Enter")
        try await story.expect("approved by alice@")
        try await story.press("q")
        try await story.expectEnd(status: 0)
    }

    @Test("Pasted text fills the filter and runs no action")
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

    @Test("It adapts to any size of the window")
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

    @Test("C-z returns to the shell, and fg resumes the console")
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

    @Test("It ends when the terminal is closed, and releases the store")
    func hangsUp() async throws {
        let story = try await Story(mayStartAgent: true)
        try await story.press("2")
        try await story.expect("Incidents (2)")
        story.terminal.hangUp()
        try await story.expectEnd(status: 0)
        #expect(!StoreFile(story.store).isHeld)
    }

    @Test("While another program locks the store, the console reads it and reports what it cannot write")
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

    @Test("When the agent has ended, the console reports it and starts its own")
    func agentGone() async throws {
        let story = try await Story("agent", mayStartAgent: true)
        try await story.expect("sentinel agent:")
        let console = try Pseudoterminal(
            [BuiltProgram.sentinel], environment: Story.environment(story.folder), width: 120, height: 40)
        let agent = ":\(story.terminal.process)"
        #expect(await console.shows { $0.text.contains(agent) }, "\(console.screen.text)")
        story.terminal.end(by: 9)
        let own = try await story.agent { $0.holder.map { !$0.hasSuffix(agent) } ?? false }.holder ?? ""
        let number = own.split(separator: ":").last ?? ""
        #expect(await console.shows { $0.text.contains(":\(number)") }, "\(console.screen.text)")
        try await console.send(Array("q".utf8))
        #expect(try await console.end() == 0)
    }

    @Test(
        "While the console is suspended its agent serves the kill flag; the agent ends with the console, also by SIGKILL"
    )
    func suspendedConsole() async throws {
        let story = try await Story(mayStartAgent: true)
        try await story.press("2")
        try await story.expect("Incidents (2)")
        let address = try #require(try await story.agent { $0.listening != nil }.listening)
        kill(story.terminal.process, SIGSTOP)
        let answer = try await HTTPClient().send(HTTPRequest(.get, "\(address)/v1/kill?trace=t1"))
        #expect(answer.status == 200 && answer.text == #"{"kill":false}"#)
        kill(story.terminal.process, SIGCONT)
        try await story.settle()
        story.terminal.end(by: 9)
        #expect(try await story.agent { $0.holder == nil }.listening == nil)
    }

    @Test("Without a known terminal it prints one sentence and no control sequence")
    func noTerminal() async throws {
        let story = try await Story(terminal: "dumb")
        try await story.expect("TERM")
        try await story.expectEnd(status: 1)
        #expect(story.terminal.screen.modes == ["?25", "?7"])
    }
}

@Suite("Stories: the demo")
struct DemoStories {
    @Test("The kill is approved, the loop ends, and the incident is reported")
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

extension Story {
    /// The state of the agent on the store, once it is as expected.
    fileprivate func agent(_ isMet: (AgentStatus) -> Bool) async throws -> AgentStatus {
        for try await status in StoreReader(store).observe(.agentStatus) where isMet(status) { return status }
        throw Ended()
    }
}
