package import Basics
package import OnCallModel

/// What the next shift must know: what is open, what ends soon, what waits for a decision, and what Sentinel cannot see.
package struct Handoff: Hashable, Sendable {
    /// A silence or snooze that ends within this time is named.
    package static let shift = Span.hours(12)

    package var now: Instant
    /// Not resolved, the most urgent first.
    package var incidents: [IncidentSummary]
    package var silences: [Silence]
    /// Pending ones.
    package var requests: [ApprovalItem]
    package var agent: AgentStatus
    package var sources: [SourceHealth]
    package var detectors: [DetectorHealth]

    package init(
        now: Instant, incidents: [IncidentSummary], silences: [Silence], requests: [ApprovalItem], agent: AgentStatus,
        sources: [SourceHealth], detectors: [DetectorHealth]
    ) {
        (self.now, self.agent, self.sources, self.detectors) = (now, agent, sources, detectors)
        self.incidents = incidents.filter { $0.state != .resolved }
        self.silences = silences.filter { $0.isInForce(at: now) && $0.expiresAt <= now + Self.shift }
        self.requests = requests.filter { $0.status == .pending && now < $0.expiresAt }
    }

    /// The titles of its parts with their sentences.
    package var sections: [(title: String, lines: [String])] {
        [
            ("Open incidents", incidents.map(line)),
            ("Silences and snoozes that end within 12 h", endings),
            (
                "Pending requests",
                requests.map { "\($0.id): \($0.action.sentence), expires \($0.expiresAt.iso8601Seconds)" }
            ),
            ("What Sentinel cannot see", blindness),
        ]
    }

    private func line(_ incident: IncidentSummary) -> String {
        let owner = incident.life.acknowledgedBy.map { ", acknowledged by \($0)" } ?? ", nobody has acknowledged it"
        let parent = incident.life.parent.map { ", inhibited by #\($0.incident)" } ?? ""
        return "#\(incident.id) \(incident.severity.rawValue) \(incident.state.rawValue)\(owner)\(parent), "
            + "\(Format.dollars(incident.costPerHour))/h: \(incident.headline)"
    }

    private var endings: [String] {
        silences.map { silence in
            let what = silence.matcher.isEverything ? "everything (maintenance)" : silence.matcher.phrase
            return "silence \(silence.id) of \(what) ends \(silence.expiresAt.iso8601Seconds): \(silence.reason)"
        }
            + incidents.compactMap { incident in
                incident.life.snoozedUntil.flatMap { end in
                    end <= now + Self.shift ? "snooze of #\(incident.id) ends \(end.iso8601Seconds)" : nil
                }
            }
    }

    private var blindness: [String] {
        var lines: [String] = []
        if agent.holder == nil { lines.append("No agent is running: nothing is detected. Start `sentinel agent`.") }
        if agent.isFrozen { lines.append("All actions are frozen. `sentinel approvals thaw` allows them again.") }
        if let last = agent.lastCycleAt {
            if now - last > .hours(2) { lines.append("The last scan began \(Format.ago(last, now)).") }
        } else {
            lines.append("No scan has run yet.")
        }
        lines += sources.filter { ![.ok, .syncing].contains($0.state) }.map {
            "\($0.name) is \($0.state.rawValue.replacing("_", with: " ")): \($0.message)"
        }
        lines += detectors.filter { $0.state != .ok }.map {
            "\($0.type.traits.noun): \($0.state.rawValue.replacing("_", with: " ")): \($0.message)"
        }
        return lines + incidents.flatMap { incident in incident.undelivered.map { "#\(incident.id): \($0)" } }
    }

    package var json: JSONValue {
        [
            "at": JSONValue(now), "incidents": .array(incidents.map(\.json)),
            "ending": .array(endings.map(JSONValue.string)),
            "requests": .array(requests.map(\.json)), "cannot_see": .array(blindness.map(JSONValue.string)),
        ]
    }
}
