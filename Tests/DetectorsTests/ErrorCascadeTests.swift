import Basics
import Detectors
import OnCallModel
import Testing

@Suite("Error cascades")
struct ErrorCascadeTests {
    let now = Instant(iso8601: "2026-11-24T13:42:00Z")!
    var start: Instant { now - .minutes(40) }

    /// 60 generations in the 40 minutes before 13:02, 186 since, at ten cents each; the day before as before.
    private func cascade(_ shape: (Int, inout PlantedCascade.Generation) -> Void = { _, _ in }) -> PlantedCascade {
        var planted = PlantedCascade()
        planted.issues = [.init(first: start, last: now - .minutes(1))]
        planted.add(2160, from: now - .days(1) - .hours(12), to: now - .days(1) + .hours(12))
        planted.add(60, from: start - .minutes(40), to: start)
        planted.add(186, from: start, to: now, shape)
        return planted
    }

    private func detect(_ planted: PlantedCascade, _ change: (inout Settings) -> Void = { _ in }) -> DetectorReport {
        var settings = Settings()
        change(&settings)
        return planted.run(DetectorContext(now: now, settings: settings)).report
    }

    @Test("a new issue whose traces are those of the generations that rose is found with its figures")
    func sharedTrace() throws {
        var planted = cascade { index, generation in if index % 2 == 0 { generation.trace = "retry-\(index % 10)" } }
        planted.issues[0].traces = ["retry-0", "retry-2", "elsewhere"]
        let report = detect(planted)
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
    func timeAlone() throws {
        var planted = cascade()
        #expect(detect(planted).findings.map(\.severity) == [.info])
        planted.issues[0].eventsFail = true
        #expect(detect(planted).findings.first?.description.contains("could not be read") == true)
    }

    @Test("an environment or a release ties only where the generations rose there and not elsewhere")
    func environmentAndRelease() {
        var everywhere = cascade()
        everywhere.issues[0].environment = "production"
        everywhere.issues[0].release = "2.31.0"
        #expect(detect(everywhere).findings.first?.evidence["link"]?.string == "time")
        var environment = cascade()
        environment.issues[0].environment = "production"
        environment.add(160, from: start - .minutes(40), to: now) { $1.environment = "staging" }
        #expect(detect(environment).findings.first?.severity == .medium)
        #expect(detect(environment).findings.first?.evidence["link"]?.string == "environment")
        var release = cascade { $1.release = "2.31.0" }
        release.issues[0].release = "2.31.0"
        #expect(detect(release).findings.first?.severity == .high)
    }

    @Test("errors of another environment than the one that rose are no cascade")
    func otherEnvironment() {
        var planted = cascade()
        planted.issues[0].environment = "staging"
        planted.add(160, from: start - .minutes(40), to: now) { $1.environment = "staging" }
        #expect(detect(planted).findings.isEmpty)
    }

    @Test("an old issue that was seen again does not fire, however many events its life has")
    func oldIssue() {
        var planted = cascade()
        planted.issues = [.init(id: "3120", count: 90_000, first: now - .days(40), last: now)]
        #expect(detect(planted).findings.isEmpty)
        planted.issues[0].hours = Array(repeating: 40, count: 24)
        #expect(detect(planted).findings.isEmpty)
    }

    @Test("an old issue whose hourly counts rise fires from the hour of the rise")
    func oldIssueRises() throws {
        var planted = PlantedCascade()
        let hour = now.startOfHour - .hours(1)
        planted.issues = [
            .init(count: 9000, first: now - .days(10), last: now, hours: Array(repeating: 2, count: 22) + [400, 300])
        ]
        planted.add(150, from: hour - .hours(2), to: hour)
        planted.add(400, from: hour, to: now)
        let finding = try #require(detect(planted).findings.first)
        #expect(finding.onset == hour)
        #expect(finding.description.contains("700 events since 12:00, 4 expected"))
    }

    @Test("without a rise of generations, without cost, put aside, few or over: silent")
    func decoys() {
        var steady = cascade()
        steady.generations.removeLast(126)
        #expect(detect(steady).findings.isEmpty)
        #expect(detect(cascade()) { $0.errorCascadeThreshold = 18.7 }.findings.isEmpty)
        for change: (inout PlantedCascade.Issue) -> Void in [
            { $0.status = "ignored" }, { $0.count = 9 },
            { issue in
                issue.first = issue.first - .hours(9)
                issue.last = issue.last - .hours(9)
            },
        ] {
            var planted = cascade()
            change(&planted.issues[0])
            #expect(detect(planted).findings.isEmpty)
        }
    }

    @Test("a morning that is busier than the hours before is held against the morning of yesterday")
    func morning() {
        var planted = PlantedCascade()
        planted.issues = [.init(first: start, last: now)]
        for day in [0.0, 1] {
            planted.add(60, from: start - .minutes(40) - .days(day), to: start - .days(day))
            planted.add(240, from: start - .days(day), to: now - .days(day) + .minutes(18))
        }
        planted.generations.removeAll { $0.at > now }
        #expect(detect(planted).findings.isEmpty)
    }

    @Test("a dollar is counted once, however many issues overlap")
    func partition() {
        var planted = cascade { index, generation in generation.trace = index % 2 == 0 ? "a" : "b" }
        planted.issues[0].traces = ["a"]
        planted.issues.append(.init(id: "4402", count: 300, first: start, last: now, traces: ["b"]))
        planted.issues.append(.init(id: "4403", title: "CSS 404", count: 12, first: start, last: now))
        let findings = detect(planted) { $0.errorCascadeThreshold = 1 }.findings
        #expect(Set(findings.map(\.subject)) == ["4401", "4402"])
        let costs = findings.compactMap { $0.evidence["cost"]?.double }
        #expect(abs(costs.reduce(0, +) - 18.6) < 1e-6)
    }

    @Test("an error whose own traces are known is not given what others of its environment cost")
    func ownTracesOnly() {
        var planted = cascade { index, generation in
            generation.trace = index % 20 == 0 ? "own" : "others"
            if index % 20 == 0 { generation.cost = 0.0001 }
        }
        planted.issues[0].traces = ["own"]
        planted.issues[0].environment = "production"
        let silent = detect(planted) { $0.errorCascadeThreshold = 1 }
        #expect(silent.findings.isEmpty, "\(silent.findings.map(\.description))")
        // Where its traces are nowhere among the generations, the environment is all there is to go by.
        planted.issues[0].traces = ["elsewhere"]
        let unknown = detect(planted) { $0.errorCascadeThreshold = 1 }
        #expect(unknown.findings.first?.evidence["cost"]?.double ?? 0 > 10)
    }

    @Test("nothing to read is said so, and events are asked for only where generations rise")
    func emptiness() {
        let context = DetectorContext(now: now, settings: Settings())
        let nothing = PlantedCascade().run(context)
        #expect(nothing.report.state == .noData && nothing.queries.count == 1)
        var silent = cascade()
        silent.generations = []
        #expect(silent.run(context).report.state == .noData)
        var young = cascade()
        young.generations.removeAll { $0.at < now - .hours(12) }
        #expect(young.run(context).report.state == .learning)
        #expect(!silent.run(context).queries.contains { $0.isOptional })
        #expect(cascade().run(context).queries.filter(\.isOptional).count == 1)
    }

    @Test("poisoned and hostile rows are left aside and counted, and the cascade is found all the same")
    func poisoned() throws {
        var planted = cascade()
        planted.generations[2300].cost = -.infinity
        planted.generations[2301].cost = .nan
        planted.issues[0].title = "\u{1B}[2J\u{202E}'; DROP TABLE issues --" + String(repeating: "\u{301}", count: 9000)
        planted.issues += [
            .init(id: "", first: start, last: now), .init(id: "back", first: now, last: start),
            .init(id: "odd", count: "many", first: start, last: now),
            .init(id: "less", count: -4, first: start, last: now),
        ]
        let report = detect(planted)
        #expect(report.skipped.count == 5)
        let finding = try #require(report.findings.first)
        #expect(abs((finding.evidence["cost"]?.double ?? 0) - 18.4) < 1e-9)
        #expect(finding.description.unicodeScalars.count < 300)
    }
}
