import Basics
import IncidentStore
import OnCallModel

/// What `sentinel incidents` asks of the agent, read from the command line. Times are checked before anybody is asked.
struct IncidentOrders: Sendable {
    let arguments: Arguments
    let desk: StoreDesk

    static let options: Set = [
        "--format", "--state", "--type", "--subject", "--at-most", "--fingerprint", "--for", "--until", "--from",
        "--reason",
    ]

    static let help = """
        sentinel incidents                 the latest incidents, worst open ones first
            --state STATE                  open, acknowledged, snoozed, silenced, flapping, inhibited, resolved,
                                           unresolved or all (default)
            --type TYPE                    cost_spike, error_cascade, prompt_drift, agent_loop or tool_failure
        sentinel incidents show N          all of one: report, suspects, what led to what, timeline, acts
        sentinel incidents timeline N      what happened around it and what was done, in the order of time
        sentinel incidents trace TRACE     one trace as a tree, with the cost and the errors of each step
        sentinel incidents ack N           take it: nobody is reminded of it any more
        sentinel incidents resolve N       close it
        sentinel incidents snooze N TIME   put it off until then; it is told again when it is still there
        sentinel incidents wake N          end a snooze
        sentinel incidents silence N --for TIME --reason TEXT
                                           silence incident N unless it gets worse
        sentinel incidents silence [--type TYPE] [--subject GLOB] [--at-most SEVERITY] --for TIME --reason TEXT
                                           silence what matches; * in GLOB stands for any characters
            --from TIME                    when it begins (default now)
        sentinel incidents maintenance TIME [--from TIME] [--reason TEXT]
                                           a silence of everything: incidents are kept, nobody is told or asked,
                                           nothing is done unasked; what lasts is told when it ends
        sentinel incidents silences        those in force, those to come, those that are over
        sentinel incidents unsilence ID    end one now

          TIME is 30m, 4h, 1h30m, 2d, until 09:00 (UTC) or 2026-11-24T09:00Z; at most 30 days.
          --format table|json              how to print (default table)
        """

    func list() async throws -> [IncidentSummary] {
        let type = try choice("--type", DetectionType.self)
        let wanted = arguments["--state"] ?? "all"
        let known = IncidentState.allCases.map(\.rawValue) + ["inhibited", "unresolved", "all"]
        guard known.contains(wanted) else {
            throw UsageError(
                "--state is one of \(known.joined(separator: ", ")).",
                nearest: Suggestion.nearest(to: wanted, among: known))
        }
        let items = try await desk.reader.read(.incidents(limit: wanted == "all" && type == nil ? 200 : 100_000))
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

    func silences() async throws -> [Silence] {
        try await desk.reader.read(.silences(limit: 200))
    }

    func carryOut(_ word: String) async throws -> ExitStatus {
        switch word {
        case "ack", "acknowledge":
            return try await desk.ask(.acknowledge(incident: incident(allowing: .acknowledge(by: ""))), orHere: true)
        case "resolve":
            return try await desk.ask(
                .resolve(incident: incident(allowing: .resolve(by: "", sentence: ""))), orHere: true)
        case "wake": return try await desk.ask(.wake(incident: incident(allowing: .wake)), orHere: true)
        case "snooze":
            let id = try number(of: "incident")
            let end = try time(of: 2, "Say until when: sentinel incidents snooze \(id) 2h.", from: desk.now)
            return try await desk.ask(
                .snooze(incident: incident(allowing: .snooze(until: end, by: "")), until: end), orHere: true)
        case "silence": return try await silence()
        case "maintenance":
            let start = try start()
            let end = try time(of: 1, "Say how long: sentinel incidents maintenance 2h.", from: start)
            return try await ask(
                Silence.Matcher(), from: start, until: end, reason: arguments["--reason"] ?? "maintenance")
        case "unsilence": return try await unsilence()
        default:
            let words = [
                "list", "show", "ack", "resolve", "snooze", "wake", "silence", "silences", "unsilence", "maintenance",
            ]
            throw UsageError(
                "“incidents \(word)” is not one of \(words.joined(separator: ", ")).",
                nearest: Suggestion.nearest(to: word, among: words))
        }
    }

    // MARK: silences

    private func silence() async throws -> ExitStatus {
        guard let reason = arguments["--reason"], reason.contains(where: { !$0.isWhitespace }) else {
            throw UsageError("Say why with --reason TEXT: others will want to know.")
        }
        guard arguments["--for"] != nil || arguments["--until"] != nil else {
            throw UsageError("Say how long with --for 4h: a silence always ends.")
        }
        let start = try start()
        let end = try read { () throws(InvalidDuration) in
            try MuteDuration.end(arguments["--for"] ?? arguments["--until"] ?? "", from: start)
        }
        return try await ask(matcher(), from: start, until: end, reason: reason)
    }

    private func unsilence() async throws -> ExitStatus {
        let id = try number(of: "silence")
        guard let silence = try await desk.reader.read(.silences(limit: 100_000)).first(where: { $0.id == id }) else {
            throw Failure("There is no silence \(id): `sentinel incidents silences` lists them.")
        }
        guard silence.endedAt == nil, desk.now < silence.expiresAt else {
            throw Failure("Silence \(id) is over already.")
        }
        return try await desk.ask(.endSilence(id), orHere: true)
    }

    private func matcher() async throws -> Silence.Matcher {
        if arguments.words.count > 1 {
            let unwanted = ["--type", "--subject", "--fingerprint"].first { arguments[$0] != nil }
            if let unwanted { throw UsageError("Give a number or \(unwanted), not both.") }
            let id = try await incident()
            guard let summary = try await desk.reader.read(.incident(id))?.summary else { throw Self.missing(id) }
            return Silence.Matcher(
                of: summary, atMost: try choice("--at-most", Severity.self) ?? summary.severity)
        }
        let matcher = try Silence.Matcher(
            type: choice("--type", DetectionType.self), subject: arguments["--subject"],
            atMost: choice("--at-most", Severity.self),
            fingerprint: arguments["--fingerprint"].map(Fingerprint.init(stored:)))
        guard !matcher.isEverything else {
            throw UsageError(
                "Say what to silence: an incident's number, --type, --subject or --at-most; `maintenance` silences everything."
            )
        }
        return matcher
    }

    private func ask(
        _ matcher: Silence.Matcher, from: Instant, until: Instant, reason: String
    ) async throws -> ExitStatus {
        if let problem = Silence.problem(matcher, reason: reason, from: from, until: until, now: desk.now) {
            throw UsageError(problem)
        }
        return try await desk.ask(.silence(matcher, reason: reason, from: from, until: until), orHere: true)
    }

    // MARK: words

    /// The number of an incident that is there, and that lets happen to it what is asked.
    private func incident(allowing event: IncidentLife.Event? = nil) async throws -> Int64 {
        let id = try number(of: "incident")
        guard var life = try await desk.reader.read(.incident(id))?.summary.life else { throw Self.missing(id) }
        if let event, let refusal = life.receive(event, at: desk.now).refusal {
            throw Failure("Incident \(id) \(refusal).")
        }
        return id
    }

    private static func missing(_ id: Int64) -> Failure {
        Failure("There is no incident \(id): `sentinel incidents` lists them.")
    }

    private func number(of what: String) throws(UsageError) -> Int64 {
        let known = arguments.words.count > 1 ? arguments.words[1].filter { $0 != "#" } : ""
        guard let number = Int64(known) else { throw UsageError("Give the number of the \(what).") }
        return number
    }

    /// The words from a position on, else the option.
    private func time(of position: Int, _ missing: String, from start: Instant) throws(UsageError) -> Instant {
        let words = arguments.words.dropFirst(position).joined(separator: " ")
        let text = words.isEmpty ? arguments["--for"] ?? arguments["--until"] ?? "" : words
        guard !text.isEmpty else { throw UsageError(missing) }
        return try read { () throws(InvalidDuration) in try MuteDuration.end(text, from: start) }
    }

    private func start() throws(UsageError) -> Instant {
        try read { () throws(InvalidDuration) in try MuteDuration.start(arguments["--from"] ?? "", now: desk.now) }
    }

    private func read(_ body: () throws(InvalidDuration) -> Instant) throws(UsageError) -> Instant {
        do {
            return try body()
        } catch {
            throw UsageError(error.description)
        }
    }

    private func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ option: String, _ type: Choice.Type
    ) throws(UsageError) -> Choice? {
        guard let word = arguments[option] else { return nil }
        let known = Choice.allCases.map(\.rawValue)
        guard let choice = Choice(rawValue: word) else {
            throw UsageError(
                "\(option) is one of \(known.joined(separator: ", ")).",
                nearest: Suggestion.nearest(to: word, among: known))
        }
        return choice
    }
}
