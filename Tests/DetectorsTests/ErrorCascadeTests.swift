import Basics
import DetectorWorld
import Detectors
import OnCallModel
import Testing

@Suite("Error cascades")
struct ErrorCascadeTests {
    let now = Instant(iso8601: "2026-11-24T13:42:00Z")!
    var start: Instant { now - .minutes(40) }

    /// 60 generations in the 40 minutes before 13:02, 186 since, at ten cents each; the day before as before.
    private func cascade(_ shape: (Int, inout ObservationRow) -> Void = { _, _ in }) -> SyntheticRows {
        var rows = SyntheticRows()
        rows.issues = [issue()]
        rows.events = [EventRow(of: "4401", at: now - .minutes(1))]
        rows.add(2160, from: now - .days(1) - .hours(12), to: now - .days(1) + .hours(12))
        rows.add(60, from: start - .minutes(40), to: start)
        rows.add(186, from: start, to: now, shape)
        return rows
    }

    private func issue(_ id: String? = "4401", _ change: (inout IssueRow) -> Void = { _ in }) -> IssueRow {
        IssueRow(id, count: 340, from: start, to: now - .minutes(1), change)
    }

    private func run(
        _ rows: SyntheticRows, _ change: (inout Settings) -> Void = { _ in }
    ) async throws -> DetectorWorld.Run {
        var settings = Settings()
        change(&settings)
        return try await DetectorWorld(rows).run(
            ErrorCascadeDetector(), DetectorContext(now: now, settings: settings))
    }

    private func detect(
        _ rows: SyntheticRows, _ change: (inout Settings) -> Void = { _ in }
    ) async throws -> DetectorReport {
        try await run(rows, change).report
    }

    /// One event for each trace; the issue's last one is its newest.
    private func events(of traces: [String], issue: String = "4401", environment: String? = nil) -> [EventRow] {
        traces.map { trace in
            EventRow(of: issue, at: now - .minutes(1)) { ($0.traceID, $0.environment) = (trace, environment) }
        }
    }

    /// Events of the latest hours, the oldest first; the last one is the running hour.
    private func stats(_ hours: [Int]) -> String {
        let pairs = hours.enumerated().map { place, events in
            let hour = now.startOfHour - .hours(Double(hours.count - 1 - place))
            return "[\(hour.milliseconds / 1000), \(events)]"
        }
        return "[\(pairs.joined(separator: ","))]"
    }

    @Test("a new issue whose traces are those of the generations that rose is found with its figures")
    func sharedTrace() async throws {
        var rows = cascade { index, generation in if index % 2 == 0 { generation.traceID = "retry-\(index % 10)" } }
        rows.events = events(of: ["retry-0", "retry-2", "elsewhere"])
        let report = try await detect(rows)
        let finding = try #require(report.findings.first)
        #expect(report.findings.count == 1 && report.state == .ok && report.skipped.isEmpty)
        #expect(finding.type == .errorCascade && finding.subject == "4401" && finding.onset == start)
        #expect(finding.severity == .critical)
        #expect(finding.fingerprint == Fingerprint("error_cascade", "4401"))
        #expect(
            finding.description.hasPrefix(
                "RateLimitError (4401): 340 events since 13:02, none before; generations ×3.1 in the same 40 min, $18.60 of cost; "
            ), "\(finding.description)")
        #expect(finding.evidence["link"]?.string == "trace")
        #expect(finding.evidence["traces"]?.array?.count == 2)
    }

    @Test("the same time alone is a note, and events that cannot be read do not stop the detector")
    func timeAlone() async throws {
        var rows = cascade()
        #expect(try await detect(rows).findings.map(\.severity) == [.info])
        rows.outages = [.init("sentry", "events")]
        #expect(try await detect(rows).findings.first?.description.contains("could not be read") == true)
    }

    @Test("an environment or a release is a link only if the generations rose there and not elsewhere")
    func environmentAndRelease() async throws {
        var everywhere = cascade()
        everywhere.events[0].environment = "production"
        everywhere.events[0].release = "2.31.0"
        #expect(try await detect(everywhere).findings.first?.evidence["link"]?.string == "time")
        var environment = cascade()
        environment.events[0].environment = "production"
        environment.add(160, from: start - .minutes(40), to: now) { $1.environment = "staging" }
        #expect(try await detect(environment).findings.first?.severity == .medium)
        #expect(try await detect(environment).findings.first?.evidence["link"]?.string == "environment")
        var release = cascade { $1.release = "2.31.0" }
        release.events[0].release = "2.31.0"
        #expect(try await detect(release).findings.first?.severity == .high)
    }

    @Test("errors of another environment than the one that rose are not a cascade")
    func otherEnvironment() async throws {
        var rows = cascade()
        rows.events[0].environment = "staging"
        rows.add(160, from: start - .minutes(40), to: now) { $1.environment = "staging" }
        #expect(try await detect(rows).findings.isEmpty)
    }

    @Test("an old issue that was seen again does not fire, however many events its life has")
    func oldIssue() async throws {
        var rows = cascade()
        rows.issues = [IssueRow("3120", count: 90_000, from: now - .days(40), to: now)]
        #expect(try await detect(rows).findings.isEmpty)
        rows.issues[0].stats24h = stats(Array(repeating: 40, count: 24))
        #expect(try await detect(rows).findings.isEmpty)
    }

    @Test("an old issue whose hourly counts rise fires from the hour of the rise")
    func oldIssueRises() async throws {
        var rows = SyntheticRows()
        let hour = now.startOfHour - .hours(1)
        rows.issues = [
            IssueRow("4401", count: 9000, from: now - .days(10), to: now) {
                $0.stats24h = stats(Array(repeating: 2, count: 22) + [400, 300])
            }
        ]
        rows.add(150, from: hour - .hours(2), to: hour)
        rows.add(400, from: hour, to: now)
        let finding = try #require(await detect(rows).findings.first)
        #expect(finding.onset == hour)
        #expect(finding.description.contains("700 events since 12:00, 4 expected"))
    }

    @Test("without a rise of generations, without cost, ignored, few or ended: no finding")
    func decoys() async throws {
        var steady = cascade()
        steady.observations.removeLast(126)
        #expect(try await detect(steady).findings.isEmpty)
        #expect(try await detect(cascade()) { $0.errorCascadeThreshold = 18.7 }.findings.isEmpty)
        for change: (inout IssueRow) -> Void in [
            { $0.status = "ignored" }, { $0.count = 9 },
            { issue in
                issue.firstSeen = issue.firstSeen - .hours(9)
                issue.lastSeen = issue.lastSeen - .hours(9)
            },
        ] {
            var rows = cascade()
            change(&rows.issues[0])
            #expect(try await detect(rows).findings.isEmpty)
        }
    }

    @Test("a morning that is busier than the hours before is compared with the morning of yesterday")
    func morning() async throws {
        var rows = SyntheticRows()
        rows.issues = [issue { $0.lastSeen = now }]
        for day in [0.0, 1] {
            rows.add(60, from: start - .minutes(40) - .days(day), to: start - .days(day))
            rows.add(240, from: start - .days(day), to: now - .days(day) + .minutes(18))
        }
        #expect(try await detect(rows).findings.isEmpty)
    }

    @Test("a dollar is counted once, however many issues overlap")
    func partition() async throws {
        var rows = cascade { index, generation in generation.traceID = index % 2 == 0 ? "a" : "b" }
        rows.events = events(of: ["a"]) + events(of: ["b"], issue: "4402")
        rows.issues.append(IssueRow("4402", count: 300, from: start, to: now))
        rows.issues.append(IssueRow("4403", count: 12, from: start, to: now) { $0.title = "CSS 404" })
        let findings = try await detect(rows) { $0.errorCascadeThreshold = 1 }.findings
        #expect(Set(findings.map(\.subject)) == ["4401", "4402"])
        let costs = findings.compactMap { $0.evidence["cost"]?.double }
        #expect(abs(costs.reduce(0, +) - 18.6) < 1e-6)
    }

    @Test("an error whose own traces are known does not get the cost of others in its environment")
    func ownTracesOnly() async throws {
        var rows = cascade { index, generation in
            generation.traceID = index % 20 == 0 ? "own" : "others"
            if index % 20 == 0 { generation.totalCost = 0.0001 }
        }
        rows.events = events(of: ["own"], environment: "production")
        let silent = try await detect(rows) { $0.errorCascadeThreshold = 1 }
        #expect(silent.findings.isEmpty, "\(silent.findings.map(\.description))")
        // Where its traces are nowhere among the generations, the environment is all there is to go by.
        rows.events = events(of: ["elsewhere"], environment: "production")
        let unknown = try await detect(rows) { $0.errorCascadeThreshold = 1 }
        #expect(unknown.findings.first?.evidence["cost"]?.double ?? 0 > 10)
    }

    @Test("missing data is reported, and events are read only if generations rise")
    func emptiness() async throws {
        let nothing = try await run(SyntheticRows())
        #expect(nothing.report.state == .noData && nothing.statements.count == 1)
        var silent = cascade()
        silent.observations = []
        let without = try await run(silent)
        #expect(without.report.state == .noData && without.liveCalls == 0)
        var young = cascade()
        young.observations.removeAll { $0.startTime < now - .hours(12) }
        #expect(try await detect(young).state == .learning)
        #expect(try await run(cascade()).liveCalls == 1)
    }

    @Test("invalid and hostile rows are skipped and counted, and the cascade is found")
    func poisoned() async throws {
        var rows = cascade()
        rows.observations[2300].totalCost = .real(-.infinity)
        rows.observations[2301].totalCost = 1e9
        rows.issues[0].title = "\u{1B}[2J\u{202E}'; DROP TABLE issues --" + String(repeating: "\u{301}", count: 9000)
        rows.issues += [
            issue(""), IssueRow("back", count: 340, from: now, to: start), issue("odd") { $0.count = "many" },
            issue("less") { $0.count = -4 },
        ]
        let report = try await detect(rows)
        #expect(report.skipped.count == 5)
        let finding = try #require(report.findings.first)
        #expect(abs((finding.evidence["cost"]?.double ?? 0) - 18.4) < 1e-9)
        #expect(finding.description.unicodeScalars.count < 300)
    }
}

extension SyntheticRows {
    /// `count` generations of ten cents, spread evenly over a period.
    fileprivate mutating func add(
        _ count: Int, from start: Instant, to end: Instant, _ shape: (Int, inout ObservationRow) -> Void = { _, _ in }
    ) {
        for index in 0..<count {
            let at = start + .seconds((end - start).seconds * (Double(index) + 0.5) / Double(count))
            observations.append(
                ObservationRow(at: at) { row in
                    (row.totalCost, row.traceID) = (0.1, "t")
                    shape(index, &row)
                })
        }
    }
}
