import Actions
import AgentCore
import Basics
import Configuration
import IncidentStore
import OnCallModel

/// The command line's access to the store: it reads directly, and sends requests to the agent.
struct StoreClient: Sendable {
    let reader: StoreReader
    let composition: Composition
    var now: Instant { composition.clock.now() }

    init(_ arguments: Arguments) throws {
        composition = try Composition(arguments)
        reader = StoreReader(composition.paths.database)
    }

    /// Sends a request, waits for the outcome and prints it. `orHere`: this process answers if no agent runs on the store.
    func ask(_ intent: Intent, orHere: Bool = false) async throws -> ExitStatus {
        Output.line(TextTable.inert(try await answer(to: intent, orHere: orHere)))
        return .done
    }

    /// Sends a request and waits for the outcome.
    func answer(to intent: Intent, orHere: Bool = false) async throws -> String {
        let isHeld = StoreFile(composition.paths.database).isHeld
        guard isHeld || orHere else { throw Failure.noAgent(on: composition.paths.database) }
        let inbox = IntentInbox(composition.paths.database)
        let id = try await inbox.append(
            intent, author: composition.author("command line"), at: composition.clock.now())
        if !isHeld {
            let flags = KillFlags(startedAt: composition.clock.now()) { _ in }
            try await composition.agent(killFlags: flags, listening: nil).answerOnce()
        }
        let query = StoreQuery<String> { try $0.outcome(ofIntent: id) ?? "" }
        for try await outcome in reader.observe(query) where !outcome.isEmpty {
            return outcome
        }
        throw CancellationError()
    }
}

extension Arguments {
    /// The row number at a position of the words; `#12` is accepted as 12.
    func number(at position: Int, of what: String) throws(UsageError) -> Int64 {
        guard words.indices.contains(position) else { throw .missing("\(what) number") }
        guard let number = Int64(words[position].filter { $0 != "#" }) else {
            throw .notANumber(words[position], of: what)
        }
        return number
    }
}
