import Actions
import AgentCore
import Basics
import Configuration
import IncidentStore
import OnCallModel

extension Command {
    static let approvals = Command(
        "approvals", summary: "list, approve or reject requests",
        help: """
            sentinel approvals                 pending requests, then the latest decided ones
            sentinel approvals approve N       allow request N: what it sends is shown by `sentinel approvals show N`
            sentinel approvals reject N
            sentinel approvals show N          the exact requests that approving sends

              --format table|json              how to print (default table)
            """,
        options: ["--format"], words: 2
    ) { arguments in
        let format = try OutputFormat(arguments)
        let desk = try StoreDesk(arguments)
        switch arguments.words.first ?? "list" {
        case "list":
            let items = try await desk.reader.read(.approvals(limit: 200))
            Output.write(format == .json ? list(items.map(\.json)) : ApprovalText.table(items))
            return .done
        case "show":
            let id = try arguments.number(at: 1, of: "request")
            let items = try await desk.reader.read(.approvals(limit: 1000))
            guard let item = items.first(where: { $0.id == id }) else { throw Failure("There is no request \(id).") }
            Output.write(format == .json ? item.json.serialized + "\n" : ApprovalText.detail(item))
            return .done
        case "approve":
            return try await desk.ask(.approve(request: arguments.number(at: 1, of: "request")))
        case "reject":
            return try await desk.ask(.reject(request: arguments.number(at: 1, of: "request")))
        case let word: throw UsageError("“approvals \(word)” is not list, show, approve or reject.")
        }
    }

    static let incidents = Command(
        "incidents", summary: "list and read incidents, take them, put them off, silence them",
        help: IncidentOrders.help, options: IncidentOrders.options, words: 4
    ) { arguments in
        let format = try OutputFormat(arguments)
        let desk = try StoreDesk(arguments)
        let orders = IncidentOrders(arguments: arguments, desk: desk)
        switch arguments.words.first ?? "list" {
        case "list":
            let items = try await orders.list()
            Output.write(format == .json ? list(items.map(\.json)) : IncidentText.table(items))
            return .done
        case "show":
            let id = try arguments.number(at: 1, of: "incident")
            let (detail, forensics) = try await desk.whole(incident: id)
            Output.write(
                format == .json
                    ? detail.wholeJSON(forensics).serialized + "\n" : IncidentText.detail(detail, forensics))
            return .done
        case "timeline":
            let (detail, forensics) = try await desk.whole(incident: arguments.number(at: 1, of: "incident"))
            let story = IncidentStory(detail, forensics)
            Output.write(format == .json ? list(story.entries.map(\.json)) : story.table)
            return .done
        case "trace":
            guard arguments.words.count == 2 else {
                throw UsageError("Name the trace: sentinel incidents trace TRACE.")
            }
            let tree = try await desk.trace(arguments.words[1])
            Output.write(format == .json ? tree.json.serialized + "\n" : TraceText.tree(tree))
            return .done
        case "silences":
            let items = try await orders.silences()
            Output.write(format == .json ? list(items.map(\.json)) : SilenceText.table(items, at: desk.now))
            return .done
        case let word: return try await orders.carryOut(word)
        }
    }

    static let loops = Command(
        "loops", summary: "list looping traces and kill one",
        help: """
            sentinel loops                     looping traces, burning ones first
            sentinel loops kill TRACE          kill it; the kill is verified

              --format table|json              how to print (default table)
            """,
        options: ["--format"], words: 2
    ) { arguments in
        let format = try OutputFormat(arguments)
        let desk = try StoreDesk(arguments)
        switch arguments.words.first ?? "list" {
        case "list":
            let items = try await desk.reader.read(.loops(limit: 200))
            Output.write(format == .json ? list(items.map(\.json)) : LoopText.table(items))
            return .done
        case "kill":
            guard arguments.words.count == 2 else { throw UsageError("Name the trace: sentinel loops kill TRACE.") }
            return try await desk.ask(.killLoop(trace: arguments.words[1]))
        case let word: throw UsageError("“loops \(word)” is not list or kill.")
        }
    }

    private static func list(_ items: [JSONValue]) -> String {
        JSONValue.array(items).serialized + "\n"
    }
}

/// The store as the command line uses it: it reads, and asks the agent.
struct StoreDesk: Sendable {
    let reader: StoreReader
    let composition: Composition
    var now: Instant { composition.clock.now() }

    init(_ arguments: Arguments) throws {
        composition = try Composition(arguments)
        reader = StoreReader(composition.paths.database)
    }

    /// Asks the agent, waits for its answer and prints it. `orHere`: where no agent works on the store, this process answers.
    func ask(_ intent: Intent, orHere: Bool = false) async throws -> ExitStatus {
        Output.line(TextTable.inert(try await answer(to: intent, orHere: orHere)))
        return .done
    }

    /// Asks the agent and waits for its answer.
    func answer(to intent: Intent, orHere: Bool = false) async throws -> String {
        let isHeld = StoreFile(composition.paths.database).isHeld
        guard isHeld || orHere else {
            throw Failure(
                "No agent works on \(composition.paths.database): start `sentinel` or `sentinel agent`, then ask again."
            )
        }
        let inbox = IntentInbox(composition.paths.database)
        let id = try await inbox.append(
            intent, author: composition.author("command line"), at: composition.clock.now())
        if !isHeld {
            let flags = KillFlags(startedAt: composition.clock.now()) { _ in }
            try await composition.agent(killFlags: flags, listening: nil).answerOnce()
        }
        let query = StoreQuery<String>([.intents]) { try $0.outcome(ofIntent: id) ?? "" }
        for try await outcome in reader.observe(query) where !outcome.isEmpty {
            return outcome
        }
        throw CancellationError()
    }
}

extension Arguments {
    /// A row's number among the words.
    func number(at position: Int, of what: String) throws(UsageError) -> Int64 {
        guard words.indices.contains(position), let number = Int64(words[position]) else {
            throw UsageError("Give the number of the \(what).")
        }
        return number
    }
}
