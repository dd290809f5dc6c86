import Basics
import IncidentStore
import OnCallModel
import Testing

@Suite("Findings become incidents")
struct FindingTests {
    @Test("one spike scanned ninety-six times is one incident with ninety-six occurrences")
    func manyScansOneIncident() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        for scan in 0..<96 {
            let now = Instant.minute(Double(scan) * 15)
            let record = try await writer.transaction {
                try $0.record(.sample(lastSeen: now), scan: "on_call@\(scan)", at: now)
            }
            #expect(record.isNew == (scan == 0))
            #expect(record.occurrences == scan + 1)
        }
        let incidents = try await writer.read { try $0.incidents(limit: 10) }
        #expect(incidents.count == 1)
        #expect(incidents.first?.occurrences == 96)
        #expect(incidents.first?.firstSeen == .minute(-30))
        #expect(incidents.first?.lastSeen == .minute(95 * 15))
    }

    @Test("a scan repeated after a crash counts once and gets the same answer")
    func repeatedScan() async throws {
        let fixture = try Fixture()
        var answers: [FindingRecord] = []
        for _ in 0..<3 {
            let writer = try await fixture.writer()
            answers.append(try await writer.transaction { try $0.record(.sample(), scan: "a", at: Fixture.start) })
            await writer.release()
        }
        #expect(Set(answers).count == 1)
        #expect(answers[0].isNew && answers[0].occurrences == 1)
    }

    @Test("a note opens nothing")
    func notes() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let record = try await writer.transaction {
            try $0.recordFinding(.sample(severity: .info), scan: "a", reopenWithin: .hours(6), at: Fixture.start)
        }
        #expect(record == nil)
        #expect(try await writer.read { try $0.incidents(limit: 10) }.isEmpty)
    }

    @Test("trouble that comes back soon opens the same incident again; later it is a new one")
    func reopening() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let first = try await writer.transaction { try $0.record(.sample(), scan: "a", at: .minute(0)) }
        _ = try await writer.transaction { try $0.resolve(first.incident, by: "alice", at: .minute(10)) }
        let back = try await writer.transaction { try $0.record(.sample(), scan: "b", at: .minute(30)) }
        #expect(back.incident == first.incident && back.reopened && !back.isNew && back.occurrences == 2)

        _ = try await writer.transaction { try $0.resolve(first.incident, by: "alice", at: .minute(40)) }
        let boundary = Instant.minute(40) + .hours(6)
        let later = try await writer.transaction { try $0.record(.sample(), scan: "c", at: boundary) }
        #expect(later.incident != first.incident && later.isNew && later.occurrences == 1)
    }

    @Test("an incident resolved while its scan is repeated stays resolved")
    func resolvedWithinItsScan() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let first = try await writer.transaction { try $0.record(.sample(), scan: "a", at: .minute(0)) }
        _ = try await writer.transaction { try $0.resolve(first.incident, by: "alice", at: .minute(1)) }
        let again = try await writer.transaction { try $0.record(.sample(), scan: "a", at: .minute(2)) }
        #expect(again.incident == first.incident && again.occurrences == 1)
        #expect(try await writer.read { try $0.unresolvedIncidents() }.isEmpty)
    }

    @Test("the severity is the worst seen, the figures are the latest")
    func severityOnlyRises() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let id = try await writer.transaction { try $0.record(.sample(severity: .high), scan: "a", at: .minute(0)) }
            .incident
        for (scan, severity, cost) in [("b", Severity.critical, 12.0), ("c", .medium, 3.0)] {
            _ = try await writer.transaction {
                try $0.record(.sample(severity: severity, cost: cost), scan: scan, at: .minute(1))
            }
        }
        let detail = try #require(try await writer.read { try $0.incident(id) })
        #expect(detail.summary.severity == .critical)
        #expect(detail.summary.costPerHour == 3)
        #expect(detail.lead?.facts.loop?.cost == 3)
        let events = try await writer.read { try $0.timeline(ofIncident: id) }
        #expect(events.count == 2)
        #expect(events.last?.event.hasPrefix("Raised from high to critical") == true)
    }

    @Test("only incidents whose detector could judge are resolved when no scan sees them")
    func resolvingUnseen() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        _ = try await writer.transaction { store in
            _ = try store.record(.sample("old", type: .costSpike), scan: "a", at: .minute(0))
            _ = try store.record(.sample("unjudged", type: .agentLoop), scan: "a", at: .minute(0))
            _ = try store.record(.sample("fresh", type: .costSpike), scan: "b", at: .minute(100))
        }
        let unseen = try await writer.transaction {
            try $0.unseen(since: .minute(60)) { [.costSpike].contains($0.type) }
        }
        #expect(unseen.map(\.subject) == ["old"])
    }

    @Test("a list shows what burns first")
    func listOrder() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        _ = try await writer.transaction { store in
            let plan: [(String, Severity)] = [("m", .medium), ("c", .critical), ("h", .high), ("done", .critical)]
            for (minute, (subject, severity)) in plan.enumerated() {
                let now = Instant.minute(Double(minute))
                let record = try store.record(.sample(subject, severity: severity, lastSeen: now), scan: "a", at: now)
                if subject == "done" { _ = try store.resolve(record.incident, by: "alice", at: now) }
            }
        }
        #expect(try await writer.read { try $0.incidents(limit: 3) }.map(\.subject) == ["c", "h", "m"])
        #expect(try await writer.read { try $0.incidents(limit: 9) }.map(\.subject) == ["c", "h", "m", "done"])
    }

    @Test("what the investigation found is read back whole")
    func investigation() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let finding = Finding.sample()
        let commit = CommitFact(
            sha: "abcdef0123", message: "Raise max_tokens\n\nwhy", author: "Bob", date: .minute(-40), url: "https://x",
            files: [ChangedFile(path: "a.py", additions: 2, deletions: 1, patch: "@@ \u{1B}[31m \u{0} é")])
        let suspect = Suspect(sha: commit.sha, title: commit.title, author: "Bob", score: 2.5, why: ["+1.2 near"])
        let error = ErrorFact(
            id: "9", title: "Boom", level: "error", count: 3, firstSeen: .minute(-5), lastSeen: .minute(0))
        let message = MessageFact(channel: "C1", author: "U1", text: "hm \"?\"", date: .minute(-1))
        let id = try await writer.transaction { store in
            let id = try store.record(finding, scan: "a", at: .minute(0)).incident
            try store.saveInvestigation(
                of: id, narrative: Narrative(text: "# Report", author: .model("llama")), suspects: [suspect],
                commits: [commit], errors: [error], messages: [message],
                gaps: ["Slack was not asked: SLACK_TOKEN is not set."], at: .minute(1))
            return id
        }
        let detail = try #require(try await writer.read { try $0.incident(id) })
        #expect(detail.report == "# Report")
        #expect(detail.suspects == [suspect])
        #expect(detail.commits == [commit])
        #expect(detail.errors == [error])
        #expect(detail.messages == [message])
        #expect(detail.gaps == ["Slack was not asked: SLACK_TOKEN is not set."])
        #expect(try await writer.read { try $0.uninvestigatedIncidents() }.isEmpty)
    }
}
