import Basics
import FoundationEssentials
import IncidentStore
import Sandbox
import Subprocess
import TestSupport
import Testing

/// A console in a pseudo-terminal, as a script: the keys, and what the screen must show.
///
///     let story = try await Story()
///     try await story.expect("Dashboard")
///     try await story.press("6", "a")
///     try await story.expect("Approve request 1?")
///
/// `expect` waits for the screen, at most two minutes; nothing else waits. Keys have the names of docs/KEYS.md.
final class Story: Sendable {
    let terminal: Pseudoterminal
    let folder = TemporaryFolder()
    private let lock: AgentLock?

    var store: String { "\(folder.path)/sentinel.db" }

    struct Ended: Error {}

    /// `sentinel` with these arguments in a terminal, on a copy of a store in which an agent has worked (``WorkedStore``).
    ///
    /// - Parameters:
    ///   - mayStartAgent: lets the console start an agent of its own at once; else only after ``letAgentStart()``.
    ///   - shell: runs it as a job of an interactive shell, in which it can be suspended and resumed.
    init(
        _ arguments: String..., mayStartAgent: Bool = false, width: Int = 80, height: Int = 24, shell: Bool = false,
        terminal name: String = "xterm-256color"
    ) async throws {
        let store = "\(folder.path)/sentinel.db"
        try await StoreFile(WorkedStore.path()).copy(to: store)
        lock = mayStartAgent ? nil : try AgentLock(store)
        let environment = Self.environment(folder, terminal: name)
        let command = [BuiltProgram.sentinel] + arguments
        guard shell else {
            terminal = try Pseudoterminal(command, environment: environment, width: width, height: height)
            return
        }
        terminal = try Pseudoterminal(
            ["/bin/bash", "--norc", "--noprofile", "-i"],
            environment: environment.merging(["PS1": "shell> ", "HISTFILE": ""]) { $1 }, width: width, height: height)
        try await expect("shell>")
        try await type(command.joined(separator: " "))
        try await press("Enter")
    }

    /// Without keys of providers, so no provider is called.
    static func environment(_ folder: TemporaryFolder, terminal: String = "xterm-256color") -> [String: String] {
        [
            "SENTINEL_DB": "\(folder.path)/sentinel.db", "SENTINEL_LISTEN": "127.0.0.1:0", "HOME": folder.path,
            "PATH": "/usr/bin:/bin", "TERM": terminal, "LANG": "C.UTF-8", "USER": "alice",
        ]
    }

    func letAgentStart() { lock?.release() }

    // MARK: keys in

    func press(_ keys: String...) async throws {
        for key in keys { try await terminal.send(Self.bytes(of: key)) }
    }

    func type(_ text: String) async throws {
        try await terminal.send(Array(text.utf8))
    }

    /// As a terminal sends pasted text in bracketed paste mode.
    func paste(_ text: String) async throws {
        #expect(terminal.screen.modes.contains("?2004"), "the program asks for pasted text to be marked")
        try await terminal.send(Array("\u{1B}[200~\(text)\u{1B}[201~".utf8))
    }

    private static func bytes(of key: String) -> [UInt8] {
        let named = [
            "Enter": "\r", "Esc": "\u{1B}", "Tab": "\t", "S-Tab": "\u{1B}[Z", "↑": "\u{1B}OA", "↓": "\u{1B}OB",
            "→": "\u{1B}OC", "←": "\u{1B}OD", "Space": " ", "Backspace": "\u{7F}",
        ]
        if let bytes = named[key] { return Array(bytes.utf8) }
        if key.hasPrefix("C-"), let letter = key.utf8.last { return [letter & 0x1F] }
        precondition(key.count == 1, "no key is named \(key)")
        return Array(key.utf8)
    }

    // MARK: screen out

    /// Waits until the screen shows all these words.
    func expect(_ words: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await wait("\(words)", sourceLocation) { screen in words.allSatisfy(screen.text.contains) }
    }

    /// Waits until the screen shows none of these words.
    func expectNot(_ words: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await wait("none of \(words)", sourceLocation) { screen in !words.contains(where: screen.text.contains) }
    }

    /// Waits until the program has drawn after the last key: opens the help and closes it.
    func settle(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await press("?")
        try await expect("Keys", sourceLocation: sourceLocation)
        try await press("Esc")
        try await expectNot("Keys", sourceLocation: sourceLocation)
    }

    /// Waits for the program's end.
    func expectEnd(status: Int32, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let ended = try await terminal.end()
        #expect(ended == status, "\(terminal.screen.text)", sourceLocation: sourceLocation)
    }

    private func wait(
        _ what: String, _ sourceLocation: SourceLocation, _ isMet: @escaping @Sendable (TerminalScreen) -> Bool
    ) async throws {
        guard await terminal.shows(isMet) else {
            let end = terminal.status.map { "the program ended with status \($0) and" } ?? "the program runs and"
            Issue.record(
                "expected \(what), but \(end) the screen shows\n\(terminal.screen.text)", sourceLocation: sourceLocation
            )
            throw Ended()
        }
    }
}

/// A store that an agent filled with one run of the demo: two incidents, and a request to kill a loop.
enum WorkedStore {
    private static let folder = TemporaryFolder()
    private static let scan = Task {
        let sandbox = try Sandbox.demo(clock: .system).sandbox
        defer { sandbox.stop() }
        let environment = sandbox.environment.merging(Story.environment(folder)) { $1 }
        let done = try await ChildProcess(BuiltProgram.sentinel, arguments: ["scan"], environment: environment).run()
        #expect(done.status == 0, "\(String(decoding: done.errors, as: UTF8.self))")
    }

    /// Created by the first caller.
    static func path() async throws -> String {
        try await scan.value
        return "\(folder.path)/sentinel.db"
    }
}
