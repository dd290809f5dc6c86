import Basics
import CellGrid
import OnCallModel
import ViewState

/// The menu that asks for a time, and the list of silences.
enum QuietPane {
    static func draw(_ menu: Overlay.QuietMenu, at now: Instant, on grid: inout Grid, in area: Rect) {
        let rect = OverlayPane.box(56, menu.offers.count + 5, in: area)
        let inner = OverlayPane.frame(menu.title, rect, on: &grid)
        grid.write(
            TextWidth.truncated(ForeignText.inert(menu.text), to: max(0, inner.width - 1)) + "▏", at: inner.x, inner.y,
            role: .input, in: inner)
        for (row, offer) in menu.offers.enumerated() {
            let isSelected = menu.text.isEmpty && row == menu.position
            grid.write(isSelected ? "▌" : " ", at: inner.x, inner.y + 1 + row, role: .selection, in: inner)
            grid.write(offer, at: inner.x + 2, inner.y + 1 + row, role: isSelected ? .selection : .text, in: inner)
        }
        let (text, role) = foot(menu, at: now)
        for (row, line) in IncidentReport.wrap(text, width: inner.width, role: role).prefix(2).enumerated() {
            grid.write(line.text, at: inner.x, inner.y + 1 + menu.offers.count + row, role: role, in: inner)
        }
    }

    private static func foot(_ menu: Overlay.QuietMenu, at now: Instant) -> (String, Role) {
        if !menu.problem.isEmpty { return (menu.problem, .bad) }
        if let chosen = try? menu.chosen(at: now) {
            let reason = chosen.reason.isEmpty ? "" : ", because: \(chosen.reason)"
            return ("until \(chosen.until.iso8601Seconds)\(reason)", .dim)
        }
        return (menu.takesReason ? "30m, 4h, until 09:00, then the reason" : "30m, 4h, 2d or until 09:00 (UTC)", .dim)
    }

    static func draw(_ list: Overlay.SilenceList, _ state: ConsoleState, on grid: inout Grid, in area: Rect) {
        let silences = state.standingSilences
        let rect = OverlayPane.box(96, max(2, silences.count) + 3, in: area)
        let inner = OverlayPane.frame("Silences (x ends one, Esc closes)", rect, on: &grid)
        guard !silences.isEmpty else {
            grid.write(
                state.silences == nil ? "Waiting for the store…" : "Nothing is silenced.", at: inner.x, inner.y,
                role: .dim, in: inner)
            return
        }
        let columns = [
            Column(title: "id", width: 4), Column(title: "when", width: inner.width < 60 ? 12 : 24),
            Column(title: "what", width: 0),
        ]
        let window = Window(total: silences.count, height: inner.height, position: list.position)
        for offset in 0..<window.count {
            let index = window.first + offset
            let silence = silences[index]
            let isRunning = silence.startsAt <= state.now
            let when =
                isRunning
                ? "\(Spelling.span(silence.expiresAt - state.now)) left"
                : "from \(Spelling.time(silence.startsAt, state.now))"
            let what = silence.matcher.isEverything ? "maintenance" : silence.matcher.phrase
            grid.row(
                [
                    ("\(silence.id)", .dim), (when, isRunning ? .warn : .dim),
                    ("\(what): \(silence.reason) (\(silence.author))", .text),
                ], columns: columns, at: inner.y + offset, in: inner, isSelected: index == list.position)
        }
    }
}

/// What mutes an incident, as words of a list and as lines of its report.
enum LifeLines {
    /// `open ×8 +1`, `snoozed 1 h ×3`, `inhibited #7`: state, scans that saw it, findings that joined it.
    static func mark(_ incident: IncidentSummary, _ now: Instant) -> String {
        let scans = incident.occurrences > 1 ? " ×\(incident.occurrences)" : ""
        let parts = incident.parts > 1 ? " +\(incident.parts - 1)" : ""
        return word(incident, now) + scans + parts
    }

    private static func word(_ incident: IncidentSummary, _ now: Instant) -> String {
        let life = incident.life
        switch incident.state {
        case .snoozed: return life.snoozedUntil.map { "snoozed \(Spelling.span($0 - now))" } ?? "snoozed"
        case .silenced: return "silenced"
        case .flapping: return "flapping"
        case .resolved: return "resolved"
        case .open, .acknowledged:
            if let parent = life.parent { return "inhibited #\(parent.incident)" }
            return incident.state == .open ? "open" : "ack"
        }
    }

    /// Nobody is told of it now.
    static func isMuted(_ incident: IncidentSummary) -> Bool {
        incident.state == .resolved || incident.life.isQuiet
    }

    static func lines(_ incident: IncidentSummary, width: Int, now: Instant) -> [IncidentReport.Line] {
        let life = incident.life
        var lines: [(String, Role)] = []
        if let end = life.snoozedUntil {
            lines.append(("Snoozed until \(Spelling.time(end, now)) by \(life.snoozedBy ?? "?")", .info))
        }
        if let hold = life.silence {
            lines.append(("Silence \(hold.id) until \(Spelling.time(hold.until, now)): \(hold.reason)", .info))
        }
        if let parent = life.parent { lines.append(("Inhibited by #\(parent.incident): \(parent.why)", .info)) }
        if let since = life.flappingSince {
            lines.append(("Comes and goes since \(Spelling.time(since, now)); notices are held back", .warn))
        }
        if life.reopened > 0 { lines.append(("Opened again \(life.reopened)×", .warn)) }
        if let author = life.acknowledgedBy { lines.append(("Acknowledged by \(author)", .dim)) }
        return lines.flatMap { IncidentReport.wrap($0.0, width: width, role: $0.1) }
    }

    /// What an incident is made of, where that is more than one finding.
    static func parts(_ findings: [IncidentFinding], width: Int) -> [IncidentReport.Line] {
        guard findings.count > 1 else { return [] }
        return findings.flatMap { finding in
            IncidentReport.bullet(
                "\(finding.type.traits.noun): \(finding.headline)"
                    + (finding.why.isEmpty ? "" : " (\(finding.why))"), width: width)
        }
    }
}
