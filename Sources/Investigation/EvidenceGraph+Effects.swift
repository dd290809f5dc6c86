import Basics
import OnCallModel

/// Observations: traces, errors, monitors, pages and messages.
extension EvidenceGraph {
    // MARK: traces

    /// The traces that were read, and the looping one. The time of others is not known, so they are omitted.
    mutating func addTraces() {
        let trees = Dictionary(
            file.surroundings.traces.map { ($0.traceID, $0) }, uniquingKeysWith: { first, _ in first })
        let others = file.surroundings.traces.map(\.traceID).filter { !keys.traces.contains($0) }
        for trace in keys.traces + others {
            let tree = trees[trace]
            let loop = trace == finding.loop?.traceID ? finding.loop : nil
            guard let start = tree?.start ?? loop?.firstSeen else {
                omit(.trace)
                continue
            }
            let name = tree.map { $0.name == trace ? "" : "\($0.name) " } ?? ""
            let isAdded = add(
                .trace, "trace:\(trace)", name + trace, at: start, end: tree?.end ?? loop?.lastSeen,
                cost: tree?.cost ?? loop?.cost, isFailure: loop != nil || tree.map { $0.errors > 0 } ?? false)
            guard isAdded else { continue }
            let cost = tree.map { "; it cost \(Format.dollars($0.cost))" } ?? ""
            let namers = members.filter { $0.keys.traces.contains(trace) }
            for member in namers {
                let reason = loop != nil && member.id == findingID ? "is about this trace" : "names it"
                join("trace:\(trace)", member.id, .sharedKey, "the finding \(reason)\(cost)")
            }
            guard namers.isEmpty else { continue }
            join(
                "trace:\(trace)", findingID, .sharedKey,
                "one of the costliest traces of its calls since the onset\(cost)")
        }
    }

    // MARK: errors

    /// The issue of the finding, issues whose events name its traces or whose file a suspect changes, and new ones. An old
    /// issue without such a link is skipped.
    mutating func addErrors() {
        let own = file.errors.filter { keys.issues.contains($0.id) }
        let rest = file.errors.filter { !keys.issues.contains($0.id) && !$0.id.isEmpty }
            .sorted { ($0.count, $1.id) > ($1.count, $0.id) }
        for error in own + rest {
            let links = ErrorLinks(error, in: self)
            guard keys.issues.contains(error.id) || links.isLinked || isNew(error) else { continue }
            let isAdded = add(
                .error, links.id, error.title, at: error.firstSeen, end: error.lastSeen, isFailure: true,
                url: error.url)
            if isAdded { join(error, links) }
        }
    }

    /// The finding about an issue: that of the case, or a companion.
    private func cascadeID(of error: ErrorFact) -> String {
        let companion = file.companions.first { $0.type.traits.subject == .issue && $0.subject == error.id }
        return companion.map { Self.id(of: $0.fingerprint) } ?? findingID
    }

    private func isNew(_ error: ErrorFact) -> Bool {
        error.firstSeen >= onset - .hours(1) && error.firstSeen <= finding.lastSeen + .minutes(10)
    }

    private mutating func join(_ error: ErrorFact, _ links: ErrorLinks) {
        let when = "first seen \(relative(error.firstSeen))"
        for (trace, event) in links.traces {
            join("trace:\(trace)", links.id, .sharedKey, "event \(event.prefix(12)) names trace \(trace)")
        }
        for (index, commit, path) in links.commits where error.firstSeen >= commit.date {
            join(
                Self.id(of: commit), links.id, index == 0 ? .caused : .suspected,
                "changes \(path.prefix(80)), where Sentry places it; \(when)")
        }
        if keys.issues.contains(error.id) {
            join(links.id, cascadeID(of: error), .sharedKey, "the finding is about this issue")
        } else if error.firstSeen < onset {
            let (kind, reason): (CausalGraph.Edge.Kind, String) =
                links.traces.isEmpty
                ? (.preceded, "only the time is in common") : (.suspected, "its events name traces of the finding")
            if links.commits.isEmpty || kind != .preceded { join(links.id, findingID, kind, "\(when); \(reason)") }
        } else if isLimit(error), isMoreCalls {
            join(findingID, links.id, .suspected, "more calls reach a limit; \(when), so it is an effect")
        } else if !links.traces.isEmpty {
            join(findingID, links.id, .sharedKey, "its events name traces of the finding; \(when), so it is an effect")
        } else if links.commits.isEmpty {
            join(findingID, links.id, .preceded, "\(when); only the time is in common")
        }
    }

    /// A provider's rate limit or quota.
    private func isLimit(_ error: ErrorFact) -> Bool {
        let words = Set(Words.of(error.title))
        return !words.isDisjoint(with: ["429", "throttled", "throttling", "quota", "overloaded", "529"])
            || (words.contains("rate") && words.contains("limit")) || words.isSuperset(of: ["too", "many", "requests"])
    }

    private var isMoreCalls: Bool {
        finding.loop != nil || (finding.facts.cost?.volumeRatio ?? 0) >= 1.5
    }

    // MARK: monitors and pages

    mutating func addAlerts() {
        let monitors = file.surroundings.monitors.sorted { ($0.at, $0.id) < ($1.at, $1.id) }
        for monitor in monitors {
            let id = "monitor:\(monitor.id)"
            add(.monitor, id, monitor.title, at: monitor.at, isFailure: true, url: monitor.url)
            join(alert: monitor, id: id, verb: "alerts")
        }
        for page in file.surroundings.pages.sorted(by: { ($0.at, $0.id) < ($1.at, $1.id) }) {
            let id = "page:\(page.id)"
            add(.page, id, page.title, at: page.at, end: page.end, url: page.url)
            join(alert: page, id: id, verb: "was opened")
            for monitor in monitors {
                let words = page.key.split { !($0.isLetter || $0.isNumber) }.map(String.init)
                if words.contains(monitor.id) {
                    join("monitor:\(monitor.id)", id, .sharedKey, "its key names monitor \(monitor.id)")
                } else if !page.title.isEmpty, page.title == monitor.title {
                    join("monitor:\(monitor.id)", id, .sharedKey, "both have the title “\(page.title.prefix(120))”")
                }
            }
        }
    }

    private mutating func join(alert: AlertFact, id: String, verb: String) {
        let when = "\(verb) \(relative(alert.at))"
        if let name = keys.named(in: "\(alert.title) \(alert.about)") {
            join(id, findingID, .reported, "it names \(name); \(when)")
        } else if let error = mentionedError(in: alert.title) {
            join(id, error.id, .reported, "it names \(error.name); \(when)")
        } else {
            let (first, second) = alert.at >= onset ? (findingID, id) : (id, findingID)
            join(first, second, .preceded, "\(when); only the time is in common")
        }
    }

    // MARK: messages

    /// Messages that mention a node of the graph, except those that Sentinel posted.
    mutating func addMessages() {
        let commits = file.commits.filter { has(Self.id(of: $0)) }.map(\.sha)
        for (index, message) in file.messages.enumerated() where !isOwn(message) {
            let id = "message:\(message.date.milliseconds)-\(index)"
            var edges: [(to: String, reason: String)] = []
            if let sha = Mention.commit(in: message.text, among: commits) {
                edges.append(("commit:\(sha)", "it names \(sha.prefix(7))"))
            }
            if let error = mentionedError(in: message.text) { edges.append((error.id, "it names \(error.name)")) }
            if let name = keys.named(in: message.text) {
                edges.append((findingID, "it names \(name)"))
            } else if message.date >= onset, let word = topic(in: message.text) {
                edges.append((findingID, "it mentions \(word) \(relative(message.date))"))
            }
            guard !edges.isEmpty else { continue }
            let author = message.author.isEmpty ? "" : "\(message.author): "
            add(.message, id, author + message.text, at: message.date)
            for edge in edges { join(id, edge.to, .reported, edge.reason) }
        }
    }

    private func mentionedError(in text: String) -> (id: String, name: String)? {
        file.errors.first { has("error:\($0.id)") && Mention.holds(text, $0.name) }.map { ("error:\($0.id)", $0.name) }
    }

    private func isOwn(_ message: MessageFact) -> Bool {
        DetectionType.allCases.contains { message.text.contains("\($0.rawValue):") }
    }

    /// The word in a text that refers to this class of failure.
    private func topic(in text: String) -> String? {
        Words.of(text.prefix(2000)).first { finding.type.traits.talk.contains($0) }
    }
}

/// The links of one issue to other nodes, apart from time.
private struct ErrorLinks {
    let id: String
    /// Traces in the graph, each with an event that names it.
    let traces: [(trace: String, event: String)]
    /// Suspects, by rank, that change the file where Sentry places the error.
    let commits: [(index: Int, commit: CommitFact, path: String)]

    var isLinked: Bool { !traces.isEmpty || !commits.isEmpty }

    init(_ error: ErrorFact, in graph: EvidenceGraph) {
        id = "error:\(error.id)"
        let events = graph.file.surroundings.events.filter { $0.issue == error.id }
        var traces: [(String, String)] = []
        for event in events where graph.has("trace:\(event.trace)") {
            if !traces.contains(where: { $0.0 == event.trace }) { traces.append((event.trace, event.id)) }
        }
        self.traces = traces
        commits = graph.verdict.suspects.enumerated().compactMap { index, suspect in
            guard let commit = graph.file.commits.first(where: { $0.sha == suspect.sha }) else { return nil }
            return SourcePlace.file(of: error, among: commit.relevantFiles, events: events).map {
                (index, commit, $0.path)
            }
        }
    }
}
