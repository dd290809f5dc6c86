import Basics
import Configuration
import IncidentStore
import OnCallModel
import Risk
import SourceSpec
import Subprocess

extension Subcommand {
    static let risk = Subcommand(
        "risk", help: .risk, options: ["--format", "--since"], switches: ["--dry-run"], words: 2
    ) { arguments in
        let format = try OutputFormat(arguments)
        guard let word = arguments.words.first else {
            throw UsageError.missing("pull request number", usage: "sentinel risk N")
        }
        if word == "replay" { return try await RiskReplayRun.run(arguments.words.dropFirst().first ?? ".", format) }
        guard arguments.words.count == 1 else { throw UsageError.unexpectedArgument(arguments.words[1]) }
        switch word {
        case "list":
            let client = try StoreClient(arguments)
            let risks = try await client.reader.read(.pullRisks(limit: 200))
            return format.write(.array(risks.map(\.json)), or: RiskText.table(risks))
        case "backfill":
            let client = try StoreClient(arguments)
            let since = try SourceSync.moment(arguments["--since"] ?? "90d", before: client.now)
            return try await client.ask(.backfillRisk(since: since), orHere: true)
        default:
            guard word.first?.isNumber == true || word.first == "#" else {
                throw UsageError.unknownSubcommand(word, of: "risk", among: ["N", "list", "backfill", "replay"])
            }
            let number = try arguments.number(at: 0, of: "pull request")
            guard (1...Int64(Int32.max)).contains(number) else { throw UsageError.notANumber(word, of: "pull request") }
            return try await RiskRun(client: StoreClient(arguments), number: Int(number))
                .score(writes: !arguments.has("--dry-run"), format)
        }
    }
}

/// Scores a pull request: in the agent that runs on the store, otherwise in this process.
private struct RiskRun {
    let client: StoreClient
    let number: Int

    func score(writes: Bool, _ format: OutputFormat) async throws -> ExitStatus {
        for problem in client.composition.catalog.problems { Output.complain("\(problem)") }
        let answer = try await client.answer(to: .scorePull(number, comments: writes), orHere: true)
        guard !answer.isRefused else { throw Failure(TextTable.inert(answer.text)) }
        guard let risk = try await client.reader.read(.pullRisk(number)) else {
            throw Failure(TextTable.inert(answer.text))
        }
        let standing = try await client.reader.read(StoreQuery { try $0.standing(of: risk.target) })
        let comment = writes ? standing.acts(of: .pullComment).last : nil
        let document = risk.json.adding([
            "comment": comment?.json ?? .null, "review": standing.acts(of: .pullReview).last?.json ?? .null,
            "answer": .string(answer.text),
        ])
        format.write(document, or: RiskText.detail(risk, answer: answer.text))
        for gap in risk.gaps { Output.complain(TextTable.inert(gap)) }
        let isUnwritten = comment.map(isMissing) ?? false
        if isUnwritten, let comment {
            Output.complain(TextTable.inert("The comment was not written: \(comment.detail)"))
        }
        return risk.gaps.isEmpty && !isUnwritten ? .done : .partial
    }

    /// An agent that runs sends a comment that waits; without one nobody does.
    private func isMissing(_ comment: ActRecord) -> Bool {
        switch comment.state {
        case .done: false
        case .failed, .unknown: true
        case .waiting, .attempting: !client.composition.isAgentRunning
        }
    }
}

/// `sentinel risk replay`: scores the history of a clone.
private enum RiskReplayRun {
    static func run(_ path: String, _ format: OutputFormat) async throws -> ExitStatus {
        let environment = Environment.current().all
        guard let git = ExecutableSearch.find("git", path: environment["PATH"] ?? "/usr/bin:/bin") else {
            throw Failure.noGit
        }
        let kept = environment.filter { ["PATH", "HOME"].contains($0.key) }
        let process = ChildProcess(
            git, arguments: ["-C", path] + GitLog.arguments(maxCount: 50_000),
            environment: kept.merging(["LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"]) { $1 },
            outputLimit: 512 << 20)
        let ended = try await process.run(until: .now + .seconds(600))
        guard ended.status == 0 else {
            let said = String(decoding: ended.errors.prefix(300), as: UTF8.self)
            throw Failure("\(path) could not be read by git: \(TextTable.inert(said))")
        }
        let history = GitLog.changes(in: ended.output)
        guard let replay = RiskReplay(history) else { throw Failure.historyTooShort(history.count) }
        return format.write(replay.json, or: replay.text)
    }
}

extension RiskReplay {
    fileprivate var text: String {
        let table = TextTable(
            ["score", "AUC", "95 % interval", "followed by a fix, top tenth"],
            lines.map { line in
                [
                    .text(line.name), .text(Self.figure(line.area.area)),
                    .text(
                        "\(Self.figure(line.area.interval.lowerBound)) to \(Self.figure(line.area.interval.upperBound))"
                    ),
                    .text(Format.percent(line.topTenth)),
                ]
            }
        ).text
        let (gain, interval) = gain
        return """
            \(changes) changes, \(judged) judged; a fix of one of its files followed \(followed) (\(Format.percent(baseRate))) within \
            \(Format.age(horizon)).
            \(table)The calibrated score has \(Self.signed(gain)) AUC over the original one (\(Self.signed(interval.lowerBound)) to \
            \(Self.signed(interval.upperBound)) at 95 %).

            """
    }

    private static func figure(_ number: Double) -> String { Format.decimal(number, digits: 3) }
    private static func signed(_ number: Double) -> String { (number < 0 ? "" : "+") + figure(number) }

    fileprivate var json: JSONValue {
        func pair(_ interval: ClosedRange<Double>) -> JSONValue {
            .array([.number(interval.lowerBound), .number(interval.upperBound)])
        }
        let (gain, interval) = gain
        return [
            "changes": JSONValue(changes), "judged": JSONValue(judged), "followed": JSONValue(followed),
            "base_rate": .number(baseRate), "horizon_days": .number(horizon.seconds / 86_400),
            "scores": .array(
                lines.map { line in
                    [
                        "name": .string(line.name), "auc": .number(line.area.area),
                        "interval": pair(line.area.interval),
                        "top_tenth": .number(line.topTenth),
                    ]
                }),
            "gain": .number(gain), "gain_interval": pair(interval),
        ]
    }
}
