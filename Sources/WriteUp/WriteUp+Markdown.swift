import Basics
import OnCallModel

extension WriteUp {
    /// A Markdown document. All foreign text is made inert: it brings no markup, link, mention or comment of its own.
    package var markdown: String {
        var lines = [
            "# " + inert(title), "", "> Draft by Sentinel from recorded facts. Edit it before you publish it.", "",
        ]
        lines += ["| | |", "|---|---|"] + figures.map { "| \($0.name) | \(cell($0.value)) |" }
        lines += section("Summary", report)
        lines += section("Seen before", bullets(detail.memory.similar.map(\.phrase)))
        lines += section("Runbooks", bullets(detail.memory.runbooks.map { "\($0.title) (\($0.name))" }))
        lines += section("Timeline", timeline)
        lines += section(
            "Evidence",
            evidence.map { item in
                item.url.isEmpty ? "- \(inert(item.text))" : "- \(inert(item.text)) ([open](\(item.url)))"
            })
        lines += section("Causes and effects", bullets(GraphText.lines(forensics.graph)))
        if !forensics.graph.edges.isEmpty {
            lines += ["", "```mermaid", GraphText.mermaid(forensics.graph), "```"]
        }
        lines += section("Actions", actionRows)
        lines += section("Notes", notes)
        lines += section("Missing data", bullets(gaps))
        lines += section(
            "Follow-ups",
            followUps.enumerated().map { number, task in
                "\(number + 1). [ ] \(inert(task.text)) — \(inert(task.why))"
            })
        return lines.joined(separator: "\n") + "\n"
    }

    private func inert(_ text: String) -> String { UntrustedText.forMarkdown(UntrustedText.line(text), limit: 400) }
    private func cell(_ text: String) -> String { inert(text).replacing("|", with: "¦") }
    private func bullets(_ texts: [String]) -> [String] { texts.map { "- " + inert($0) } }

    /// An empty section says so: a reader must see that nothing is missing.
    private func section(_ title: String, _ lines: [String]) -> [String] {
        ["", "## \(title)", ""] + (lines.isEmpty ? ["None."] : lines)
    }

    /// The report with its headings below those of this document.
    private var report: [String] {
        guard !detail.report.isEmpty else { return ["The incident was not investigated yet."] }
        return block(detail.report, headings: "###")
    }

    /// Lists and headings stay; what else would be markup is made inert.
    private func block(_ text: String, headings: String) -> [String] {
        var lines: [String] = []
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            let line = String(line).trimmed
            let isHeading = line.hasPrefix("#")
            let marks = ["- ", "* "].first { line.hasPrefix($0) }
            if line.isEmpty {
                lines.append("")
            } else if isHeading {
                lines.append("\(headings) \(inert(String(line.drop { $0 == "#" || $0 == " " })))")
            } else if let marks {
                lines.append("- \(inert(String(line.dropFirst(marks.count)).replacing("**", with: "")))")
            } else {
                lines.append(inert(line.replacing("**", with: "")))
            }
        }
        return lines
    }

    private var timeline: [String] {
        let entries = IncidentStory(detail, forensics).entries
        guard !entries.isEmpty else { return [] }
        return ["| time (UTC) | who | what |", "|---|---|---|"]
            + entries.map { "| \($0.at.iso8601Seconds) | \(cell($0.author)) | \(cell($0.event)) |" }
    }

    private var actionRows: [String] {
        guard !actions.isEmpty else { return [] }
        return ["| time (UTC) | action | allowed by | outcome |", "|---|---|---|---|"]
            + actions.map { act in
                let reference = act.reference.flatMap(links.page).map { " ([open](\($0)))" } ?? ""
                let outcome = act.detail.isEmpty ? act.state.rawValue : "\(act.state.rawValue): \(act.detail)"
                return "| \((act.finishedAt ?? act.createdAt).iso8601Seconds) | \(cell(act.action.sentence)) "
                    + "| \(cell(act.ground.sentence)) | \(cell(outcome))\(reference) |"
            }
    }

    private var notes: [String] {
        detail.memory.notes.flatMap { note in
            ["**\(inert(note.author))**, \(note.at.iso8601Seconds):", ""] + block(note.text, headings: "####") + [""]
        }
    }
}
