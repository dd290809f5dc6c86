package import Basics
package import Digest
package import OnCallModel

extension StoreQuery {
    package static func digests(limit: Int) -> Self where Answer == [DigestRecord] {
        Self { try $0.digests(limit: limit) }
    }
    package static func digest(ofWeek week: String) -> Self where Answer == DigestRecord? {
        Self { try $0.digest(ofWeek: week) }
    }
}

extension StoreSnapshot {
    /// The latest week first.
    package func digests(limit: Int) throws -> [DigestRecord] {
        try rows("digest", "SELECT * FROM digest ORDER BY week DESC LIMIT ?", [.init(limit)]).map { try $0.digest() }
    }

    package func digest(ofWeek week: String) throws -> DigestRecord? {
        try rows("digest", "SELECT * FROM digest WHERE week = ?", [.text(week)]).first?.digest()
    }

    /// The digest was made after its week had ended, so it is not made again by itself.
    package func hasFinalDigest(ofWeek week: String) throws -> Bool {
        try count("SELECT count(*) FROM digest WHERE week = ? AND is_final = 1", [.text(week)]) > 0
    }

    /// What the digest of a week is written from.
    package func records(of week: DigestWeek, at now: Instant) throws -> WeekRecords {
        let bounds: [Value] = [.init(week.previous.from), .init(week.until)]
        var records = WeekRecords()
        let began =
            "coalesce((SELECT min(first_seen) FROM incident_finding f WHERE f.incident_id = i.id), i.detected_at)"
        records.incidents = try rows(
            "incident_reports",
            Self.summaries
                + " WHERE \(began) >= ? AND \(began) < ? OR i.rank > 0 AND i.state <> 'resolved' ORDER BY i.id",
            bounds
        ).map { try $0.incidentSummary() }
        records.approvals = try requests("WHERE created_at >= ? AND created_at < ? ORDER BY id", bounds)
        records.drifts = try driftEvents(from: week.previous.from, until: week.until)
        records.silences = try silencesInForce(at: now)
        records.outages = try outages()
        records.watchedSince = try scalar("SELECT watching_since FROM agent_status")?.instant
        records.hours = try hours(since: now - Self.forecastHistory)
        return records
    }

    /// How far back forecasts look.
    package static let forecastHistory = Span.days(63)

    /// The recorded complete hours since a moment, oldest first.
    package func hours(since moment: Instant) throws -> [HourFact] {
        try rows(
            "cost_baselines",
            "SELECT id, recorded_at, hourly_cost, generations FROM cost_baselines WHERE recorded_at >= ? ORDER BY recorded_at",
            [.init(moment)]
        ).map {
            try HourFact(
                hour: $0.instant("recorded_at"), cost: $0.real("hourly_cost"), generations: $0.integer("generations"))
        }
    }
}

extension StoredRow {
    fileprivate func digest() throws -> DigestRecord {
        guard let document = try DigestDocument(json: json("document")) else {
            throw damaged("document is not a digest")
        }
        return try DigestRecord(
            week: text("week"), zone: text("zone"), from: instant("starts_at"), until: instant("ends_at"),
            madeAt: instant("made_at"), isFinal: flag("is_final"), document: document, markdown: text("markdown"),
            facts: json("facts"))
    }
}
