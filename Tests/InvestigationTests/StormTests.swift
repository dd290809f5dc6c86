import Basics
import OnCallModel
import Testing

@testable import Investigation

@Suite("Which findings are one storm")
struct StormTests {
    private let start = Instant(iso8601: "2026-11-24T03:00:00Z")!

    private func finding(
        _ subject: String, _ facts: FindingFacts, incident: Int64 = 0, at minute: Double = 0, for length: Double = 60,
        says headline: String = "", _ links: FindingLinks = FindingLinks()
    ) -> IncidentFinding {
        IncidentFinding(
            incident: incident, fingerprint: Fingerprint(facts.type.rawValue, subject), facts: facts, severity: .high,
            subject: subject, headline: headline, why: "", firstSeen: start + .minutes(minute),
            lastSeen: start + .minutes(minute + length), occurrences: 1, costPerHour: 0, sql: "", links: links)
    }

    private func fresh(_ finding: IncidentFinding) -> Finding {
        Finding(
            facts: finding.facts, severity: finding.severity, fingerprint: finding.fingerprint,
            subject: finding.subject, description: finding.headline, sql: "", onset: finding.firstSeen,
            lastSeen: finding.lastSeen, costPerHour: 0, links: finding.links)
    }

    private func loop(_ agent: String, _ steps: [String], isSlow: Bool = false) -> FindingFacts {
        .loop(.with { ($0.agent, $0.loopedSteps, $0.isSlow) = (agent, steps, isSlow) })
    }

    private func relation(_ left: IncidentFinding, _ right: IncidentFinding) -> CorrelationRule? {
        Grouping.correlation(of: Grouping.Signature(left), and: Grouping.Signature(right))?.rule
    }

    // MARK: loops

    @Test("runs of one agent that repeat the same steps are one storm, whatever the ids in their names")
    func loops() {
        let one = finding("t1", loop("checkout", ["fetch_price"]))
        #expect(relation(one, finding("t2", loop("checkout", ["fetch_price"]), at: 89)) == .storm)
        let named = finding("t3", loop("checkout 48213", ["fetch_price"]))
        #expect(relation(named, finding("t4", loop("checkout 51177", ["fetch_price"]))) == .storm)
    }

    @Test(
        "another agent, other steps, a slow loop, a later time or unknown steps are no storm",
        arguments: [
            ("refund", ["fetch_price"], false, 0.0), ("checkout-2", ["fetch_price"], false, 0),
            ("checkout", ["hold_seat"], false, 0), ("checkout", ["fetch_price", "hold_seat"], false, 0),
            ("checkout", ["fetch_price"], true, 0), ("checkout", ["fetch_price"], false, 91),
            ("checkout", [], false, 0),
        ])
    func otherLoops(agent: String, steps: [String], isSlow: Bool, minute: Double) {
        let one = finding("t1", loop("checkout", ["fetch_price"]))
        #expect(relation(one, finding("t2", loop(agent, steps, isSlow: isSlow), at: minute)) == nil)
    }

    // MARK: one change

    private func drift(
        _ label: SchemaDriftFacts.Label, _ value: String, failing: Int = 18, others: Int = 0
    ) -> FindingFacts {
        let contrast = SchemaDriftFacts.Contrast.with {
            ($0.label, $0.value, $0.failing, $0.of, $0.othersFailing, $0.othersOf) = (
                label, value, failing, 20, others, 40
            )
        }
        return .drift(.schema(.with { $0.contrasts = [contrast] }))
    }

    @Test("features whose outputs differ by the same model, prompt or release are one storm within a day")
    func changes() {
        for facts in [drift(.model, "gpt-5"), drift(.prompt, "answer v14"), drift(.release, "app@2.31")] {
            #expect(relation(finding("a", facts), finding("b", facts, at: 1439)) == .storm)
            #expect(relation(finding("a", facts), finding("b", facts, at: 1441)) == nil)
        }
    }

    @Test("other models, versions without a name, environments and weak contrasts are not one change")
    func otherChanges() {
        #expect(relation(finding("a", drift(.model, "gpt-5")), finding("b", drift(.model, "gpt-4o"))) == nil)
        for facts in [
            drift(.prompt, "v14"), drift(.version, "1.2"), drift(.environment, "prod"),
            drift(.model, "gpt-5", failing: 9), drift(.model, "gpt-5", others: 5),
        ] {
            #expect(relation(finding("a", facts), finding("b", facts)) == nil)
        }
    }

    // MARK: outages

    private func tool(_ text: String) -> FindingFacts {
        .tool(.outputs(.with { $0.examples = [.with { $0.begins = text }] }))
    }

    /// How many incidents the tools become when one scan finds them all.
    private func incidents(_ findings: [IncidentFinding]) -> Int {
        let all = findings.map(fresh)
        var (known, count) = (GroupedFindings([], besides: all), Int64(0))
        for finding in all {
            let place = known.place(of: finding)
            if place == nil { count += 1 }
            known.add(finding, to: place?.incident ?? count)
        }
        return Int(count)
    }

    private func tools(_ texts: [String], minutes: [Double] = [0, 1, 2, 3, 4, 5]) -> [IncidentFinding] {
        zip(texts, minutes).enumerated().map { number, pair in
            finding("tool-\(number)", tool(pair.0), at: pair.1, for: 20)
        }
    }

    @Test("three tools that name the same failure of the same service at once are one incident; two are two")
    func outage() {
        let text = "Error: request to inventory-db failed with HTTP 503"
        #expect(incidents(tools([text, text, text, text])) == 1)
        #expect(incidents(tools([text, text])) == 2)
        #expect(incidents(tools(["timed out", "openai timed out", "Timeout of api.openai.com"])) == 1)
        #expect(incidents(tools([text, text, text], minutes: [0, 1, 40])) == 3)
    }

    @Test("failures of different services, and different failures, stay apart")
    func otherOutages() {
        let (inventory, prices) = ("inventory-db timed out after 30 s", "pricing-api timed out after 30 s")
        #expect(incidents(tools([inventory, prices, inventory, prices, inventory, prices])) == 2)
        #expect(
            incidents(
                tools(["the price service timed out", "the stock service timed out", "the tax service timed out"])) == 3
        )
        #expect(incidents(tools(["timed out", "connection refused", "HTTP 503"])) == 3)
        #expect(incidents(tools(["openai timed out", "anthropic timed out", "stripe timed out"])) == 3)
        #expect(
            incidents(
                tools(["503 of 900 rows were empty", "503 of 900 rows were empty", "503 of 900 rows were empty"])) == 3)
    }

    @Test("a tool that fails later joins the outage as long as it lasts")
    func later() {
        let text = "inventory-db timed out"
        let members = tools([text, text, text]).map { member in
            var member = member
            (member.incident, member.lastSeen) = (7, start + .minutes(50))
            return member
        }
        func place(_ minute: Double, _ text: String) -> Int64? {
            GroupedFindings(members).place(of: fresh(finding("late", tool(text), at: minute)))?.incident
        }
        #expect(place(60, text) == 7)
        #expect(place(70, text) == nil)
        #expect(place(60, "pricing-api timed out") == nil)
    }

    @Test("incidents that turn out to be one storm are merged into the oldest")
    func merges() {
        let text = "inventory-db timed out"
        var findings = tools([text, text, text])
        for index in findings.indices { findings[index].incident = [4, 9, 6][index] }
        let merges = Storm.merges(among: findings + [finding("t1", loop("checkout", ["fetch"]), incident: 5)])
        #expect(merges.map(\.incident) == [6, 9] && merges.allSatisfy { $0.into == 4 })
        #expect(merges.first?.why == "one outage, timeout of inventory-db")
        #expect(Storm.merges(among: Array(findings.prefix(2))).isEmpty)
    }

    @Test(
        "services in error texts",
        arguments: [
            ("GET https://api.acme.test/v1 failed: timeout", ["api.acme.test"]),
            ("the price service refused", ["price"]), ("ConnectError: inventory-db:5432", ["inventory-db"]),
            ("httpx.ConnectTimeout in tools/client.py", []), ("502 Bad Gateway, retry-after 30", []),
            ("The service is unavailable", []), (#"{"error_code":"timed-out","request_id":"a-1"}"#, []),
        ])
    func services(text: String, names: [String]) {
        #expect(ServiceName.all(in: text).sorted() == names)
    }
}
