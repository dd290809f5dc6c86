import Actions
import Basics
import Investigation
import OnCallModel
import SourceEngine

/// The id of the incidents channel. Slack reads a channel by its id alone; the setting may have its name.
final class IncidentsChannel: Sendable {
    /// The channels that were found; they keep their ids.
    private let ids = Lock<[String: String]>([:])
    private let absences = Lock<[String: (sentence: String, until: Instant)]>([:])

    /// The scope with the channel by its id, or with the reason why it cannot be read.
    func resolve(_ scope: InvestigationScope, engine: SourceEngine, now: Instant) async -> InvestigationScope {
        guard let channel = scope.channel else { return scope }
        let name = SlackChannel.name(channel)
        var resolved = scope
        resolved.channel = SlackChannel.isID(name) ? name : ids.withLock { $0[name] }
        guard resolved.channel == nil else { return resolved }
        if let known = absences.withLock({ $0[name] }), known.until > now {
            resolved.channelAbsence = known.sentence
            return resolved
        }
        do {
            resolved.channel = try await id(of: name, engine: engine)
            ids.withLock { $0[name] = resolved.channel }
            if resolved.channel == nil {
                resolved.channelAbsence =
                    "Slack was not queried: the token sees no channel #\(name). Set SLACK_INCIDENTS_CHANNEL to one, and invite the app."
            }
        } catch {
            resolved.channelAbsence = "\(error)"
        }
        if let sentence = resolved.channelAbsence {
            absences.withLock { $0[name] = (sentence, now + .minutes(10)) }
        }
        return resolved
    }

    private func id(of name: String, engine: SourceEngine) async throws -> String? {
        let result = try await engine.query(
            "SELECT id FROM slack.channels WHERE name = ? LIMIT 1", [.text(name.lowercased())],
            freshness: .upTo(.minutes(5)), limits: .unattended)
        return result.rows.rows.first?.first?.text
    }
}
