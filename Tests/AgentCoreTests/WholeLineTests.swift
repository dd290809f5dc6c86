import AgentCore
import Basics
import IncidentStore
import OnCallModel
import Sandbox
import TestSupport
import Testing

@Suite("A complete scan")
struct WholeLineTests {
    @Test("one scan finds the spike and the loop, names the suspect, and reports nothing healthy")
    func findsWhatIsPlanted() async throws {
        let stage = try Stage()
        let report = try await stage.scan()
        #expect(!report.isPartial)
        let spike = try #require(report.incidents.first { $0.summary.type == .costSpike })
        #expect(spike.summary.subject == stage.truth.spikeFeature)
        #expect(spike.suspects.first?.sha == stage.truth.culprit)
        #expect(!spike.suspects.contains { $0.sha == stage.truth.decoy })
        #expect(spike.report.contains(String(stage.truth.culprit.prefix(7))))
        #expect(spike.gaps.isEmpty, "\(spike.gaps)")
        #expect(spike.suspects.first?.why.contains { $0.contains("max_tokens") } == true, "the diff was read")
        let loop = try #require(report.incidents.first { $0.summary.type == .agentLoop })
        #expect(loop.summary.subject == stage.truth.loopTrace)
        #expect(report.incidents.count == 2)
        let notes = report.findings.filter { $0.isNote }
        #expect(notes.map(\.subject) == [stage.truth.healthyBatchTrace])
        #expect(report.approvals.map(\.action.kind).sorted { $0.rawValue < $1.rawValue } == [.killLoop, .review])
    }

    @Test("each incident has one post and one issue, however often it is scanned")
    func nothingDoubles() async throws {
        let stage = try Stage()
        _ = try await stage.scan()
        #expect(stage.posts.count == 2)
        #expect(stage.issues.count == 2)
        for turn in 2...4 {
            stage.advance(by: .minutes(15))
            stage.world.forgetCalls()
            let report = try await stage.scan()
            let spike = try #require(report.incidents.first { $0.summary.type == .costSpike })
            #expect(spike.summary.occurrences == turn)
            for provider in [SandboxWorld.Provider.langfuse, .sentry, .github, .slack] {
                #expect(stage.world.calls(to: provider).count <= 2, "\(provider) in turn \(turn)")
            }
        }
        #expect(stage.posts.count == 2)
        #expect(stage.issues.count == 2)
        #expect(try await stage.read(.incidents(limit: 100)).count == 2)
    }

    @Test("an outage of Slack and GitHub loses and duplicates nothing")
    func outage() async throws {
        let stage = try Stage()
        stage.world.fail(.slack, .rateLimited(seconds: 30), times: 2)
        stage.world.fail(.github, .status(500), times: 30)
        let first = try await stage.scan()
        #expect(first.incidents.count == 2)
        stage.world.heal()
        for _ in 0..<6 {
            stage.advance(by: .minutes(20))
            _ = try await stage.scan()
        }
        #expect(stage.posts.count == 2)
        #expect(Set(stage.issues.map(\.title)).count == stage.issues.count)
        #expect(stage.issues.count == 2)
    }

    @Test("a lost response is checked, and the request is never sent again")
    func lostAnswers() async throws {
        let stage = try Stage()
        _ = try await stage.scan(carryingOutActs: false)
        stage.world.fail(.slack, .lostAnswer, times: 2)
        for _ in 0..<4 {
            stage.advance(by: .minutes(15))
            _ = try await stage.scan()
        }
        #expect(stage.posts.count == 2)
        #expect(stage.issues.count == 2)
    }

    @Test("a server with only the older API is read through it")
    func olderAPI() async throws {
        let stage = try Stage(prepare: { world in world.change { $0.langfuse = .v1 } })
        let report = try await stage.scan(carryingOutActs: false)
        #expect(report.incidents.first { $0.summary.type == .costSpike }?.suspects.first?.sha == stage.truth.culprit)
    }

    @Test("a source without its keys is reported, and nothing else stops")
    func notConfigured() async throws {
        let stage = try Stage(without: ["SENTRY_TOKEN", "SLACK_TOKEN", "SLACK_BOT_TOKEN"])
        let report = try await stage.scan()
        #expect(report.sources.first { $0.name == "sentry" }?.state == .notConfigured)
        #expect(report.incidents.count == 2)
        #expect(report.incidents.allSatisfy { !$0.gaps.isEmpty })
        #expect(stage.issues.count == 2)
    }

    @Test(
        "an invalid response of Langfuse is reported, and never counts as no traffic",
        arguments: [
            SandboxWorld.Fault.status(401), .status(404), .rateLimited(seconds: 120), .status(500), .loginPage,
            .halfJSON,
        ])
    func faults(fault: SandboxWorld.Fault) async throws {
        let stage = try Stage()
        stage.world.fail(.langfuse, fault, times: 500)
        let report = try await stage.scan()
        let source = try #require(report.sources.first { $0.name == "langfuse" })
        #expect([.down, .refused, .waiting].contains(source.state), "\(source)")
        #expect(source.message.count > 20)
        #expect(report.isPartial)
        #expect(report.detectors.allSatisfy { $0.state != .ok }, "\(report.detectors)")
        stage.world.heal()
        stage.advance(by: .minutes(30))
        #expect(try await stage.scan().incidents.count == 2)
    }

    @Test("a request without an answer expires, with an update in Slack, and can no longer be approved")
    func expiry() async throws {
        let stage = try Stage()
        let asked = try #require(try await stage.scan().approvals.first { $0.action.kind == .review })
        stage.moment.withLock { $0 = asked.expiresAt }
        _ = try await stage.scan()
        let items = try await stage.read(.approvals(limit: 100))
        let item = try #require(items.first { $0.id == asked.id })
        #expect(item.status == .expired)
        let acts = try await stage.read(.incident(try #require(asked.incident)))?.acts ?? []
        let told = acts.contains { act in
            guard case .updatePost(_, let text) = act.action else { return false }
            return text.hasPrefix("Expired at") && act.state == .done
        }
        #expect(told, "\(acts.map { "\($0.action.sentence) \($0.state)" })")
        let late = Intent.approve(request: asked.id)
        let inbox = IntentInbox(stage.store)
        let id = try await inbox.append(late, author: "alice@host (test)", at: asked.expiresAt)
        #expect(try await inbox.outcome(of: id) == nil)
        #expect(item.act == nil)
    }

    @Test("a model's report is used if it states only facts; otherwise the template is")
    func narrator() async throws {
        let good = try Stage(extra: { $0.languageModel })
        let told = try await good.scan(carryingOutActs: false)
        #expect(told.incidents.allSatisfy { $0.report.contains("## What happened") })
        let broken = try Stage(
            extra: { $0.languageModel }, prepare: { $0.fail(.model, .status(500), times: 100) })
        let report = try await broken.scan(carryingOutActs: false)
        #expect(report.incidents.allSatisfy { $0.report.contains("## Likely cause") })
    }
}

@Suite("Scheduler machine")
struct SchedulerMachineTests {
    private let start = Instant(iso8601: "2026-11-24T03:00:00Z") ?? Instant(milliseconds: 0)

    @Test("a job that never ran is due at once, and then on schedule")
    func cadence() {
        var machine = SchedulerMachine()
        machine.schedule(.onCall, every: .minutes(15), lastRunAt: nil, now: start)
        #expect(machine.next(now: start) == .run(.onCall))
        machine.finished(.onCall)
        #expect(machine.next(now: start + .minutes(1)) == .sleep(until: start + .minutes(15)))
        #expect(machine.next(now: start + .minutes(15)) == .run(.onCall))
    }

    @Test("eight hours of sleep lead to one run")
    func catchUp() {
        var machine = SchedulerMachine()
        machine.schedule(.onCall, every: .minutes(15), lastRunAt: start - .hours(8), now: start)
        #expect(machine.next(now: start) == .run(.onCall))
        machine.finished(.onCall)
        #expect(machine.next(now: start) == .sleep(until: start + .minutes(15)))
    }

    @Test("a job does not overlap itself, and a request during its run is kept")
    func noOverlap() {
        var machine = SchedulerMachine()
        machine.schedule(.onCall, every: .minutes(15), lastRunAt: nil, now: start)
        #expect(machine.next(now: start) == .run(.onCall))
        machine.runNow(.onCall, now: start + .minutes(1))
        #expect(machine.next(now: start + .minutes(1)) == .sleep(until: nil))
        machine.finished(.onCall)
        #expect(machine.next(now: start + .minutes(2)) == .run(.onCall))
    }

    @Test("the patrol has its own schedule, runs once after missed runs, and on request")
    func patrol() {
        var machine = SchedulerMachine()
        machine.schedule(.onCall, every: .minutes(15), lastRunAt: start - .minutes(5), now: start)
        machine.schedule(.driftPatrol, every: .hours(4), lastRunAt: start - .hours(30), now: start)
        #expect(machine.next(now: start) == .run(.driftPatrol))
        machine.finished(.driftPatrol)
        #expect(machine.nextRun(of: .driftPatrol) == start + .hours(4))
        #expect(machine.next(now: start) == .sleep(until: start + .minutes(10)))
        machine.runNow(.driftPatrol, now: start + .minutes(1))
        #expect(machine.next(now: start + .minutes(1)) == .run(.driftPatrol))
        machine.finished(.driftPatrol)
        // A shorter cadence counts from the last run.
        machine.schedule(.driftPatrol, every: .hours(1), lastRunAt: nil, now: start + .minutes(2))
        #expect(machine.nextRun(of: .driftPatrol) == start + .minutes(61))
    }

    @Test("a scan and the patrol never overlap; a pulse runs beside both, and not beside itself")
    func pulse() {
        var machine = SchedulerMachine()
        machine.schedule(.onCall, every: .minutes(15), lastRunAt: nil, now: start)
        machine.schedule(.driftPatrol, every: .hours(4), lastRunAt: start - .hours(3.99), now: start)
        machine.schedule(.pulse, every: .seconds(15), lastRunAt: start, now: start)
        #expect(machine.next(now: start) == .run(.onCall))
        #expect(machine.next(now: start) == .sleep(until: start + .seconds(15)))
        #expect(machine.next(now: start + .minutes(1)) == .run(.pulse))
        #expect(machine.next(now: start + .minutes(1)) == .sleep(until: nil))
        machine.finished(.pulse)
        #expect(machine.next(now: start + .minutes(1)) == .sleep(until: start + .minutes(1) + .seconds(15)))
        machine.finished(.onCall)
        #expect(machine.next(now: start + .minutes(1)) == .run(.driftPatrol))
        machine.runNow(.onCall, now: start + .minutes(1))
        #expect(machine.next(now: start + .minutes(1)) == .sleep(until: start + .minutes(1) + .seconds(15)))
        machine.finished(.driftPatrol)
        #expect(machine.next(now: start + .minutes(1)) == .run(.onCall))
    }
}
