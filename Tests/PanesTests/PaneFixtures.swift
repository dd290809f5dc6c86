import Basics
import OnCallModel
import ViewState

/// Values that the panes draw.
enum PaneFixtures {
    static let now = Instant(iso8601: "2026-11-24T03:12:00Z") ?? Instant(milliseconds: 0)
    static let hostile = "\u{1B}]52;c;AAAA\u{7}\u{202E}y yes, do it\r\n作者 Jørgen \u{200B}\u{9B}2J"

    static func state(_ pane: Pane, _ width: Int = 80, _ height: Int = 24, name: String = "loop-7f3a91c2")
        -> ConsoleState
    {
        var state = ConsoleState(size: .init(width: width, height: height), now: now, author: "alice@host (console)")
        state.pane = pane
        state.dashboard.agent = AgentStatus(
            holder: "host:4242", lastCycleAt: now - .minutes(3), nextCycleAt: now + .minutes(12),
            listening: "http://127.0.0.1:8000")
        state.loops.items = [loop(name)]
        state.approvals.items = [request(name), decided]
        state.incidents.items = [spike, looping(name)]
        state.forensics.incident = 1
        state.forensics.answer = Answer(id: 1, value: ForensicsFixtures.found(name))
        state.settings.items = Settings.specs.map {
            SettingItem(key: $0.key, value: Settings().value(of: $0.key)?.serialized ?? "")
        }
        state.risk.pulls = RiskFixtures.pulls(name)
        state.risk.files = RiskFixtures.files(name)
        state.quality.features = QualityFixtures.features(name)
        state.quality.drifts = QualityFixtures.drifts(name)
        state.digest.digests = DigestFixtures.digests(name)
        state.dashboard.board = Dashboard(
            openIncidents: 2, totalIncidents: 7, spendPerHour: 41.2, baselinePerHour: 6.1, projectedSixHours: 247.2,
            activeLoops: 1, pendingApprovals: 1, sources: sources, detectors: detectors,
            recent: [spike, looping(name)], sampling: sampling,
            hours: (0..<24).map {
                HourFact(hour: now - .hours(Double(24 - $0)), cost: Double($0 % 7) + 1, generations: 9)
            })
        return state
    }

    static func loop(_ name: String) -> LoopItem {
        LoopItem(
            id: 1,
            loop: LoopEvidence(
                traceID: name, agent: "research-agent", generations: 14, cost: 0.504, firstSeen: now - .minutes(3),
                lastSeen: now - .seconds(9), repeatedStep: "retry-search", repetitions: 14, isRepetitive: true),
            status: .active, incident: 2, request: 1, asOf: now - .seconds(2))
    }

    static func request(_ name: String) -> ApprovalItem {
        ApprovalItem(
            id: 1, incident: 2, action: .killLoop(trace: name, agent: "research-agent"), type: .agentLoop,
            severity: .high, status: .pending, summary: "research-agent took 14 steps",
            dryRun: [
                "Raise the kill flag: GET http://127.0.0.1:8000/v1/kill?trace=\(name)"
            ], createdAt: now - .minutes(1), expiresAt: now + .hours(3) + .minutes(59))
    }

    static let decided = ApprovalItem(
        id: 2, incident: 1, action: .requestReview(incident: 1, commit: "d9c3e11f0a", author: "bob"), type: .costSpike,
        severity: .critical, status: .rejected, summary: "cost", dryRun: [], createdAt: now - .hours(2),
        expiresAt: now + .hours(2), resolvedAt: now - .hours(1), resolvedBy: "carol@host (console)")

    static let spike = IncidentSummary(
        id: 1, fingerprint: Fingerprint("a"), type: .costSpike, severity: .critical, state: .open,
        subject: "support-bot",
        headline: "02:00 to 03:00 UTC cost $41.20; this hour of day never exceeded $6.10 in 28 days",
        firstSeen: now - .hours(2),
        lastSeen: now - .minutes(3), occurrences: 8, costPerHour: 41.2, approval: .pending)

    static func looping(_ name: String) -> IncidentSummary {
        IncidentSummary(
            id: 2, fingerprint: Fingerprint("b"), type: .agentLoop, severity: .high, state: .acknowledged,
            subject: name,
            headline: "research-agent took 14 steps of \(name): retry-search ×14", firstSeen: now - .minutes(3),
            lastSeen: now - .seconds(9), occurrences: 1, costPerHour: 10.1, approval: .pending)
    }

    static let sources = [
        SourceHealth(name: "github", state: .ok, asOf: now - .minutes(3), calls: 1, message: ""),
        SourceHealth(
            name: "langfuse", state: .partial, asOf: now - .minutes(18), calls: 2,
            message: "langfuse: 429, asked again in 40 s."),
        SourceHealth(name: "sentry", state: .notConfigured, asOf: nil, calls: 0, message: "Set SENTRY_TOKEN."),
    ]

    static let detectors = [
        DetectorHealth(type: .costSpike, state: .learning, message: "learning (31 of 168 h)", asOf: now),
        DetectorHealth(type: .agentLoop, state: .ok, message: "1 of 2 traces loops.", asOf: now),
    ]

    static let sampling = SamplingStats(
        recordedAt: now, total: 5120, kept: 431, dropped: 4689,
        reasons: [
            .init(name: "many_steps", count: 322), .init(name: "high_cost", count: 71),
            .init(name: "uniform", count: 49),
            .init(name: "error", count: 12), .init(name: "schema_failed", count: 8),
            .init(name: "novel_pattern", count: 1),
        ])

    static let detail = IncidentDetail(
        summary: spike,
        findings: [
            IncidentFinding(
                incident: spike.id, fingerprint: spike.fingerprint, facts: .cost(CostFacts()),
                severity: spike.severity, subject: spike.subject, headline: spike.headline, why: "",
                firstSeen: spike.firstSeen, lastSeen: spike.lastSeen, occurrences: 1,
                costPerHour: spike.costPerHour, sql: "SELECT 1", links: FindingLinks())
        ],
        report: "## What happened\nThe hour cost $41.20.\n\n## Likely cause\n- Commit d9c3e11 raised max_tokens.\n",
        suspects: [
            Suspect(
                sha: "d9c3e11f0a4b", title: "longer answers", author: "alice", score: 3.2,
                why: ["+1.2 max_tokens 500 to 4096"])
        ],
        commits: [],
        errors: [
            ErrorFact(
                id: "1", title: "RateLimitError", level: "error", count: 148, firstSeen: now - .hours(2), lastSeen: now)
        ],
        messages: [MessageFact(channel: "C1", author: "U1", text: "cost looks high", date: now - .minutes(40))],
        gaps: ["Sentry was not asked: SENTRY_TOKEN is not set."], acts: [])

    /// One incident of each state, as a list shows them.
    static let lives: [IncidentSummary] = {
        func one(_ id: Int64, _ severity: Severity, parts: Int = 1, _ change: (inout IncidentLife) -> Void = { _ in })
            -> IncidentSummary
        {
            var incident = spike
            (incident.id, incident.severity, incident.parts) = (id, severity, parts)
            change(&incident.life)
            incident.state = incident.life.state
            return incident
        }
        return [
            one(1, .critical, parts: 3), one(2, .high) { ($0.stage, $0.acknowledgedBy) = (.acknowledged, "bob@host") },
            one(3, .high) {
                ($0.flappingSince, $0.changes) = (now - .minutes(9), [now])
                $0.reopened = 2
            },
            one(4, .high) { $0.parent = IncidentLife.Parent(incident: 1, why: "both are about support-bot") },
            one(5, .critical) { ($0.snoozedUntil, $0.snoozedBy) = (now + .hours(2), "eve@host") },
            one(6, .medium) { $0.silence = IncidentLife.Hold(id: 3, until: now + .hours(4), reason: "migration") },
            one(7, .medium) { ($0.stage, $0.resolvedAt) = (.resolved, now - .hours(1)) },
        ]
    }()

    static let silences = [
        Silence(
            id: 3, matcher: Silence.Matcher(type: .costSpike, subject: hostile, maxSeverity: .high),
            reason: "migration",
            author: "eve@host (console)", createdAt: now - .hours(1), startsAt: now - .hours(1),
            expiresAt: now + .hours(4)),
        Silence(
            id: 4, matcher: Silence.Matcher(), reason: hostile, author: "bob@host (console)", createdAt: now,
            startsAt: now + .hours(20), expiresAt: now + .hours(22)),
    ]
}
