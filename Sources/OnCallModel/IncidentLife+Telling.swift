package import Basics

extension IncidentLife {
    /// What people are to be told now.
    package enum Notice: Hashable, Sendable {
        /// The incident, for the first time.
        case opening
        /// It comes and goes, and they will not hear of each time.
        case flapping
        /// What became of it, as a phrase.
        case news(String)
        /// It is still there and nobody has taken it.
        case reminder
    }

    /// Answers what is due and takes it for told. Nothing is told of what mutes itself or was not seen by the latest scan.
    package mutating func due(at now: Instant, severity: Severity, renotify: Span) -> Notice? {
        if let flappingSince, silence == nil, snoozedUntil == nil, parent == nil, let toldAt, toldAt < flappingSince {
            self.toldAt = now
            return .flapping
        }
        guard !isQuiet, isPresent, stage != .resolved else { return nil }
        guard let before = toldAt else {
            (toldAt, owed) = (now, nil)
            return .opening
        }
        if let news = owed {
            (toldAt, owed) = (now, nil)
            return .news(news)
        }
        guard stage == .open, severity >= .high, now - before >= renotify else { return nil }
        toldAt = now
        return .reminder
    }
}
