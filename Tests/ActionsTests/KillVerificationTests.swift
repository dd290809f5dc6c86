import Basics
import Testing

@testable import Actions

@Suite("Whether a killed trace has stopped")
struct KillVerificationTests {
    private let start = Instant(seconds: 1_000_000)
    private let timing = KillTiming(grace: .seconds(5), maxQuiet: .seconds(60), limit: .seconds(30))

    /// What is seen at a second after the kill: how many generations (nil: not readable), and whether the agent was told.
    private struct Look {
        var second: Double
        var generations: Int?
        var isTold = true
    }

    private func verdict(
        interval: Double = 2, baseline: Int? = 14, age: Double = 1, _ looks: [Look]
    ) -> KillVerification.Verdict? {
        var machine = KillVerification(
            timing: timing, usualInterval: .seconds(interval), sentAt: start,
            baseline: baseline.map { TraceProgress(generations: $0, cost: 0.61, lastSeen: start - .seconds(age)) })
        var verdict: KillVerification.Verdict?
        var firstSeen = baseline.map { [$0: start - .seconds(age)] } ?? [:]
        for look in looks {
            let now = start + .seconds(look.second)
            let progress = look.generations.map { count in
                let moment = firstSeen[count, default: now]
                firstSeen[count] = moment
                return TraceProgress(generations: count, cost: 0.61, lastSeen: moment)
            }
            verdict = machine.observe(progress, deliveredAt: look.isTold ? start + .seconds(1) : nil, now: now)
            if case .keepWatching = verdict { continue }
            break
        }
        return verdict
    }

    private func stopped(_ verdict: KillVerification.Verdict?) -> Span? {
        guard case .stopped(let since, _) = verdict else { return nil }
        return since - start
    }

    @Test("A trace that was still long before its kill is not waited for as one whose agent has yet to read its flag")
    func stillBefore() {
        let still = [
            Look(second: 4.9, generations: 14, isTold: false), Look(second: 5, generations: 14, isTold: false),
        ]
        #expect(stopped(verdict(age: 15, still)) == .seconds(0))
        #expect(stopped(verdict(age: 14.9, still)) == nil)
        #expect(stopped(verdict(age: 15, [Look(second: 4, generations: 15, isTold: false)] + still)) == nil)
    }

    @Test("It has stopped after the grace time without a step since the delivery")
    func grace() {
        #expect(stopped(verdict([Look(second: 2, generations: 14), Look(second: 6, generations: 14)])) == .seconds(1))
        #expect(stopped(verdict([Look(second: 2, generations: 14), Look(second: 5.9, generations: 14)])) == nil)
    }

    @Test(
        "A slow agent is watched for its step and four seconds, up to a limit; one that is faster for two of its steps")
    func slowAgent() {
        #expect(stopped(verdict(interval: 8, [Look(second: 12.9, generations: 14)])) == nil)
        #expect(stopped(verdict(interval: 8, [Look(second: 13, generations: 14)])) == .seconds(1))
        #expect(stopped(verdict(interval: 3, [Look(second: 6.9, generations: 14)])) == nil)
        #expect(stopped(verdict(interval: 3, [Look(second: 7, generations: 14)])) == .seconds(1))
        #expect(stopped(verdict(interval: 500, [Look(second: 61, generations: 14)])) == .seconds(1))
    }

    @Test("A step that was running restarts the wait and is counted")
    func lateStep() {
        let looks = [
            Look(second: 2, generations: 15), Look(second: 6, generations: 15), Look(second: 7, generations: 15),
        ]
        let last = verdict(looks)
        #expect(stopped(last) == .seconds(2))
        guard case .stopped(_, let latest) = last else { return }
        #expect(latest.generations == 15)
    }

    @Test("A trace that continues until the deadline is still running, with its steps counted")
    func stillRunning() {
        let looks = stride(from: 2.0, through: 30, by: 2).map { Look(second: $0, generations: 14 + Int($0 / 2)) }
        #expect(verdict(looks) == .stillRunning(steps: 15, until: start + .seconds(30)))
    }

    @Test("Without a delivery the wait is three times as long")
    func neverTold() {
        #expect(stopped(verdict([Look(second: 14.9, generations: 14, isTold: false)])) == nil)
        #expect(stopped(verdict([Look(second: 15, generations: 14, isTold: false)])) == .seconds(0))
        #expect(stopped(verdict(interval: 8, [Look(second: 36, generations: 14, isTold: false)])) == .seconds(0))
    }

    @Test("A trace that cannot be read is never reported as stopped")
    func unreadable() {
        #expect(stopped(verdict([Look(second: 8, generations: nil)])) == nil)
        #expect(verdict([Look(second: 30, generations: nil)]) == .notSeen)
        #expect(verdict(baseline: nil, [Look(second: 30, generations: nil)]) == .notSeen)
    }

    @Test("A trace that is first seen after the kill is watched from then on")
    func firstSeenLate() {
        let looks = [Look(second: 6, generations: 20), Look(second: 10, generations: 20)]
        #expect(stopped(verdict(baseline: nil, looks)) == nil)
        #expect(stopped(verdict(baseline: nil, looks + [Look(second: 11, generations: 20)])) == .seconds(6))
    }

    @Test("The watch ends: every check but the last names a later time")
    func bounded() {
        var machine = KillVerification(
            timing: timing, usualInterval: .seconds(2), sentAt: start, baseline: nil)
        var now = start
        var looks = 0
        while case .keepWatching(let next) = machine.observe(nil, deliveredAt: nil, now: now) {
            #expect(next > now)
            now = next
            looks += 1
        }
        #expect(now == start + .seconds(30) && looks <= 30 && looks >= 15)
    }
}
