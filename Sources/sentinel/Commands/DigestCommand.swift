import AgentCore
import Basics
import Configuration
import Digest
import IncidentStore
import OnCallModel

extension Subcommand {
    static let digest = Subcommand(
        "digest", help: .digest, options: ["--format", "--week"], switches: ["--now"], words: 1
    ) { arguments in
        let format = try OutputFormat(arguments)
        let client = try StoreClient(arguments)
        let command = DigestCommand(client: client, format: format)
        switch arguments.words.first {
        case "list":
            if arguments.has("--now") || arguments["--week"] != nil { throw UsageError.unexpectedArgument("list") }
            return try await command.list()
        case let word?: throw UsageError.unknownSubcommand(word, of: "digest", among: ["list"])
        case nil: break
        }
        let week = try command.week(arguments["--week"])
        return arguments.has("--now") ? try await command.make(week) : try await command.show(week)
    }
}

private struct DigestCommand {
    let client: StoreClient
    let format: OutputFormat

    /// The name of a week as the store has it.
    func week(_ name: String?) throws -> String? {
        guard let name else { return nil }
        guard let week = DigestWeek(named: name, in: .utc) else { throw UsageError.invalidWeek(name) }
        return week.name
    }

    func list() async throws -> ExitStatus {
        let digests = try await client.reader.read(.digests(limit: 200))
        return format.write(
            .array(digests.map(\.listed)),
            or: TextTable.list(
                digests, orElse: "No digest has been made. `sentinel digest --now` makes one.",
                ["week", "made", "of", "summary"]
            ) { digest in
                [
                    .text(digest.week), .text(digest.madeAt.iso8601Seconds),
                    .text(digest.isFinal ? "the whole week" : "the week so far"), .text(digest.document.summary),
                ]
            })
    }

    func show(_ week: String?) async throws -> ExitStatus {
        let digest =
            if let week { try await client.reader.read(.digest(ofWeek: week)) } else {
                try await client.reader.read(.digests(limit: 1)).first
            }
        guard let digest else { throw Failure.noDigest(of: week) }
        return write(digest)
    }

    /// Makes a digest: in the agent that runs on the store, otherwise in this process.
    func make(_ week: String?) async throws -> ExitStatus {
        let settings = try client.composition.settingsFile.load()
        let zone = ZoneInfo(named: settings.digestZone) ?? .utc
        let name = week ?? DigestWeek(containing: client.now, in: zone).name
        let old = try? await client.reader.read(.digest(ofWeek: name))
        let asked = client.now
        if client.composition.isAgentRunning {
            let answer = try await client.answer(to: .makeDigest(week: name))
            guard !answer.isRefused else { throw Failure(TextTable.inert(answer.text)) }
        } else {
            let answer = try await client.composition.agent().makeDigestOnce(name)
            guard !answer.isRefused else { throw Failure(TextTable.inert(answer.text)) }
        }
        let digest = try await made(name, since: asked)
        Output.remark(
            old == nil
                ? "Made the digest of \(name)."
                : "Replaced the digest of \(name) that was made at \(old?.madeAt.iso8601Seconds ?? "").")
        _ = write(digest)
        return digest.document.gaps.isEmpty ? .done : .partial
    }

    /// Waits until the store has it.
    private func made(_ week: String, since asked: Instant) async throws -> DigestRecord {
        for try await digest in client.reader.observe(.digest(ofWeek: week)) {
            if let digest, digest.madeAt >= asked { return digest }
        }
        throw Failure.agentEnded(on: client.composition.paths.database, before: "the digest")
    }

    private func write(_ digest: DigestRecord) -> ExitStatus {
        let lines = digest.markdown.split(separator: "\n", omittingEmptySubsequences: false)
        return format.write(digest.json, or: lines.map { TextTable.inert(String($0)) }.joined(separator: "\n"))
    }
}
