import Basics
import Digest
import OnCallModel
import Testing

@Suite("Composition of the digest")
struct DigestCompositionTests {
    private let week = DigestWeek(named: "2026-W48", in: .utc) ?? DigestWeek(containing: Instant(seconds: 0), in: .utc)

    private func facts(at now: Instant? = nil, _ change: (inout WeekFacts) -> Void = { _ in }) -> WeekFacts {
        var facts = WeekFacts(
            week: week, zoneName: "UTC", asOf: now ?? week.publication, pulls: .read([]), errors: .read([]),
            cost: .read(WeekCost(features: CostTable(.feature, []))), budgets: .read([]), records: WeekRecords())
        facts.records.watchedSince = week.previous.from
        change(&facts)
        return facts
    }

    private func pull(_ number: Int, _ title: String = "Fix", day: Double) -> MergedPull {
        MergedPull(number: number, title: title, author: "alice", mergedAt: week.from + .days(day))
    }

    private func incident(_ id: Int64, _ severity: Severity, day: Double, state: IncidentState = .open)
        -> IncidentSummary
    {
        IncidentSummary(
            id: id, fingerprint: Fingerprint("f\(id)"), type: .costSpike, severity: severity, state: state,
            subject: "bot", headline: "It costs \(id).", firstSeen: week.from + .days(day),
            lastSeen: week.from + .days(day), occurrences: 1, costPerHour: Double(id), approval: .none)
    }

    private func lines(_ heading: String, of facts: WeekFacts) throws -> [String] {
        try #require(DigestComposition(facts).document.sections.first { $0.heading == heading }).lines
    }

    @Test("A week without anything says so in every section")
    func empty() {
        let (json, document, markdown) = DigestComposition(facts()).result
        #expect(document.title == "Week 2026-W48: Mon 23 Nov to Sun 29 Nov 2026 (UTC)")
        #expect(markdown.contains("## What to watch\n\n- Nothing.\n"))
        #expect(markdown.contains("- 0 pull requests merged, as many as the week before.\n"))
        #expect(!markdown.contains("Missing data") && json["final"]?.bool == true)
    }

    @Test("This week is compared with the same part of the week before while it goes on")
    func comparison() throws {
        let pulls = [pull(1, day: -7), pull(2, day: -3), pull(3, day: 0.5), pull(4, day: 1)]
        let whole = facts { $0.pulls = .read(pulls) }
        #expect(try lines("What shipped", of: whole).first == "2 pull requests merged, as many as the week before.")
        let tuesday = facts(at: week.from + .days(1.5)) { $0.pulls = .read(pulls) }
        #expect(try lines("What shipped", of: tuesday).first == "2 pull requests merged, 1 more than the week before.")
        #expect(DigestComposition(tuesday).document.title.hasSuffix(", so far"))
    }

    @Test("A store that is younger than the week before does not claim that nothing happened then")
    func young() throws {
        let facts = facts { facts in
            facts.records.watchedSince = week.from + .days(1)
            facts.records.incidents = [incident(1, .high, day: 1)]
        }
        #expect(try lines("What broke", of: facts)[0] == "1 incident began; 0 resolved.")
        let document = DigestComposition(facts).document
        #expect(document.summary.contains("1 incident, cost $0.00, compared") && document.gaps.isEmpty)
        #expect(
            document.notes == [
                "No scan ran before 2026-11-24T00:00:00Z: earlier incidents, approvals and drift are unknown."
            ])
        #expect(document.markdown.contains("## Missing data\n\n- No scan ran before"))
    }

    @Test("A week in which no scan ran has unknown incidents, not none", arguments: [nil, 7.5] as [Double?])
    func unwatched(days: Double?) throws {
        let facts = facts { $0.records.watchedSince = days.map { week.from + .days($0) } }
        #expect(try lines("What broke", of: facts)[0] == "Incidents are unknown: no scan ran in the week.")
        #expect(!DigestComposition(facts).document.summary.contains("incident"))
    }

    @Test("The worst comes first, and the rest is counted")
    func order() throws {
        let facts = facts { facts in
            facts.records.incidents = (1...12).map { incident(Int64($0), $0 == 7 ? .critical : .medium, day: 1) }
        }
        let broke = try lines("What broke", of: facts)
        #expect(broke[0] == "12 incidents began, 12 more than the week before; 0 resolved.")
        #expect(broke[1] == "critical cost_spike 7: It costs 7. (open)" && broke[9] == "4 more")
        let watch = try lines("What to watch", of: facts)
        #expect(watch[0] == "Incident 7 (open, 6 d): critical cost_spike of bot, $7.00/h")
        #expect(watch[4] == "8 more incidents are open")
    }

    @Test("A source that could not be read is a gap; its section does not say 0")
    func gaps() throws {
        let facts = facts { facts in
            facts.errors = .unread("Sentry refused the token.")
            facts.pulls = .unread("GitHub is down.")
            facts.cost = .unread("Langfuse is down.")
        }
        let document = DigestComposition(facts).document
        #expect(document.gaps == ["GitHub is down.", "Sentry refused the token.", "Langfuse is down."])
        #expect(try lines("What shipped", of: facts) == ["Unknown: pull requests could not be read."])
        #expect(try lines("Cost", of: facts) == ["Unknown: costs could not be read."])
        #expect(try lines("What broke", of: facts).contains("Errors are unknown: Sentry could not be read."))
        let json = facts.json
        #expect(json["merged"]?.isNull == true && json["errors"]?.isNull == true && json["cost"]?.isNull == true)
    }

    @Test("Foreign text becomes no markup: no heading, link, mention or reference")
    func hostile() throws {
        let title = "# [x](http://evil) <b> @all `rm` *now* fixes #12\nnew line"
        let markdown = DigestComposition(facts { $0.pulls = .read([pull(9, title, day: 1)]) }).document.markdown
        let line = try #require(markdown.split(separator: "\n").first { $0.contains("PR 9") })
        #expect(!line.contains("@") && !line.contains("](") && !line.contains("*") && !line.contains("#12"))
        #expect(!line.contains("<") && line.contains("new line"))
    }

    @Test("Costs that rose, drift, budgets, silences and outages are watched with their figures")
    func watch() throws {
        let rows = [
            CostTable.Row(name: "support-bot", cost: 120, before: 40, series: []),
            CostTable.Row(name: "steady", cost: 100, before: 99, series: []),
        ]
        let now = week.publication
        let facts = facts { facts in
            facts.cost = .read(WeekCost(features: CostTable(.feature, rows)))
            facts.records.outages = [SourceOutage(source: "sentry", since: week.from, reason: "It refused.")]
            facts.records.silences = [
                Silence(
                    id: 3, matcher: .init(), reason: "deploy", author: "a", createdAt: week.from, startsAt: week.from,
                    expiresAt: now + .days(2)),
                Silence(
                    id: 4, matcher: .init(), reason: "long", author: "a", createdAt: week.from, startsAt: week.from,
                    expiresAt: now + .days(20)),
            ]
            let budget = Budget.with { ($0.period, $0.amount) = (.month, 100) }
            facts.budgets = .read([
                BudgetPace(budget: budget, spent: 140, from: week.from, until: week.from + .days(30), now: now)
            ])
        }
        #expect(
            try lines("What to watch", of: facts) == [
                "sentry is down since 2026-11-23 00:00 UTC: It refused.",
                "Budget of the project per month: $140.00 of $100.00 (140 %) with 25 % of the month elapsed; exceeded",
                "Cost of support-bot: $120.00, +$80.00 (+200 %) on the week before",
                "Silence 3 ends 2026-12-02 09:00 UTC: deploy",
            ])
    }

    @Test("Costs of a span go to their buckets, those of the span before to the comparison")
    func table() {
        let start = week.from
        func row(_ name: String, _ hours: Double, _ cost: Double) -> [Value] {
            [.text(name), Value(start + .hours(hours)), .real(cost)]
        }
        let set = RowSet(
            columns: ["name", "at", "cost"],
            rows: [row("a", 0, 1), row("a", 23, 2), row("b", 12, 4), row("a", -5, 8), row("b", 3, -1)])
        let table = CostTable(.model, set, from: start, until: start + .days(1), buckets: 4)
        #expect(table.rows.map(\.name) == ["b", "a"] && table.total == 7 && table.before == 8)
        #expect(table.rows.map(\.series) == [[0, 0, 4, 0], [1, 0, 0, 2]])
        let unknown = CostTable(.model, set, from: start, until: start + .days(1), buckets: 4, knownSince: start)
        #expect(unknown.before == nil && unknown.rows.allSatisfy { $0.before == nil })
        #expect(Change.percent(3, 2) == "+50 %" && Change.percent(1, 2) == "-50 %" && Change.percent(1, 0) == "new")
        #expect(Change.percent(1, nil) == nil)
    }
}
