import Basics
package import OnCallModel

/// Putting incidents off and silencing them.
extension ConsoleState {
    /// The silences that are in force or to come; those that are over are history.
    package var standingSilences: [Silence] {
        (silences ?? []).filter { $0.endedAt == nil && now < $0.expiresAt }
    }

    package mutating func openQuietMenu(_ command: Command) {
        switch command {
        case .snooze: selectedIncident.map { overlay = .quiet(Overlay.QuietMenu(.snooze($0))) }
        case .silence: selectedIncident.map { overlay = .quiet(Overlay.QuietMenu(.silence($0))) }
        case .maintenance: overlay = .quiet(Overlay.QuietMenu(.maintenance))
        case .silences: overlay = .silences(Overlay.SilenceList())
        default: break
        }
    }

    /// Why a command of an incident's life means nothing now; nil when it does.
    func lifeRefusal(of command: Command) -> String? {
        guard let incident = selectedIncident else { return "There is no incident." }
        let life = incident.life
        switch command {
        case .acknowledge where life.stage != .open:
            return "Incident \(incident.id) is already \(life.stage.rawValue)."
        case .resolve where incident.state == .resolved: return "Incident \(incident.id) is already resolved."
        case .snooze where life.stage == .resolved, .silence where life.stage == .resolved:
            return "Incident \(incident.id) is resolved."
        case .wake where life.snoozedUntil == nil: return "Incident \(incident.id) is not snoozed."
        default: return nil
        }
    }

    // MARK: the menu

    mutating func typeTime(_ menu: Overlay.QuietMenu, _ key: Key) -> [ConsoleEffect] {
        var menu = menu
        menu.problem = ""
        switch key {
        case .character(let character): menu.text.append(character)
        case .backspace: _ = menu.text.popLast()
        case .control("u"): menu.text = ""
        case .down, .control("n"): menu.position = min(menu.position + 1, menu.offers.count - 1)
        case .up, .control("p"): menu.position = max(0, menu.position - 1)
        case .escape:
            overlay = nil
            return []
        case .enter:
            do {
                let chosen = try menu.chosen(at: now)
                return decide(menu.purpose, until: chosen.until, reason: chosen.reason)
            } catch {
                menu.problem = error.description
            }
        default: break
        }
        overlay = .quiet(menu)
        return []
    }

    /// A snooze is asked for at once; what silences more than a moment is shown first.
    private mutating func decide(
        _ purpose: Overlay.QuietMenu.Purpose, until: Instant, reason: String
    ) -> [ConsoleEffect] {
        overlay = nil
        let why = reason.isEmpty ? "no reason given" : reason
        switch purpose {
        case .snooze(let incident): return append(.snooze(incident: incident.id, until: until))
        case .silence(let incident):
            let matcher = Silence.Matcher(of: incident, atMost: incident.severity)
            ask(
                "Silence incident \(incident.id)?",
                "Nobody hears of this \(incident.type.rawValue) until \(until.iso8601Seconds)",
                [
                    "Subject: \(incident.subject)",
                    "This incident alone, up to \(incident.severity.rawValue): worse than that is told",
                ], matcher, until,
                why)
        case .maintenance:
            ask(
                "Begin maintenance?", "Nobody hears of anything until \(until.iso8601Seconds)",
                ["Every incident is kept; nobody is asked, nothing is done unasked"], Silence.Matcher(), until, why)
        }
        return []
    }

    private mutating func ask(
        _ title: String, _ sentence: String, _ facts: [String], _ matcher: Silence.Matcher, _ until: Instant,
        _ reason: String
    ) {
        overlay = .question(
            Overlay.Question(
                title: title, sentence: sentence, requests: [],
                facts: facts + ["What lasts is told when it ends", "Reason: \(reason)", "Decided as \(author)"],
                intent: .silence(matcher, reason: reason, from: now, until: until)))
    }

    // MARK: the list of silences

    mutating func pressSilences(_ list: Overlay.SilenceList, _ key: Key) {
        var list = list
        let silences = standingSilences
        switch key {
        case .down, .character("j"): list.position = min(list.position + 1, max(0, silences.count - 1))
        case .up, .character("k"): list.position = max(0, list.position - 1)
        case .enter, .character("x"):
            guard silences.indices.contains(list.position) else { return }
            ask(toEnd: silences[list.position])
            return
        case .escape, .character("q"), .character("v"), .left:
            overlay = nil
            return
        default: break
        }
        overlay = .silences(list)
    }

    private mutating func ask(toEnd silence: Silence) {
        overlay = .question(
            Overlay.Question(
                title: "End silence \(silence.id)?", sentence: "People hear again of \(silence.matcher.phrase)",
                requests: [],
                facts: [
                    "Would end by itself at \(silence.expiresAt.iso8601Seconds)", "Reason: \(silence.reason)",
                    "Begun by \(silence.author)", "What is still there is told at once", "Decided as \(author)",
                ],
                intent: .endSilence(silence.id)))
    }
}

/// `state:snoozed type:cost_spike bot`: words that all must fit; one with a colon names what it is about.
struct IncidentFilter {
    let words: [Substring]

    init(_ text: String) {
        words = text.lowercased().split(separator: " ")
    }

    func lets(_ incident: IncidentSummary) -> Bool {
        let names = [
            "state": incident.life.parent == nil ? incident.state.rawValue : "\(incident.state.rawValue) inhibited",
            "type": incident.type.rawValue, "severity": incident.severity.rawValue, "id": "#\(incident.id)",
        ]
        let text = (names.values + [incident.headline, incident.subject]).joined(separator: "\n").lowercased()
        return words.allSatisfy { word in
            let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let value = names[String(parts[0])] else { return text.contains(word) }
            return value.contains(parts[1])
        }
    }
}
