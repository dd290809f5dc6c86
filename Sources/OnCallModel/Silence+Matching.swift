package import Basics

extension Silence.Matcher {
    /// One incident, as long as it gets no worse.
    package init(of incident: IncidentSummary, maxSeverity: Severity) {
        self.init(
            type: incident.type, subject: incident.subject.count <= 500 ? incident.subject : nil,
            maxSeverity: maxSeverity,
            fingerprint: incident.fingerprint)
    }

    /// Whether it holds for an incident: by the kind and subject that lists show of it, or by the fingerprint of it or of
    /// any finding that it is made of.
    package func matches(_ incident: IncidentSummary, findings: [IncidentFinding]) -> Bool {
        if let maxSeverity, incident.severity > maxSeverity { return false }
        if matches(incident.fingerprint, incident.type, incident.subject) { return true }
        return fingerprint != nil && findings.contains { matches($0.fingerprint, $0.type, $0.subject) }
    }

    private func matches(_ fingerprint: Fingerprint, _ type: DetectionType, _ subject: String) -> Bool {
        (self.fingerprint ?? fingerprint) == fingerprint && (self.type ?? type) == type
            && self.subject.map { subject.matches(glob: $0) } != false
    }

    /// Nothing is set: everything fits.
    package var isEverything: Bool { type == nil && subject == nil && maxSeverity == nil && fingerprint == nil }

    /// `everything`, `cost_spike of support-* up to high`.
    package var phrase: String {
        guard !isEverything else { return "everything" }
        var words = type?.rawValue ?? "anything"
        if let subject { words += " of \(subject)" }
        if let fingerprint, subject == nil { words += " with fingerprint \(fingerprint.text)" }
        if let maxSeverity { words += " up to \(maxSeverity.rawValue)" }
        return words
    }
}

extension Silence {
    /// Why a silence cannot be, as a sentence; nil when it can.
    package static func problem(_ matcher: Matcher, reason: String, from: Instant, until: Instant, now: Instant)
        -> String?
    {
        if until <= now { return "The end of a silence (\(until.iso8601Seconds)) must be in the future." }
        if until <= from { return "A silence must end after it begins: it would begin at \(from.iso8601Seconds)." }
        if until - from > MuteDuration.longest { return "A silence may last at most 30 days." }
        if from - now > .days(365) { return "A silence must start within one year." }
        if reason.count > 500 { return "Give the reason in at most 500 characters." }
        if (matcher.subject ?? "x").isEmpty { return "Name a subject, or leave it out to silence every subject." }
        if (matcher.subject ?? "").count > 500 { return "Give a subject of at most 500 characters." }
        return nil
    }
}
