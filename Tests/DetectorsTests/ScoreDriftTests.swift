import Basics
import DetectorWorld
import OnCallModel
import Testing

@testable import Detectors

@Suite("prompt_drift: scores")
struct ScoreDriftTests {
    private func rows(
        before: Int = 120, now: Int = 40, _ old: ClosedRange<Double>, _ new: ClosedRange<Double>, seed: UInt64 = 3
    ) -> SyntheticRows {
        var random = SplitMix(state: seed)
        var rows = SyntheticRows()
        for place in 0..<before {
            let at = SupportBot.now - .hours(26 + Double(place) * 100 / Double(before))
            rows.addScore(.random(in: old, using: &random), at: at)
        }
        for place in 0..<now {
            let at = SupportBot.now - .hours(23 * Double(place + 1) / Double(now + 1))
            rows.addScore(.random(in: new, using: &random), at: at)
        }
        return rows
    }

    @Test("a fall from 0.9 to 0.6 is found, with both means")
    func fall() async throws {
        let finding = try #require(await rows(0.8...1, 0.5...0.7).drift().finding)
        #expect(finding.severity == .medium)
        #expect(finding.description.contains("the score helpfulness fell from 0.90"), "\(finding.description)")
        #expect(finding.fingerprint == .scoreDrift(of: "support-bot", score: "helpfulness"))
        #expect(finding.onset >= SupportBot.now - .hours(25))
    }

    @Test("it is told beside a change of shape")
    func both() async throws {
        var rows = rows(0.8...1, 0.5...0.7)
        rows.addOutputs(130, every: .minutes(10), ending: .minutes(1)) { SupportBot.good($0) }
        rows.addOutputs(20, every: .seconds(1), ending: .seconds(10)) { _ in "{\"answer\": 1}" }
        #expect(try await rows.drift().report.findings.count == 2)
    }

    @Test("noise, a rise, few scores and a small fall on a wide scale are nothing")
    func nothing() async throws {
        #expect(try await rows(0...1, 0...1).drift().finding == nil)
        #expect(try await rows(0.5...0.7, 0.8...1).drift().finding == nil)
        #expect(try await rows(0...100, 0...99).drift().finding == nil)
        let few = try await rows(now: 6, 0.8...1, 0.5...0.7).drift()
        #expect(few.finding == nil)
        #expect(few.report.message.contains("1 scores compared, 1 learning"))
        #expect(!few.report.judged.contains(.scoreDrift(of: "support-bot", score: "helpfulness")))
    }

    @Test("with fewer than thirty the fall must be twice as deep")
    func early() async throws {
        #expect(try await rows(now: 15, 0.85...0.95, 0.7...0.8).drift().finding == nil)
        #expect(try await rows(now: 15, 0.85...0.95, 0.5...0.6).drift().finding != nil)
    }

    @Test("truths are compared as shares")
    func truths() async throws {
        var rows = rows(before: 0, now: 0, 0...1, 0...1)
        for place in 0..<200 {
            let isNow = place < 80
            let at = SupportBot.now - .hours(isNow ? 0.2 * Double(place) : 30 + Double(place) / 2)
            rows.addScore(place % 10 < (isNow ? 6 : 9) ? 1 : 0, at: at)
        }
        #expect(try await rows.drift().finding?.evidence["kind"]?.string == "score_regression")
    }

    @Test("false alarms over unchanged scores are rare")
    func rates() {
        let wrong = (1...200).count { seed in
            var random = SplitMix(state: UInt64(seed))
            func values(_ count: Int) -> [Double: Int] {
                let values = (0..<count).map { _ in Double.random(in: 0...1, using: &random) }
                return Dictionary(values.map { ($0, 1) }, uniquingKeysWith: +)
            }
            let score = ScoreDrift(feature: "support-bot", score: "helpfulness", now: values(40), before: values(120))
            return score.isDrift(Settings())
        }
        #expect(wrong <= 2, "\(wrong) of 200")
    }
}
