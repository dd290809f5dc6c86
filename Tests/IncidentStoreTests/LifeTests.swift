import Basics
import OnCallModel
import SQLiteKit
import Testing

@testable import IncidentStore

@Suite("The lives of incidents in the store")
struct LifeTests {
    private func opened(_ writer: StoreWriter, _ subjects: String..., severity: Severity = .high) async throws
        -> [Int64]
    {
        try await writer.transaction { store in
            try subjects.map {
                try store.record(.sample($0, type: .costSpike, severity: severity), scan: "a", at: .minute(0)).incident
            }
        }
    }

    @Test("what is muted is listed below what is not, and the state is the same in SQL and in the machine")
    func order() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let ids = try await opened(
            writer, "snoozed", "silenced", "inhibited", "flapping", "open", "acknowledged", "resolved")
        try await writer.transaction { store in
            _ = try store.receive(.snooze(until: .minute(60), by: "eve"), of: ids[0], by: "eve", at: .minute(1))
            _ = try store.addSilence(
                Silence.Matcher(subject: "silen*"), reason: "x", from: .minute(1), until: .minute(60), by: "eve",
                at: .minute(1))
            _ = try store.applySilences(at: .minute(1))
            _ = try store.receive(.inhibit(.init(incident: ids[4], why: "y")), of: ids[2], at: .minute(1))
            for minute in 1...3 {
                let event: IncidentLife.Event = minute == 2 ? .seen(worse: nil) : .missed
                _ = try store.receive(event, of: ids[3], at: .minute(Double(minute)))
            }
            _ = try store.acknowledge(ids[5], by: "eve", at: .minute(1))
            _ = try store.resolve(ids[6], by: "eve", at: .minute(1))
        }
        let listed = try await writer.read { try $0.incidents(limit: 9) }
        #expect(
            listed.map(\.subject) == [
                "acknowledged", "open", "flapping", "inhibited", "silenced", "snoozed", "resolved",
            ])
        for incident in listed {
            #expect(incident.state == incident.life.state)
            #expect(incident.state.rawValue == (incident.subject == "inhibited" ? "open" : incident.subject))
        }
        let silenced = try #require(listed.first { $0.subject == "silenced" })
        #expect(silenced.life.silence == IncidentLife.Hold(id: 1, until: .minute(60), reason: "x"))
        #expect(try await writer.read { try $0.livingIncidents() }.count == 6)
    }

    @Test("a silence holds from its start to its end, or until somebody ends it")
    func silences() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let id = try await opened(writer, "bot")[0]
        _ = try await writer.transaction {
            try $0.addSilence(
                Silence.Matcher(type: .costSpike), reason: "later", from: .minute(10), until: .minute(20), by: "eve",
                at: .minute(0))
        }
        func state(at minute: Double) async throws -> IncidentState? {
            try await writer.transaction { store in
                _ = try store.applySilences(at: .minute(minute))
                return try store.snapshot.incident(id)?.summary.state
            }
        }
        #expect(try await writer.read { try $0.nextLifeMoment() } == .minute(10))
        #expect(try await state(at: 9) == .open)
        #expect(try await state(at: 10) == .silenced)
        #expect(try await writer.read { try $0.nextLifeMoment() } == .minute(20))
        #expect(try await state(at: 19) == .silenced)
        let freed = try await writer.transaction { try $0.applySilences(at: .minute(20)) }
        #expect(freed == [id])
        #expect(try await writer.read { try $0.nextLifeMoment() } == nil)
        let second = try await writer.transaction {
            try $0.addSilence(
                Silence.Matcher(), reason: "x", from: .minute(30), until: .minute(90), by: "eve", at: .minute(30))
        }
        #expect(try await state(at: 30) == .silenced)
        #expect(try await writer.transaction { try $0.endSilence(second, by: "bob", at: .minute(40)) })
        #expect(try await writer.transaction { try !$0.endSilence(second, by: "eve", at: .minute(41)) })
        #expect(try await state(at: 41) == .open)
        let kept = try await writer.read { try $0.silences(limit: 9) }
        #expect(kept.map(\.id) == [2, 1] && kept[0].endedBy == "bob")
        let events = try await writer.read { try $0.timeline(ofIncident: id) }.map(\.event)
        #expect(events.filter { $0.hasPrefix("Silence") }.count == 4, "\(events)")
    }

    @Test("of several silences the one that ends last is named, and a raised severity breaks out of one")
    func severalSilences() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let id = try await opened(writer, "bot")[0]
        try await writer.transaction { store in
            for (end, maxSeverity) in [(60.0, Severity?.none), (90, .high)] {
                _ = try store.addSilence(
                    Silence.Matcher(subject: "bot", maxSeverity: maxSeverity), reason: "x", from: .minute(0),
                    until: .minute(end),
                    by: "eve", at: .minute(0))
            }
            _ = try store.applySilences(at: .minute(0))
        }
        #expect(try await writer.read { try $0.life(ofIncident: id) }?.silence?.id == 2)
        try await writer.transaction { store in
            _ = try store.record(.sample("bot", type: .costSpike, severity: .critical), scan: "b", at: .minute(5))
            _ = try store.applySilences(at: .minute(5))
        }
        #expect(try await writer.read { try $0.life(ofIncident: id) }?.silence?.id == 1)
    }

    @Test("what was muted and a pending notice are kept after the agent died")
    func death() async throws {
        let fixture = try Fixture()
        var writer = try await fixture.writer()
        let id = try await opened(writer, "bot")[0]
        let before = try await writer.transaction { store in
            _ = try store.takePendingNotice(of: id, renotify: .hours(4), at: .minute(1))
            for minute in 2...4 {
                let event: IncidentLife.Event = minute == 3 ? .seen(worse: "Raised") : .missed
                _ = try store.receive(event, of: id, at: .minute(Double(minute)))
            }
            _ = try store.receive(.snooze(until: .minute(60), by: "eve"), of: id, by: "eve", at: .minute(5))
            _ = try store.addSilence(
                Silence.Matcher(), reason: "x", from: .minute(0), until: .minute(60), by: "eve", at: .minute(0))
            _ = try store.applySilences(at: .minute(5))
            _ = try store.receive(.inhibit(.init(incident: id, why: "y")), of: id, at: .minute(6))
            return try store.snapshot.life(ofIncident: id)
        }
        await writer.close()
        writer = try await fixture.writer(at: .minute(7))
        #expect(try await writer.read { try $0.life(ofIncident: id) } == before)
        #expect(before?.noticeAt == .minute(1) && before?.flappingSince == .minute(4) && before?.changes.count == 3)
        #expect(before?.snoozedBy == "eve" && before?.silence?.id == 1 && before?.parent?.why == "y")
    }

    @Test("a notice is taken once, however often it is asked for")
    func noticesOnce() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let id = try await opened(writer, "bot")[0]
        var notices: [IncidentLife.Notice?] = []
        for minute in [0.0, 1, 239, 240, 241, 480] {
            notices.append(
                try await writer.transaction {
                    try $0.takePendingNotice(of: id, renotify: .hours(4), at: .minute(minute))
                })
        }
        #expect(notices == [.opening, nil, nil, .reminder, nil, .reminder])
    }

    @Test("what it cost is added up at the rates that the scans saw")
    func cost() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let id = try await writer.transaction { store in
            let id = try store.record(.sample(lastSeen: .minute(0), cost: 4), scan: "a", at: .minute(0)).incident
            for (minute, cost) in [(30.0, 8.0), (90, 2), (90, 2)] {
                let now = Instant.minute(minute)
                _ = try store.record(.sample(lastSeen: now, cost: cost), scan: "\(minute)", at: now)
            }
            return id
        }
        // Half an hour before the first scan at $4, half an hour at $8, and, after a gap, half an hour at $2.
        let total = try #require(try await writer.read { try $0.life(ofIncident: id) }).cost
        #expect(abs(total - 7) < 0.001)
    }

    @Test("only a scan that could judge it takes an incident for gone")
    func unseen() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let id = try await opened(writer, "bot")[0]
        for (judges, isPresent) in [(false, true), (true, false)] {
            try await writer.transaction {
                try $0.markUnseen(since: .minute(5), judges: { _ in judges }, at: .minute(6))
            }
            #expect(try await writer.read { try $0.life(ofIncident: id) }?.isPresent == isPresent)
        }
        try await writer.transaction { try $0.markUnseen(since: .minute(0), judges: { _ in true }, at: .minute(6)) }
        #expect(try await writer.read { try $0.life(ofIncident: id) }?.changes == [.minute(6)])
    }

    @Test("an incident that is absorbed explains nothing any more")
    func absorbedParent() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let ids = try await opened(writer, "parent", "child", "other")
        let isAbsorbed = try await writer.transaction { store in
            _ = try store.receive(.inhibit(.init(incident: ids[0], why: "x")), of: ids[1], at: .minute(1))
            return try store.absorb(ids[0], into: ids[2], why: "same commit", at: .minute(2))
        }
        #expect(isAbsorbed)
        #expect(try await writer.read { try $0.life(ofIncident: ids[1]) }?.parent == nil)
    }

    @Test("incidents of an older store were told of when they were found")
    func migrated() async throws {
        let fixture = try Fixture()
        try await fixture.writer().release()
        let old = try Connection(path: "", mode: .inMemory)
        try Migrations.through("4-forensics").migrate(old)
        try old.run(
            """
            INSERT INTO incident_reports (fingerprint, detected_at, detection_type, severity, subject, headline,
                first_seen, last_seen, seen_at, first_scan, last_scan)
            VALUES ('f1', ?1, 'cost_spike', 'high', 's', 'h', ?1, ?1, ?1, 's1', 's7')
            """, [Value(Instant.minute(0))])
        try Migrations.all.migrate(old)
        let row = try #require(try old.query("SELECT notice_at, shown_state, rank FROM incident_reports").rows.first)
        #expect(row == [Value(Instant.minute(0)), .text("open"), .integer(7)])
    }
}
