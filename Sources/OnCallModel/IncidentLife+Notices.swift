package import Basics

extension IncidentLife {
    /// What people are notified of now.
    package enum Notice: Hashable, Sendable {
        /// The incident, for the first time.
        case opening
        /// It comes and goes; notices of each change pause.
        case flapping
        /// What became of it, as a phrase.
        case news(String)
        /// It is still there and nobody has taken it.
        case reminder
    }

    /// The notice that is due, marked as put into the outbox. A muted incident, or one that the latest scan did not see, has none.
    package mutating func due(at now: Instant, severity: Severity, renotify: Span) -> Notice? {
        if let flappingSince, silence == nil, snoozedUntil == nil, parent == nil, let noticeAt,
            noticeAt < flappingSince
        {
            self.noticeAt = now
            return .flapping
        }
        guard !isMuted, isPresent, stage != .resolved else { return nil }
        guard let before = noticeAt else {
            (noticeAt, pendingNotice) = (now, nil)
            return .opening
        }
        if let news = pendingNotice {
            (noticeAt, pendingNotice) = (now, nil)
            return .news(news)
        }
        guard stage == .open, severity >= .high, now - before >= renotify else { return nil }
        noticeAt = now
        return .reminder
    }
}
