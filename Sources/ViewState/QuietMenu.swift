package import Basics
package import OnCallModel

extension Overlay {
    /// Asks for a time: how long an incident is put off, how long it or everything is silenced.
    package struct QuietMenu: Hashable, Sendable {
        package enum Purpose: Hashable, Sendable {
            case snooze(IncidentSummary)
            case silence(IncidentSummary)
            case maintenance
        }

        package var purpose: Purpose
        /// What is typed: a time, and after it the reason. Empty takes the offer under the cursor.
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
            case .maintenance: "Maintenance: silence everything for"
            }
        }

        package var offers: [String] {
            switch purpose {
            case .snooze: ["1h", "4h", "until 09:00", "1d"]
            case .silence: ["1h", "4h", "1d", "7d"]
            case .maintenance: ["30m", "1h", "2h", "4h"]
            }
        }

        /// Whether a reason may follow the time.
        package var takesReason: Bool {
            if case .snooze = purpose { false } else { true }
        }

        /// When it would end, and why, or what is wrong with what is typed.
        package func chosen(at now: Instant) throws(InvalidDuration) -> (until: Instant, reason: String) {
            let line = text.isEmpty ? offers[min(position, offers.count - 1)] : text
            let parts = takesReason ? MuteDuration.split(line) : (time: line, rest: "")
            return (try MuteDuration.end(parts.time, from: now), parts.rest)
        }
    }

    /// The silences, the one under the cursor to be ended.
    package struct SilenceList: Hashable, Sendable {
        package var position = 0

        package init() {}
    }
}
