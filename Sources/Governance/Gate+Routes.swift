package import Basics
package import OnCallModel

/// Who is notified of an incident, and when.
extension Gate {
    /// The channels of a notice, and those that are notified in turn when one of them fails. `slack` is the incidents channel.
    package struct Route: Hashable, Sendable {
        package var channels: [String]
        package var fallback: [String]

        package var hasSlack: Bool { channels.contains(NoticeChannel.slack) }
        /// Those besides Slack.
        package var others: [String] { channels.filter { $0 != NoticeChannel.slack } }

        /// The channel that is notified after another one has failed; nil after the last.
        package func next(after failed: String) -> String? {
            guard let place = fallback.firstIndex(of: failed) else { return fallback.first }
            return fallback.dropFirst(place + 1).first
        }
    }

    package func route(of incident: IncidentSummary) -> Route {
        guard let row = policy.routes.first(where: { $0.fits(incident) }) else {
            return Route(channels: [NoticeChannel.slack], fallback: [])
        }
        return Route(channels: row.channels, fallback: row.fallback)
    }

    /// Until when people are not notified of an incident; nil if they may be now. Critical ones have no quiet hours.
    package func quietUntil(_ severity: Severity, at now: Instant) -> Instant? {
        severity == .critical ? nil : policy.quietHours.compactMap { $0.end(at: now) }.max()
    }
}
