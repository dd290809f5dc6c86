package import Basics
package import OnCallModel

/// Asks how long an incident is snoozed or silenced, or how long maintenance takes.
package struct MuteDialog: Hashable, Sendable {
    package enum Purpose: Hashable, Sendable {
        case snooze(IncidentSummary)
        case silence(IncidentSummary)
        case maintenance
    }

    package var purpose: Purpose
    /// What is typed: a duration, then the reason. Empty takes the offer under the cursor.
    package var text = ""
    package var position = 0
    package var problem = ""

    package init(_ purpose: Purpose) {
        self.purpose = purpose
    }

    package var title: String {
        switch purpose {
        case .snooze(let incident): "Snooze incident \(incident.id) for"
        case .silence(let incident): "Silence incident \(incident.id) for"
        case .maintenance: "Maintenance: silence all incidents for"
        }
    }

    package var offers: [String] {
        switch purpose {
        case .snooze: ["1h", "4h", "until 09:00", "1d"]
        case .silence: ["1h", "4h", "1d", "7d"]
        case .maintenance: ["30m", "1h", "2h", "4h"]
        }
    }

    /// A reason may follow the duration.
    package var takesReason: Bool {
        if case .snooze = purpose { false } else { true }
    }

    /// When it would end, and why; or what is wrong with the text.
    package func chosen(at now: Instant) throws(InvalidDuration) -> (until: Instant, reason: String) {
        let line = text.isEmpty ? offers[min(position, offers.count - 1)] : text
        let parts = takesReason ? MuteDuration.split(line) : (time: line, rest: "")
        return (try MuteDuration.end(parts.time, from: now), parts.rest)
    }
}

extension ConsoleState {
    mutating func type(_ key: Key, in dialog: MuteDialog) -> [ConsoleEffect] {
        var dialog = dialog
        dialog.problem = ""
        switch key {
        case .down, .control("n"): dialog.position = min(dialog.position + 1, dialog.offers.count - 1)
        case .up, .control("p"): dialog.position = max(0, dialog.position - 1)
        case .escape:
            overlay = nil
            return []
        case .enter:
            do {
                let chosen = try dialog.chosen(at: now)
                return mute(dialog.purpose, until: chosen.until, reason: chosen.reason)
            } catch {
                dialog.problem = error.description
            }
        default: _ = dialog.text.edit(key)
        }
        overlay = .mute(dialog)
        return []
    }

    /// A snooze is sent at once; a silence is confirmed first.
    private mutating func mute(_ purpose: MuteDialog.Purpose, until: Instant, reason: String) -> [ConsoleEffect] {
        overlay = nil
        let end = until.iso8601Seconds
        switch purpose {
        case .snooze(let incident): return append(.snooze(incident: incident.id, until: until))
        case .silence(let incident):
            ask(
                "Silence incident \(incident.id)?", "Mutes notifications for this incident until \(end)",
                [
                    "Subject: \(incident.subject)",
                    "Applies up to severity \(incident.severity.rawValue); higher severities still notify",
                ], Silence.Matcher(of: incident, maxSeverity: incident.severity), until, reason)
        case .maintenance:
            ask(
                "Start maintenance?", "Mutes notifications for all incidents until \(end)",
                ["Incidents are still recorded; no approval is requested and no automatic action is taken"],
                Silence.Matcher(), until, reason)
        }
        return []
    }

    private mutating func ask(
        _ title: String, _ sentence: String, _ facts: [String], _ matcher: Silence.Matcher, _ until: Instant,
        _ reason: String
    ) {
        let reason = reason.isEmpty ? "no reason given" : reason
        overlay = .question(
            Overlay.Question(
                title: title, sentence: sentence,
                facts: facts + [
                    "Incidents still open when it ends notify again", "Reason: \(reason)", "Requested by \(author)",
                ],
                intent: .silence(matcher, reason: reason, from: now, until: until)))
    }

    // MARK: the list of silences

    mutating func press(_ key: Key, inSilencesAt position: Int) {
        let silences = activeSilences
        switch key {
        case .down, .character("j"): overlay = .silences(position: min(position + 1, max(0, silences.count - 1)))
        case .up, .character("k"): overlay = .silences(position: max(0, position - 1))
        case .enter, .character("x"): if silences.indices.contains(position) { ask(toEnd: silences[position]) }
        case .escape, .character("q"), .character("v"), .left: overlay = nil
        default: break
        }
    }

    private mutating func ask(toEnd silence: Silence) {
        overlay = .question(
            Overlay.Question(
                title: "End silence \(silence.id)?", sentence: "Unmutes notifications for \(silence.matcher.phrase)",
                facts: [
                    "Would end at \(silence.expiresAt.iso8601Seconds)", "Reason: \(silence.reason)",
                    "Created by \(silence.author)", "Incidents that are still open notify at once",
                    "Requested by \(author)",
                ],
                intent: .endSilence(silence.id)))
    }
}
