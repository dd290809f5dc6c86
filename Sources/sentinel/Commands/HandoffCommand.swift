import Basics
import IncidentStore
import OnCallModel
import WriteUp

extension Subcommand {
    static let handoff = Subcommand("handoff", help: .handoff, options: ["--format"]) { arguments in
        let format = try OutputFormat(arguments)
        let client = try StoreClient(arguments)
        let now = client.now
        let handoff = try await client.reader.read(
            StoreQuery<Handoff> { store in
                try Handoff(
                    now: now, incidents: store.unresolvedIncidents(), silences: store.silences(limit: 200),
                    requests: store.approvals(limit: 200), agent: store.agentStatus(), sources: store.sources(),
                    detectors: store.detectors())
            })
        return format.write(handoff.json, or: text(handoff))
    }

    private static func text(_ handoff: Handoff) -> String {
        let sections = handoff.sections.map { title, lines in
            title + "\n" + (lines.isEmpty ? ["None."] : lines).map { "  \(TextTable.inert($0))\n" }.joined()
        }
        return "Handoff at \(handoff.now.iso8601Seconds)\n\n" + sections.joined(separator: "\n")
    }
}
