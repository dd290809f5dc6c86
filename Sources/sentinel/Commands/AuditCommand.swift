import Basics
import IncidentStore
import OnCallModel

extension Subcommand {
    static let audit = Subcommand(
        "audit", help: .audit, options: ["--format", "--incident"], words: 1
    ) { arguments in
        let format = try OutputFormat(arguments)
        let client = try StoreClient(arguments)
        switch arguments.words.first ?? "list" {
        case "list":
            let incident = try arguments["--incident"].map { text throws(UsageError) -> Int64 in
                guard let number = Int64(text) else { throw .notANumber(text, of: "incident") }
                return number
            }
            let rows = try await client.reader.read(StoreQuery { try $0.audit(ofIncident: incident, limit: 200) })
            return format.write(.array(rows.map(\.json)), or: AuditText.table(rows))
        case "verify":
            let check = try await client.reader.read(StoreQuery { try $0.checkAudit() })
            guard check.isIntact else { throw Failure(check.sentence) }
            Output.line(check.sentence)
            return .done
        case "export":
            var last: Int64 = 0
            while true {
                let rows = try await client.reader.read(StoreQuery { [last] in try $0.audit(after: last, limit: 500) })
                guard let end = rows.last?.id else { return .done }
                for row in rows { Output.line(row.json.serialized) }
                last = end
            }
        case let word: throw UsageError.unknownSubcommand(word, of: "audit", among: ["list", "verify", "export"])
        }
    }
}

/// The audit log as the command line prints it.
enum AuditText {
    static func table(_ rows: [AuditRow]) -> String {
        TextTable.list(
            rows, orElse: "The audit log is empty.",
            ["id", "at", "who", "event", "incident", "action", "why", "outcome"]
        ) { row in
            [
                .integer(row.id), .text(row.at.iso8601Seconds), .text(row.entry.who), .text(row.entry.event.rawValue),
                row.entry.incident.map(Value.integer) ?? .null, .text(row.entry.what), .text(row.entry.why),
                .text(row.entry.outcome),
            ]
        }
    }
}
