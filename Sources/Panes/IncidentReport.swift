import Basics
import CellGrid
import OnCallModel

/// An incident as lines of a given width.
enum IncidentReport {
    typealias Line = (text: String, role: Role)

    static func lines(_ detail: IncidentDetail, width: Int, now: Instant) -> [Line] {
        var lines = head(detail.summary, width: width, now: now)
        lines += [("", .text)] + report(detail.report, width: width)
        lines += section("Made of", LifeLines.parts(detail.findings, width: width))
        lines += section("Suspects", detail.suspects.flatMap { suspect($0, width: width) })
        lines += section("Acts", detail.acts.flatMap { act($0, width: width) })
        lines += section(
            "Errors",
            detail.errors.flatMap {
                bullet("\($0.title) (\($0.count) events, since \(Spelling.time($0.firstSeen, now)))", width: width)
            })
        lines += section(
            "Slack",
            detail.messages.flatMap {
                bullet("\(Spelling.time($0.date, now)) \($0.author): \($0.text)", width: width)
            })
        lines += section("Not known", detail.gaps.flatMap { bullet($0, width: width, role: .warn) })
        lines += section("SQL", wrap(detail.lead?.sql ?? "", width: width, role: .dim))
        return lines
    }

    static func head(_ incident: IncidentSummary, width: Int, now: Instant) -> [Line] {
        let (severity, role) = Spelling.severity(incident.severity)
        let mark = severity.trimmingBlanks
        var lines: [Line] = [
            ("\(mark)  incident \(incident.id)  \(incident.type.traits.noun)  \(incident.state.rawValue)", role)
        ]
        lines += wrap(incident.headline, width: width, role: .title)
        let remedy: String =
            switch incident.approval {
            case .pending: "remedy waits for approval (6)"
            case .auto: "remedy taken by policy"
            case .none: "no remedy pending"
            }
        let facts =
            "\(Spelling.dollars(incident.costPerHour))/h  since \(Spelling.time(incident.firstSeen, now))"
            + "  seen \(incident.occurrences)×, last \(Spelling.ago(incident.lastSeen, now))  \(remedy)"
        return lines + wrap(facts, width: width, role: .dim) + LifeLines.lines(incident, width: width, now: now)
    }

    /// Markdown in a light form: headings, bullets, paragraphs.
    private static func report(_ markdown: String, width: Int) -> [Line] {
        ForeignText.lines(markdown).flatMap { line -> [Line] in
            if line.hasPrefix("#") {
                return [(String(line.drop { $0 == "#" || $0 == " " }), .heading)]
            }
            if line.hasPrefix("- ") || line.hasPrefix("* ") { return bullet(String(line.dropFirst(2)), width: width) }
            return wrap(line.replacing("**", with: ""), width: width, role: .text)
        }
    }

    private static func suspect(_ suspect: Suspect, width: Int) -> [Line] {
        let score = String((suspect.score * 10).rounded() / 10)
        return bullet(
            "\(suspect.shortSHA) \(suspect.title) (\(suspect.author)), score \(score)", width: width, role: .accent)
            + suspect.why.flatMap { indented($0, width: width) }
    }

    private static func act(_ act: ActRecord, width: Int) -> [Line] {
        let role: Role =
            switch act.state {
            case .done: .good
            case .failed: .bad
            case .unknown: .warn
            case .waiting, .attempting: .info
            }
        return bullet("\(act.action.sentence): \(act.state.rawValue)", width: width, role: role)
            + (act.detail.isEmpty ? [] : indented(act.detail, width: width))
    }

    private static func section(_ title: String, _ lines: [Line]) -> [Line] {
        lines.isEmpty ? [] : [("", .text), (title, .heading)] + lines
    }

    static func bullet(_ text: String, width: Int, role: Role = .text) -> [Line] {
        TextWidth.wrapped(ForeignText.inert(text), width: max(1, width - 2)).enumerated().map { index, line in
            ((index == 0 ? "• " : "  ") + line, role)
        }
    }

    private static func indented(_ text: String, width: Int) -> [Line] {
        TextWidth.wrapped(ForeignText.inert(text), width: max(1, width - 4)).map { ("    " + $0, .dim) }
    }

    static func wrap(_ text: String, width: Int, role: Role) -> [Line] {
        TextWidth.wrapped(ForeignText.inert(text), width: max(1, width)).map { ($0, role) }
    }
}

extension String {
    fileprivate var trimmingBlanks: String {
        String(drop { $0 == " " })
    }
}
