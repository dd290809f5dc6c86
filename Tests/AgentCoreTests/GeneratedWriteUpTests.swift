import AgentCore
import Basics
import IncidentStore
import OnCallModel
import Sandbox
import TestSupport
import Testing
import WriteUp

@Suite("Generated: write-ups")
struct GeneratedWriteUpTests {
    private func writeUp(_ stage: Stage, of id: Int64) async throws -> WriteUp {
        let detail = try #require(try await stage.read(.incident(id)))
        let forensics = try #require(try await stage.read(.forensics(ofIncident: id)))
        return WriteUp(
            detail, forensics,
            links: ProviderLinks(langfuse: "https://cloud.langfuse.com", repository: "https://github.com/acme/shop"))
    }

    @Test("docs/examples/incident.md is the write-up of the demo's cost spike, with a note and a judged cause")
    func example() async throws {
        let stage = try Stage()
        // With history in the mirror, the figures do not depend on which reading of a first scan ends first.
        stage.moment.withLock { $0 = Stage.start - .days(7) }
        _ = try await stage.scan(carryingOutActs: false)
        stage.moment.withLock { $0 = Stage.start }
        _ = try await stage.scan()
        let spike = try await stage.incident(.costSpike)
        stage.advance(by: .minutes(9))
        let answers = [
            try await stage.order(
                .note(
                    incident: spike.id,
                    text: "Rolled back max_tokens. Fixed by 1f2e3d4c.\nTODO: alert on tokens per answer"
                )),
            try await stage.order(.markCause(incident: spike.id, isRight: true)),
            try await stage.order(.markCause(incident: spike.id, isRight: true)),
            try await stage.order(.resolve(incident: spike.id)),
        ]
        #expect(
            answers == [
                "The note is saved with incident \(spike.id).", "The cause of incident \(spike.id) is marked right.",
                "The cause of incident \(spike.id) is already marked right.", "Incident \(spike.id) is resolved.",
            ])
        let writeUp = try await writeUp(stage, of: spike.id)
        let text = Self.steady(writeUp.markdown)
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let difference = Golden.difference(text, at: "\(root)/docs/examples/incident.md")
        #expect(difference == nil, "\(difference ?? "")")
        #expect(writeUp.followUps.first?.text == "alert on tokens per answer")
        let json = writeUp.json
        for member in ["title", "timeline", "evidence", "graph_text", "mermaid", "actions", "gaps", "follow_ups"] {
            #expect(json[member] != nil, "\(member)")
        }
        #expect(writeUp.evidence.contains { $0.url.hasPrefix("https://cloud.langfuse.com/trace/") })
    }

    /// Without what differs from run to run: the ports of the simulated providers, and the order and second of the acts that are
    /// carried out side by side, with their numbers.
    private static func steady(_ text: String) -> String {
        let text = text.replacing(/http:\/\/127\.0\.0\.1:\d+/, with: "http://127.0.0.1:PORT")
            .replacing(/issue no\. \d+/, with: "issue no. 415").replacing(/\/issues\/4\d\d/, with: "/issues/415")
            .replacing(/14:20:0\dZ/, with: "14:20:00Z").replacing(/14:29:0\dZ/, with: "14:29:00Z")
            .replacing(/ncident [12]\b/, with: "ncident 1").replacing(
                /sentinel:incident-[12]\b/, with: "sentinel:incident-1")
        var (lines, beside) = ([String](), [String]())
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.hasPrefix("| 2026-11-24T14:20:00Z |") {
                beside.append(line)
            } else {
                lines += beside.sorted() + [line]
                beside = []
            }
        }
        return (lines + beside.sorted()).joined(separator: "\n")
    }

    @Test("text from outside brings no markup, link, comment or Mermaid of its own")
    func hostile() throws {
        let evil = "](https://evil.example) <!-- x --> \"]; n9[\"<script>\"] `|` ``` @everyone\n# owned"
        let now = Stage.start
        let summary = IncidentSummary(
            id: 1, fingerprint: Fingerprint("x"), type: .agentLoop, severity: .high, state: .open, subject: evil,
            headline: evil, firstSeen: now, lastSeen: now, occurrences: 1, costPerHour: 1, approval: .none)
        var detail = IncidentDetail(
            summary: summary, report: evil,
            suspects: [Suspect(sha: evil, title: evil, author: evil, score: 1, why: [evil])], commits: [],
            errors: [
                ErrorFact(
                    id: "1", title: evil, level: "", count: 1, firstSeen: now, lastSeen: now,
                    url: "https://x.example/)[a](javascript:alert(1)")
            ], messages: [MessageFact(channel: "", author: evil, text: evil, date: now)], gaps: [evil], acts: [])
        detail.memory.notes = [IncidentNote(id: 1, at: now, author: evil, text: evil)]
        let graph = CausalGraph(
            nodes: [
                .init(id: "a", kind: .trace, label: evil, at: now), .init(id: "b", kind: .error, label: "", at: now),
            ], edges: [.init(from: "a", to: "b", kind: .caused, reason: evil)])
        let text = WriteUp(
            detail, IncidentForensics(graph: graph), links: ProviderLinks(langfuse: nil, repository: nil)
        ).markdown
        #expect(!text.contains("](") && !text.contains("<!--") && !text.contains("<script") && !text.contains("@every"))
        #expect(text.split(separator: "\n").filter { $0.hasPrefix("```") } == ["```mermaid", "```"])
        let mermaid = GraphText.mermaid(graph).split(separator: "\n")
        #expect(mermaid.count == 4 && mermaid[3] == "  n0 -->|caused| n1")
        #expect(mermaid[1].filter { $0 == "\"" }.count == 2 && mermaid[2] == "  n1[\"error: unnamed\"]")
        #expect(!text.contains("\n# owned"))
    }

    @Test("the handoff names what is open, what ends soon, and what Sentinel cannot see")
    func handoff() {
        let now = Stage.start
        let silence = Silence(
            id: 3, matcher: Silence.Matcher(type: .costSpike), reason: "migration", author: "alice", createdAt: now,
            startsAt: now - .hours(1), expiresAt: now + .hours(2))
        var later = silence
        (later.id, later.expiresAt) = (4, now + .days(2))
        let handoff = Handoff(
            now: now, incidents: [], silences: [silence, later], requests: [], agent: AgentStatus(),
            sources: [SourceHealth(name: "slack", state: .refused, asOf: nil, calls: 0, message: "Check SLACK_TOKEN.")],
            detectors: [])
        let lines = Dictionary(uniqueKeysWithValues: handoff.sections.map { ($0.title, $0.lines) })
        #expect(lines["Silences and snoozes that end within 12 h"]?.count == 1)
        #expect(
            lines["What Sentinel cannot see"] == [
                "No agent is running: nothing is detected. Start `sentinel agent`.", "No scan has run yet.",
                "slack is refused: Check SLACK_TOKEN.",
            ])
    }
}
