import Basics
import CellGrid
import OnCallModel

/// The summary and the report of an incident.
extension TextBlock {
    mutating func add(_ incident: IncidentSummary, _ now: Instant) {
        let (severity, role) = incident.severity.label
        let mark = severity.drop { $0 == " " }
        add("\(mark)  incident \(incident.id)  \(incident.type.traits.noun)  \(incident.state.rawValue)", role)
        add(incident.headline, .title)
        let remedy =
            switch incident.approval {
            case .pending: "approval pending (6)"
            case .auto: "action taken by policy"
            case .none: "no action pending"
            }
        add(
            "\(Format.dollars(incident.costPerHour))/h  since \(Format.time(incident.firstSeen, now))"
                + "  seen \(incident.occurrences)×, last \(Format.ago(incident.lastSeen, now))  \(remedy)", .dim)
        incident.undelivered.forEach { add("Not delivered: \($0)", .bad) }
        add(incident.life, now)
    }

    private mutating func add(_ life: IncidentLife, _ now: Instant) {
        if let end = life.snoozedUntil {
            add("Snoozed until \(Format.time(end, now)) by \(life.snoozedBy ?? "?")", .info)
        }
        if let hold = life.silence {
            add("Silence \(hold.id) until \(Format.time(hold.until, now)): \(hold.reason)", .info)
        }
        if let parent = life.parent { add("Inhibited by #\(parent.incident): \(parent.why)", .info) }
        if let since = life.flappingSince {
            add("Flapping since \(Format.time(since, now)); notifications are paused", .warn)
        }
        if life.reopened > 0 { add("Reopened \(life.reopened)×", .warn) }
        if let author = life.acknowledgedBy { add("Acknowledged by \(author)", .dim) }
    }

    mutating func add(_ detail: IncidentDetail, _ now: Instant) {
        add(detail.summary, now)
        detail.memory.similar.forEach { add($0.phrase, $0.fixDidNotHold ? .warn : .info) }
        blank()
        if let draft = detail.draft {
            line("\(draft.model) is writing", .heading)
            add(markdown: draft.text)
            blank()
        }
        add(markdown: detail.report)
        add(detail.memory, now)
        if detail.findings.count > 1 {
            section("Findings") { block in
                let members = detail.members
                for finding in members.listed {
                    let why = finding.why.isEmpty ? "" : " (\(finding.why))"
                    block.bullet("\(finding.type.traits.noun): \(finding.headline)\(why)")
                }
                if members.more > 0 { block.bullet("and \(members.more) more: \(members.kinds) in all") }
            }
        }
        section("Suspects") { block in
            for suspect in detail.suspects {
                let score = Format.decimal(suspect.score, digits: 1)
                block.bullet("\(suspect.shortSHA) \(suspect.title) (\(suspect.author)), score \(score)", .accent)
                suspect.why.forEach { block.indented($0) }
            }
        }
        section("Actions") { block in
            for act in detail.acts {
                block.bullet("\(act.action.sentence): \(act.state.rawValue)", act.role)
                block.indented(act.detail)
            }
        }
        section("Errors") { block in
            for error in detail.errors {
                block.bullet("\(error.title) (\(error.count) events, since \(Format.time(error.firstSeen, now)))")
            }
        }
        section("Slack") { block in
            for message in detail.messages {
                block.bullet("\(Format.time(message.date, now)) \(message.author): \(message.text)")
            }
        }
        section("Missing data") { block in detail.gaps.forEach { block.bullet($0, .warn) } }
        if let lead = detail.lead { section("SQL") { $0.add(lead.sql, .dim) } }
    }

    private mutating func add(_ memory: IncidentMemory, _ now: Instant) {
        if let sentence = memory.causeSentence { section("Cause") { $0.bullet(sentence) } }
        section("Runbooks") { block in memory.runbooks.forEach { block.bullet("\($0.title) (\($0.name))", .accent) } }
        section("Notes") { block in
            for note in memory.notes {
                block.bullet("\(Format.time(note.at, now)) \(note.author)", .accent)
                UntrustedText.linesForTerminal(note.text).forEach { block.indented($0) }
            }
        }
    }

    /// The headings, bullets and paragraphs of Markdown.
    private mutating func add(markdown: String) {
        for line in UntrustedText.linesForTerminal(markdown) {
            if line.hasPrefix("#") {
                self.line(String(line.drop { $0 == "#" || $0 == " " }), .heading)
            } else if line.hasPrefix("- ") || line.hasPrefix("* ") {
                bullet(String(line.dropFirst(2)))
            } else {
                add(line.replacing("**", with: ""))
            }
        }
    }
}

extension IncidentSummary {
    /// No notification is sent for it now.
    var isMuted: Bool { state == .resolved || life.isMuted }

    /// `open ×8 +1`, `snoozed 1 h ×3`, `inhibited #7`: the state, the number of scans that found it, further findings.
    func stateLabel(_ now: Instant) -> String {
        stateWord(now) + (occurrences > 1 ? " ×\(occurrences)" : "") + (parts > 1 ? " +\(parts - 1)" : "")
    }

    private func stateWord(_ now: Instant) -> String {
        switch state {
        case .snoozed: return life.snoozedUntil.map { "snoozed \(Format.age($0 - now))" } ?? "snoozed"
        case .silenced, .flapping, .resolved: return state.rawValue
        case .open, .acknowledged:
            if let parent = life.parent { return "inhibited #\(parent.incident)" }
            return state == .open ? "open" : "ack"
        }
    }
}
