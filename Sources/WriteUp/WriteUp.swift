import Basics
package import OnCallModel

/// The draft of a post-mortem, made of the facts of one incident. It states nothing that the incident does not hold.
package struct WriteUp: Hashable, Sendable {
    /// One line of evidence, with the provider's own page where there is one.
    package struct Evidence: Hashable, Sendable {
        package var text: String
        /// Empty where the row has no address, and none can be made of the settings.
        package var url: String
    }

    /// A task that is left. Numbers of follow-ups begin at 1.
    package struct FollowUp: Hashable, Sendable {
        package var text: String
        /// The fact that it follows from.
        package var why: String
    }

    package let detail: IncidentDetail
    package let forensics: IncidentForensics
    package let links: ProviderLinks

    package init(_ detail: IncidentDetail, _ forensics: IncidentForensics, links: ProviderLinks) {
        (self.detail, self.forensics, self.links) = (detail, forensics, links)
    }

    package var title: String { "Incident \(detail.summary.id): \(detail.summary.headline)" }

    // MARK: summary

    /// The figures of the summary, each a name and a value.
    package var figures: [(name: String, value: String)] {
        let (summary, life) = (detail.summary, detail.summary.life)
        var figures = [
            ("Class", summary.type.traits.noun), ("Severity", summary.severity.rawValue),
            ("State", summary.state.rawValue), ("Subject", summary.subject),
            ("First seen", summary.firstSeen.iso8601Seconds), ("Last seen", summary.lastSeen.iso8601Seconds),
        ]
        if let end = life.resolvedAt {
            figures.append(("Resolved", "\(end.iso8601Seconds) by \(life.resolvedBy ?? "?")"))
            figures.append(("Duration", Format.duration(end - summary.firstSeen)))
        }
        figures.append(("Cost", cost))
        if let sentence = detail.memory.causeSentence { figures.append(("Cause", sentence)) }
        return figures.map { (name: $0.0, value: $0.1) }
    }

    /// "$12.40 so far, at $8.02 an hour".
    package var cost: String {
        let summary = detail.summary
        let total = Format.dollars(summary.life.cost)
        let isOver = summary.life.stage == .resolved
        return isOver
            ? "\(total) in total, last at \(Format.dollars(summary.costPerHour)) an hour"
            : "\(total) so far, at \(Format.dollars(summary.costPerHour)) an hour"
    }

    // MARK: evidence

    package var evidence: [Evidence] {
        let suspects = Set(detail.suspects.map(\.sha))
        let commits = detail.suspects.map { suspect in
            let url = detail.commits.first { $0.sha == suspect.sha }?.url ?? ""
            let why = suspect.why.prefix(3).joined(separator: "; ")
            return Evidence(
                text: "suspect commit \(suspect.shortSHA) \(suspect.title) by \(suspect.author): \(why)",
                url: links.page(url) ?? links.commit(suspect.sha))
        }
        let errors = detail.errors.map { error in
            Evidence(
                text: "Sentry issue \(error.title): \(error.count) events since \(error.firstSeen.iso8601Seconds)",
                url: links.page(error.url) ?? "")
        }
        let traces = forensics.traces.map { trace in
            Evidence(
                text: "trace \(trace.traceID) \(trace.name): \(trace.steps.count) steps, \(Format.dollars(trace.cost))",
                url: links.trace(trace.traceID))
        }
        let others = forensics.graph.nodes.filter { node in
            [.deploy, .release, .monitor, .page].contains(node.kind)
                || node.kind == .commit && !suspects.contains { node.id == "commit:\($0)" }
        }
        return commits + errors + traces
            + others.map { node in
                Evidence(
                    text: "\(node.kind.rawValue) \(node.label) at \(node.at.iso8601Seconds)",
                    url: links.page(node.url) ?? "")
            }
            + detail.messages.map { message in
                Evidence(
                    text: "Slack message of \(message.author) at \(message.date.iso8601Seconds): \(message.text)",
                    url: "")
            }
    }

    // MARK: actions

    /// What was done to the outside world, without the updates of messages.
    package var actions: [ActRecord] {
        detail.acts.filter { act in
            switch act.action.kind {
            case .updatePost, .postReply, .commentIssue: false
            default: true
            }
        }
    }

    package var gaps: [String] { detail.gaps + forensics.graph.gaps + forensics.traces.flatMap(\.gaps) }
}
