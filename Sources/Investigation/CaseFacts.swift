import Basics
import OnCallModel

/// The facts of a case as one JSON document, which is all that a model gets and may state.
enum CaseFacts {
    /// Other people wrote these. The hashes of commits that are not suspected are among them, so that none is blamed.
    static let foreignMembers: Set<String> = ["title", "text", "outside_alerts", "other_commits"]

    static func document(_ file: CaseFile, suspects: [Suspect]) -> JSONValue {
        let finding = file.finding
        return .fields([
            "type": .string(finding.type.rawValue), "severity": .string(finding.severity.rawValue),
            "subject": .string(String(finding.subject.prefix(200))),
            "finding": .string(String(finding.description.prefix(600))), "onset": JSONValue(finding.onset),
            "cost_per_hour": money(finding.costPerHour),
            "projection": ["hours": 6, "cost": money(finding.costPerHour * 6)],
            "cost_since_onset": ReportTemplate.cost(since: finding, in: file.hours).map(money),
            "evidence": finding.facts.json, "loop": finding.loop.map(loop),
            "hours": .array(file.hours.suffix(12).map { ["hour": JSONValue($0.hour), "cost": money($0.cost)] }),
            "suspects": .array(suspects.map(suspect)),
            "no_suspect_because": suspects.isEmpty ? Blame.abstention(of: file).map(JSONValue.string) : nil,
            "other_commits": .array(
                file.commits.filter { commit in !suspects.contains { $0.sha == commit.sha } }.prefix(6).map(commit)),
            "sentry": .array(file.errors.prefix(6).map(error)), "slack": .array(file.messages.prefix(8).map(message)),
            "outside_alerts": file.alerts.isEmpty ? nil : .array(file.alerts.prefix(5).map { .string($0.sentence) }),
            "not_known": .array(file.gaps.map(JSONValue.string)),
        ])
    }

    private static func money(_ amount: Double) -> JSONValue { .string(Format.dollars(amount)) }

    private static func loop(_ loop: LoopEvidence) -> JSONValue {
        [
            "trace": .string(loop.traceID), "agent": .string(loop.agent), "generations": JSONValue(loop.generations),
            "cost": money(loop.cost), "cost_per_minute": money(loop.costPerMinute), "pattern": .string(loop.pattern),
            "is_repetitive": .bool(loop.isRepetitive), "last_step": JSONValue(loop.lastSeen),
        ]
    }

    private static func suspect(_ suspect: Suspect) -> JSONValue {
        [
            "sha": .string(suspect.shortSHA), "title": .string(String(suspect.title.prefix(160))),
            "author": .string(suspect.author), "score": .number(suspect.score),
            "why": .array(suspect.why.map(JSONValue.string)),
        ]
    }

    private static func commit(_ commit: CommitFact) -> JSONValue {
        [
            "sha": .string(commit.shortSHA), "title": .string(String(commit.title.prefix(160))),
            "date": JSONValue(commit.date),
        ]
    }

    private static func error(_ error: ErrorFact) -> JSONValue {
        [
            "title": .string(String(error.title.prefix(160))), "count": JSONValue(error.count),
            "first_seen": JSONValue(error.firstSeen), "last_seen": JSONValue(error.lastSeen),
        ]
    }

    private static func message(_ message: MessageFact) -> JSONValue {
        [
            "author": .string(message.author), "date": JSONValue(message.date),
            "text": .string(String(message.text.prefix(300))),
        ]
    }
}
