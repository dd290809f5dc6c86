import Basics
import Detectors
import OnCallModel
import Testing

@Suite("prompt_drift: scores")
struct ScoreDriftTests {
    private func planted(
        before: Int = 120, now: Int = 40, _ old: ClosedRange<Double>, _ new: ClosedRange<Double>, seed: UInt64 = 3
    ) -> PlantedOutputs {
        var random = SplitMix(state: seed)
        var planted = PlantedOutputs()
        for place in 0..<before {
            let at = PlantedOutputs.now - .hours(26 + Double(place) * 100 / Double(before))
            planted.scores.append(.init(value: .random(in: old, using: &random), at: at))
        }
        for place in 0..<now {
            let at = PlantedOutputs.now - .hours(23 * Double(place + 1) / Double(now + 1))
            planted.scores.append(.init(value: .random(in: new, using: &random), at: at))
        }
        return planted
    }

    @Test("a fall from 0.9 to 0.6 is found, with both means")
    func fall() throws {
        let finding = try #require(planted(0.8...1, 0.5...0.7).run().finding)
        #expect(finding.severity == .medium)
        #expect(finding.description.contains("the score helpfulness fell from 0.90"), "\(finding.description)")
        #expect(finding.fingerprint == .scoreDrift(of: "support-bot", score: "helpfulness"))
        #expect(finding.onset >= PlantedOutputs.now - .hours(25))
    }

    @Test("it is told beside a change of shape")
    func both() {
        var planted = planted(0.8...1, 0.5...0.7)
        planted.add(130, every: .minutes(10), ending: .minutes(1)) { PlantedOutputs.good($0) }
        planted.add(20, every: .seconds(1), ending: .seconds(10)) { _ in "{\"answer\": 1}" }
        #expect(planted.run().report.findings.count == 2)
    }

    @Test("noise, a rise, few scores and a small fall on a wide scale are nothing")
    func nothing() {
        #expect(planted(0...1, 0...1).run().finding == nil)
        #expect(planted(0.5...0.7, 0.8...1).run().finding == nil)
        #expect(planted(0...100, 0...99).run().finding == nil)
        let few = planted(now: 6, 0.8...1, 0.5...0.7).run()
        #expect(few.finding == nil)
        #expect(few.report.message.contains("1 scores compared, 1 learning"))
        #expect(!few.report.judged.contains(.scoreDrift(of: "support-bot", score: "helpfulness")))
    }

    @Test("with fewer than thirty the fall must be twice as deep")
    func early() {
        #expect(planted(now: 15, 0.85...0.95, 0.7...0.8).run().finding == nil)
        #expect(planted(now: 15, 0.85...0.95, 0.5...0.6).run().finding != nil)
    }

    @Test("truths are compared as shares")
    func truths() {
        var planted = planted(before: 0, now: 0, 0...1, 0...1)
        for place in 0..<200 {
            let isNow = place < 80
            let at = PlantedOutputs.now - .hours(isNow ? 0.2 * Double(place) : 30 + Double(place) / 2)
            planted.scores.append(.init(value: place % 10 < (isNow ? 6 : 9) ? 1 : 0, at: at))
        }
        #expect(planted.run().finding?.evidence["kind"]?.string == "score_regression")
    }

    @Test("false alarms over unchanged scores are rare")
    func rates() {
        let wrong = (1...200).count { planted(0...1, 0...1, seed: UInt64($0)).run().finding != nil }
        #expect(wrong <= 2, "\(wrong) of 200")
    }
}
