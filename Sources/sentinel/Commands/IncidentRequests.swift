import Basics
import Glibc
import IncidentStore
import OnCallModel
import Subprocess
import WriteUp

/// The requests of `sentinel incidents`, read from the command line. Times are checked before a request is sent.
struct IncidentRequests: Sendable {
    let arguments: Arguments
    let client: StoreClient

    static let options: Set = [
        "--format", "--state", "--type", "--subject", "--max-severity", "--fingerprint", "--for", "--until", "--from",
        "--reason", "--message",
    ]

    func list() async throws -> [IncidentSummary] {
        let type = try arguments.choice("--type", DetectionType.self)
        let wanted = arguments["--state"] ?? "all"
        let known = IncidentState.allCases.map(\.rawValue) + ["inhibited", "unresolved", "all"]
        guard known.contains(wanted) else { throw UsageError.invalidChoice(wanted, of: "--state", among: known) }
        let items = try await client.reader.read(.incidents(limit: wanted == "all" && type == nil ? 200 : 100_000))
        let chosen = items.filter { item in
            let isWanted =
                switch wanted {
                case "all": true
                case "unresolved": item.state != .resolved
                case "inhibited": item.life.parent != nil
                default: item.state.rawValue == wanted
                }
            return isWanted && (type ?? item.type) == item.type
        }
        return Array(chosen.prefix(200))
    }

    func run(_ word: String) async throws -> ExitStatus {
        switch word {
        case "ack", "acknowledge":
            return try await ask(.acknowledge(incident: incident(allowing: .acknowledge(by: ""))))
        case "resolve": return try await ask(.resolve(incident: incident(allowing: .resolve(by: "", sentence: ""))))
        case "unsnooze", "wake": return try await ask(.unsnooze(incident: incident(allowing: .unsnooze)))
        case "snooze":
            let id = try arguments.number(at: 1, of: "incident")
            let end = try time(at: 2, usage: "sentinel incidents snooze \(id) 2h", from: client.now)
            return try await ask(.snooze(incident: incident(allowing: .snooze(until: end, by: "")), until: end))
        case "silence": return try await silence()
        case "maintenance":
            let start = try start()
            let end = try time(at: 1, usage: "sentinel incidents maintenance 2h", from: start)
            return try await ask(
                Silence.Matcher(), from: start, until: end, reason: arguments["--reason"] ?? "maintenance")
        case "unsilence": return try await unsilence()
        case "mark": return try await mark()
        case "note": return try await note()
        case "follow-up": return try await followUp()
        default:
            throw UsageError.unknownSubcommand(
                word, of: "incidents",
                among: [
                    "list", "show", "timeline", "trace", "ack", "resolve", "snooze", "unsnooze", "silence", "silences",
                    "unsilence", "maintenance", "mark", "note", "export", "follow-up",
                ])
        }
    }

    // MARK: what people know

    private func mark() async throws -> ExitStatus {
        let id = try arguments.number(at: 1, of: "incident")
        guard arguments.words.count == 3, let verdict = Verdict(rawValue: arguments.words[2]) else {
            throw UsageError.missing("verdict", usage: "sentinel incidents mark \(id) right|wrong")
        }
        return try await ask(.markCause(incident: incident(), isRight: verdict == .right))
    }

    /// Lists the tasks that are left without a number; requests an issue of one otherwise.
    private func followUp() async throws -> ExitStatus {
        let id = try arguments.number(at: 1, of: "incident")
        let (detail, forensics) = try await client.details(ofIncident: id)
        let tasks = WriteUp(detail, forensics, links: ProviderLinks(client.composition.environment)).followUps
        guard arguments.words.count > 2 else {
            for (number, task) in tasks.enumerated() {
                Output.line(TextTable.inert("\(number + 1). \(task.text) (\(task.why))"))
            }
            if tasks.isEmpty { Output.line("Nothing is left to do for incident \(id).") }
            return .done
        }
        let number = try arguments.number(at: 2, of: "follow-up")
        guard arguments.words.count == 4, let tracker = Tracker(rawValue: arguments.words[3]) else {
            throw UsageError.missing("tracker", usage: "sentinel incidents follow-up \(id) \(number) linear|github")
        }
        guard number >= 1, number <= tasks.count else {
            throw Failure("Incident \(id) has no follow-up \(number). `sentinel incidents follow-up \(id)` lists them.")
        }
        let task = tasks[Int(number) - 1]
        return try await ask(.followUp(tracker.kind, incident: detail.summary.id, text: task.text, why: task.why))
    }

    private enum Tracker: String {
        case linear, github

        var kind: ExecutorKind { self == .linear ? .linearIssue : .githubIssue }
    }

    private enum Verdict: String { case right, wrong }

    /// Opens the editor without `-m`.
    private func note() async throws -> ExitStatus {
        let id = try await incident()
        let typed: String
        if let message = arguments["--message"] {
            typed = message
        } else {
            guard isatty(0) == 1, isatty(1) == 1 else { throw UsageError.noteWithoutText }
            typed = try await OwnThread.run { try Editor.ofUser.edit(IncidentNote.template(id)) }
        }
        guard let text = IncidentNote.text(edited: typed) else {
            throw Failure("The note is empty, so it was not saved.")
        }
        return try await ask(.note(incident: id, text: text))
    }

    // MARK: silences

    private func silence() async throws -> ExitStatus {
        guard let reason = arguments["--reason"], reason.contains(where: { !$0.isWhitespace }) else {
            throw UsageError.silenceWithoutReason
        }
        guard let end = arguments["--for"] ?? arguments["--until"] else { throw UsageError.silenceWithoutEnd }
        let start = try start()
        let until = try read { () throws(InvalidDuration) in try MuteDuration.end(end, from: start) }
        return try await ask(matcher(), from: start, until: until, reason: reason)
    }

    private func unsilence() async throws -> ExitStatus {
        let id = try arguments.number(at: 1, of: "silence")
        guard let silence = try await client.reader.read(.silences(limit: 100_000)).first(where: { $0.id == id }) else {
            throw Failure.noSilence(id)
        }
        guard silence.endedAt == nil, client.now < silence.expiresAt else { throw Failure.silenceEnded(id) }
        return try await ask(.endSilence(id))
    }

    private func matcher() async throws -> Silence.Matcher {
        if arguments.words.count > 1 {
            let unwanted = ["--type", "--subject", "--fingerprint"].first { arguments[$0] != nil }
            if let unwanted { throw UsageError.exclusive("an incident number", unwanted) }
            let id = try await incident()
            guard let summary = try await client.reader.read(.incident(id))?.summary else {
                throw Failure.noIncident(id)
            }
            return Silence.Matcher(of: summary, maxSeverity: try arguments.choice("--max-severity") ?? summary.severity)
        }
        let matcher = try Silence.Matcher(
            type: arguments.choice("--type"), subject: arguments["--subject"],
            maxSeverity: arguments.choice("--max-severity"),
            fingerprint: arguments["--fingerprint"].map(Fingerprint.init(stored:)))
        guard !matcher.isEverything else { throw UsageError.silenceOfEverything }
        return matcher
    }

    private func ask(
        _ matcher: Silence.Matcher, from: Instant, until: Instant, reason: String
    ) async throws -> ExitStatus {
        if let problem = Silence.problem(matcher, reason: reason, from: from, until: until, now: client.now) {
            throw UsageError(problem)
        }
        return try await ask(.silence(matcher, reason: reason, from: from, until: until))
    }

    private func ask(_ intent: Intent) async throws -> ExitStatus { try await client.ask(intent, orHere: true) }

    // MARK: words

    /// The number of an incident that exists, and whose state allows `event`.
    private func incident(allowing event: IncidentLife.Event? = nil) async throws -> Int64 {
        let id = try arguments.number(at: 1, of: "incident")
        guard var life = try await client.reader.read(.incident(id))?.summary.life else { throw Failure.noIncident(id) }
        if let event, let refusal = life.receive(event, at: client.now).refusal {
            throw Failure("Incident \(id) \(refusal).")
        }
        return id
    }

    /// The words from a position on, or else the option.
    private func time(at position: Int, usage: String, from start: Instant) throws(UsageError) -> Instant {
        let words = arguments.words.dropFirst(position).joined(separator: " ")
        let text = words.isEmpty ? arguments["--for"] ?? arguments["--until"] ?? "" : words
        guard !text.isEmpty else { throw .missing("duration", usage: usage) }
        return try read { () throws(InvalidDuration) in try MuteDuration.end(text, from: start) }
    }

    private func start() throws(UsageError) -> Instant {
        try read { () throws(InvalidDuration) in try MuteDuration.start(arguments["--from"] ?? "", now: client.now) }
    }

    private func read(_ body: () throws(InvalidDuration) -> Instant) throws(UsageError) -> Instant {
        do { return try body() } catch { throw UsageError(error.description) }
    }
}
