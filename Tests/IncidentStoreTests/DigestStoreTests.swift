import Basics
import Digest
import IncidentStore
import OnCallModel
import Testing

@Suite("Digests in the store")
struct DigestStoreTests {
    private func digest(_ week: String, isFinal: Bool = true, text: String = "# Digest\n") -> DigestRecord {
        let document = DigestDocument.with {
            ($0.title, $0.summary, $0.gaps) = (week, "1 merged", ["Sentry could not be read."])
            $0.sections = [.with { ($0.heading, $0.lines) = ("Cost", ["$1.00", "é \"x\""]) }]
        }
        return DigestRecord(
            week: week, zone: "Europe/Berlin", from: .minute(0), until: .minute(1), madeAt: .minute(2),
            isFinal: isFinal, document: document, markdown: text, facts: ["week": .string(week)])
    }

    @Test("A digest is read back as it was written, one for each week, the latest week first")
    func roundTrip() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let (old, new) = (digest("2025-W52"), digest("2026-W48", text: "# New\n"))
        try await writer.transaction { store in
            try store.saveDigest(digest("2026-W48", isFinal: false))
            try store.saveDigest(old)
            try store.saveDigest(new)
        }
        let reader = StoreReader(fixture.path)
        #expect(try await reader.read(.digests(limit: 9)) == [new, old])
        #expect(try await reader.read(.digest(ofWeek: "2026-W48")) == new)
        #expect(try await reader.read(.digest(ofWeek: "2026-W47")) == nil)
    }

    @Test("A digest of the week so far does not count as the digest of the week")
    func isFinal() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        try await writer.transaction { try $0.saveDigest(digest("2026-W48", isFinal: false)) }
        #expect(try await !writer.read { try $0.hasFinalDigest(ofWeek: "2026-W48") })
        try await writer.transaction { try $0.saveDigest(digest("2026-W48")) }
        #expect(try await writer.read { try $0.hasFinalDigest(ofWeek: "2026-W48") })
    }

    @Test("The records of a week are those of two weeks, and incidents of any age that are not resolved")
    func records() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let week = try #require(DigestWeek(named: "2026-W48", in: .utc))
        let ages: [(String, Double)] = [("new", 0), ("before", 8), ("old", 30), ("resolved", 31)]
        for (name, days) in ages {
            let at = Fixture.start - .days(days)
            try await writer.transaction { store in
                let finding = Finding.sample(name, lastSeen: at)
                let incident = try store.record(finding, scan: name, at: at).incident
                if name == "resolved" { _ = try store.resolve(incident, by: "alice", at: at + .hours(1)) }
            }
        }
        try await writer.transaction { store in
            try store.saveHours(
                [HourFact(hour: Fixture.start.startOfHour - .hours(1), cost: 3, generations: 1)], source: "langfuse")
        }
        let records = try await writer.read { try $0.records(of: week, at: Fixture.start) }
        #expect(Set(records.incidents.map(\.subject)) == ["new", "before", "old"])
        #expect(records.hours.map(\.cost) == [3])
    }
}
