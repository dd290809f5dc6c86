import Basics
import OnCallModel
import WriteUp

/// Requests as the command line prints them.
enum ApprovalText {
    static func table(_ items: [ApprovalItem]) -> String {
        TextTable.list(items, orElse: "No approval requests.", ["id", "status", "severity", "action", "expires", "by"])
        { item in
            [
                .integer(item.id), .text(item.status.rawValue), .text(item.severity.rawValue),
                .text(item.action.sentence), .text(item.expiresAt.iso8601Seconds), Value(item.resolvedBy),
            ]
        }
    }

    static func detail(_ item: ApprovalItem) -> String {
        let requests = item.dryRun.map { "  " + TextTable.inert($0) + "\n" }.joined()
        let missing = item.missingApproval.map { TextTable.inert($0) + "\n" } ?? ""
        let outcome = item.act.map { "Outcome: \($0.state.rawValue). \(TextTable.inert($0.detail))\n" } ?? ""
        return """
            \(TextTable.inert(item.action.sentence)) (\(item.status.rawValue), until \(item.expiresAt.iso8601Seconds))
            \(TextTable.inert(item.summary))
            \(missing)Requests:
            \(requests)\(outcome)
            """
    }
}

/// Incidents as the command line prints them.
enum IncidentText {
    static func table(_ items: [IncidentSummary], unknown: String?) -> String {
        TextTable.list(
            items, orElse: unknown ?? "No incidents.",
            ["id", "severity", "state", "type", "last seen", "scans", "$/h", "description"]
        ) { item in
            [
                .integer(item.id), .text(item.severity.rawValue), .text(Self.state(item)),
                .text(item.type.rawValue), .text(item.lastSeen.iso8601Seconds), Value(item.occurrences),
                .real((item.costPerHour * 100).rounded() / 100), .text(item.headline),
            ]
        }
    }

    /// The state, and the parent that inhibits the incident.
    static func state(_ item: IncidentSummary) -> String {
        item.state.rawValue + (item.life.parent.map { ", inhibited by #\($0.incident)" } ?? "")
            + (item.undelivered.isEmpty ? "" : ", not delivered")
    }

    /// Snooze, silence and other conditions that mute it, as sentences.
    private static func life(_ life: IncidentLife) -> [String] {
        var lines: [String] = []
        if let end = life.snoozedUntil {
            lines.append("Snoozed until \(end.iso8601Seconds) by \(life.snoozedBy ?? "").")
        }
        if let hold = life.silence {
            lines.append("Silenced until \(hold.until.iso8601Seconds) by silence \(hold.id): \(hold.reason).")
        }
        if let parent = life.parent { lines.append("Inhibited by #\(parent.incident): \(parent.why).") }
        if let since = life.flappingSince { lines.append("Flapping since \(since.iso8601Seconds).") }
        if life.reopened > 0 { lines.append("Reopened \(life.reopened)×.") }
        if let by = life.acknowledgedBy { lines.append("Acknowledged by \(by).") }
        return lines.map(TextTable.inert)
    }

    static func detail(_ detail: IncidentDetail, _ forensics: IncidentForensics) -> String {
        let summary = detail.summary
        var lines = [
            "Incident \(summary.id): \(summary.type.rawValue), \(summary.severity.rawValue), \(state(summary))",
            "Seen \(summary.occurrences)×, \(summary.firstSeen.iso8601Seconds) to \(summary.lastSeen.iso8601Seconds)",
        ]
        lines += life(summary.life)
        if let notified = summary.life.notifiedAt { lines.append("Notified at \(notified.iso8601Seconds).") }
        lines += detail.memory.similar.map { TextTable.inert($0.phrase) }
        lines += summary.undelivered.map { "Not delivered: \(TextTable.inert($0))" } + [""]
        lines += detail.report.split(separator: "\n", omittingEmptySubsequences: false).map {
            TextTable.inert(String($0))
        }
        lines += list(
            "Suspects",
            detail.suspects.map { suspect in
                "\(suspect.shortSHA) \(suspect.title) (\(suspect.author)): \(suspect.why.joined(separator: "; "))"
            })
        lines += list("No code cause", detail.noCodeCause.map(Self.noCode) ?? [])
        lines += list("Kind of cause", [detail.memory.causeSentence].compactMap { $0 })
        lines += list(
            "Like it before",
            detail.memory.similar.map {
                "#\($0.likeness.past) \($0.headline): \($0.likeness.why.joined(separator: "; "))"
            })
        lines += list("Runbooks", detail.memory.runbooks.map { "\($0.title): sentinel runbooks show \($0.name)" })
        lines += list(
            "Notes",
            detail.memory.notes.flatMap { note in
                ["\(note.at.iso8601Seconds) \(note.author)"]
                    + note.text.split(whereSeparator: \.isNewline).map { "  \($0)" }
            })
        lines += list("Causes and effects", GraphText.lines(forensics.graph) + forensics.graph.gaps)
        lines += list("Traces", forensics.traces.map(TraceText.headline))
        lines += list("Timeline", forensics.timeline.map { "\($0.at.iso8601Seconds) \($0.author): \($0.event)" })
        lines += list("Actions", detail.acts.map { "\($0.action.sentence): \($0.state.rawValue). \($0.detail)" })
        lines += list("Missing data", detail.gaps)
        lines += ["", "SQL: \(TextTable.inert(detail.lead?.sql ?? ""))"]
        return lines.joined(separator: "\n") + "\n"
    }

    private static func noCode(_ cause: NoCodeCause) -> [String] {
        ["score \((cause.score * 10).rounded() / 10): \(cause.why.joined(separator: "; "))"]
    }

    private static func list(_ title: String, _ items: [String]) -> [String] {
        items.isEmpty ? [] : ["", title] + items.map { "  " + TextTable.inert($0) }
    }
}

/// Silences as the command line prints them.
enum SilenceText {
    static func table(_ items: [Silence], at now: Instant) -> String {
        TextTable.list(items, orElse: "No silences.", ["id", "state", "matches", "from", "until", "by", "reason"]) {
            item in
            [
                .integer(item.id), .text(state(item, at: now)),
                .text(item.matcher.isEverything ? "everything (maintenance)" : item.matcher.phrase),
                .text(item.startsAt.iso8601Seconds), .text((item.endedAt ?? item.expiresAt).iso8601Seconds),
                .text(item.author), .text(item.reason),
            ]
        }
    }

    private static func state(_ item: Silence, at now: Instant) -> String {
        if item.isInForce(at: now) { return "active" }
        return item.endedAt == nil && now < item.startsAt ? "scheduled" : "ended"
    }
}

/// Loops as the command line prints them.
enum LoopText {
    static func table(_ items: [LoopItem], unknown: String?) -> String {
        TextTable.list(
            items, orElse: unknown ?? "No loops.",
            ["trace", "agent", "status", "generations", "$", "$/min", "pattern", "last step"]
        ) { item in
            [
                .text(item.loop.traceID), .text(item.loop.agent), .text(item.status.rawValue),
                Value(item.loop.generations), .real(Self.rounded(item.loop.cost)),
                .real(Self.rounded(item.loop.costPerMinute)), .text(item.loop.pattern),
                .text(item.loop.lastSeen.iso8601Seconds),
            ]
        }
    }

    private static func rounded(_ amount: Double) -> Double { (amount * 10_000).rounded() / 10_000 }
}
