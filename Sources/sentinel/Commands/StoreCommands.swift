import Actions
import AgentCore
import Basics
import Configuration
import IncidentStore
import OnCallModel
import WriteUp

extension Subcommand {
    static let approvals = Subcommand(
        "approvals", help: .approvals, options: ["--format", "--reason"], words: 2
    ) { arguments in
        let format = try OutputFormat(arguments)
        let client = try StoreClient(arguments)
        switch arguments.words.first ?? "list" {
        case "list":
            let items = try await client.reader.read(.approvals(limit: 200))
            return format.write(.array(items.map(\.json)), or: ApprovalText.table(items))
        case "show":
            let id = try arguments.number(at: 1, of: "request")
            let items = try await client.reader.read(.approvals(limit: 1000))
            guard let item = items.first(where: { $0.id == id }) else { throw Failure.noRequest(id) }
            return format.write(item.json, or: ApprovalText.detail(item))
        case "approve":
            let id = try arguments.number(at: 1, of: "request")
            let item = try await client.reader.read(StoreQuery<ApprovalItem?> { try $0.approval(id) })
            return try await client.ask(.approve(request: id, seen: item?.fingerprint))
        case "reject":
            return try await client.ask(.reject(request: arguments.number(at: 1, of: "request")), orHere: true)
        case "undo": return try await client.ask(.undo(request: arguments.number(at: 1, of: "request")))
        case "freeze":
            let reason = arguments["--reason"] ?? "no reason given"
            return try await client.ask(.freeze(reason: reason), orHere: true)
        case "thaw": return try await client.ask(.thaw, orHere: true)
        case let word:
            throw UsageError.unknownSubcommand(
                word, of: "approvals", among: ["list", "show", "approve", "reject", "undo", "freeze", "thaw"])
        }
    }

    static let incidents = Subcommand(
        "incidents", help: .incidents, options: IncidentRequests.options,
        aliases: ["--at-most": "--max-severity", "-m": "--message"], words: 4
    ) { arguments in
        if arguments.words.first == "export" { return try await IncidentExport(arguments).write() }
        let format = try OutputFormat(arguments)
        let client = try StoreClient(arguments)
        let requests = IncidentRequests(arguments: arguments, client: client)
        switch arguments.words.first ?? "list" {
        case "list":
            let items = try await requests.list()
            let unknown = try await client.unknown()
            return format.write(.array(items.map(\.json)), or: IncidentText.table(items, unknown: unknown))
        case "show":
            let (detail, forensics) = try await client.details(ofIncident: arguments.number(at: 1, of: "incident"))
            return format.write(detail.wholeJSON(forensics), or: IncidentText.detail(detail, forensics))
        case "timeline":
            let (detail, forensics) = try await client.details(ofIncident: arguments.number(at: 1, of: "incident"))
            let story = IncidentStory(detail, forensics)
            return format.write(.array(story.entries.map(\.json)), or: story.table)
        case "trace":
            guard arguments.words.count == 2 else {
                throw UsageError.missing("trace", usage: "sentinel incidents trace TRACE")
            }
            let tree = try await client.trace(arguments.words[1])
            return format.write(tree.json, or: TraceText.tree(tree))
        case "silences":
            let items = try await client.reader.read(.silences(limit: 200))
            return format.write(.array(items.map(\.json)), or: SilenceText.table(items, at: client.now))
        case let word: return try await requests.run(word)
        }
    }

    static let loops = Subcommand(
        "loops", help: .loops, options: ["--format"], words: 2
    ) { arguments in
        let format = try OutputFormat(arguments)
        let client = try StoreClient(arguments)
        switch arguments.words.first ?? "list" {
        case "list":
            let items = try await client.reader.read(.loops(limit: 200))
            let unknown = try await client.unknown(of: [.agentLoop])
            return format.write(.array(items.map(\.json)), or: LoopText.table(items, unknown: unknown))
        case "kill":
            guard arguments.words.count == 2 else {
                throw UsageError.missing("trace", usage: "sentinel loops kill TRACE")
            }
            return try await client.ask(.killLoop(trace: arguments.words[1]))
        case let word: throw UsageError.unknownSubcommand(word, of: "loops", among: ["list", "kill"])
        }
    }
}
