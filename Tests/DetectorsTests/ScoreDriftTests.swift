import Basics
import DetectorWorld
import Detectors
import OnCallModel
import Testing

@Suite("prompt_drift: scores")
struct ScoreDriftTests {
    @Test("a fall from 0.9 to 0.6 is found, with both means")
    func fall() async throws {
        let finding = try #require(await SyntheticRows.scores(0.8...1, 0.5...0.7).drift().finding)
        #expect(finding.severity == .medium)
        #expect(finding.description.contains("the score helpfulness fell from 0.90"), "\(finding.description)")
        #expect(finding.fingerprint == .scoreDrift(of: "support-bot", score: "helpfulness"))
        #expect(finding.onset >= SupportBot.now - .hours(25))
    }

    @Test("it is told beside a change of shape")
    func both() async throws {
        var rows = SyntheticRows.scores(0.8...1, 0.5...0.7)
        rows.addOutputs(130, every: .minutes(10), ending: .minutes(1)) { SupportBot.good($0) }
        rows.addOutputs(20, every: .seconds(1), ending: .seconds(10)) { _ in "{\"answer\": 1}" }
        #expect(try await rows.drift().report.findings.count == 2)
    }

    @Test("noise, a rise, few scores and a small fall on a wide scale are nothing")
    func nothing() async throws {
        #expect(try await SyntheticRows.scores(0...1, 0...1).drift().finding == nil)
        #expect(try await SyntheticRows.scores(0.5...0.7, 0.8...1).drift().finding == nil)
        #expect(try await SyntheticRows.scores(0...100, 0...99).drift().finding == nil)
        let few = try await SyntheticRows.scores(now: 6, 0.8...1, 0.5...0.7).drift()
        #expect(few.finding == nil)
        #expect(few.report.message.contains("1 scores compared, 1 learning"))
        #expect(!few.report.judged.contains(.scoreDrift(of: "support-bot", score: "helpfulness")))
    }

    @Test("with fewer than thirty the fall must be twice as deep")
    func early() async throws {
        #expect(try await SyntheticRows.scores(now: 15, 0.85...0.95, 0.7...0.8).drift().finding == nil)
        #expect(try await SyntheticRows.scores(now: 15, 0.85...0.95, 0.5...0.6).drift().finding != nil)
    }

    @Test("truths are compared as shares")
    func truths() async throws {
        var rows = SyntheticRows.scores(before: 0, now: 0, 0...1, 0...1)
        for place in 0..<200 {
            let isNow = place < 80
            let at = SupportBot.now - .hours(isNow ? 0.2 * Double(place) : 30 + Double(place) / 2)
            rows.addScore(place % 10 < (isNow ? 6 : 9) ? 1 : 0, at: at)
        }
        #expect(try await rows.drift().finding?.evidence["kind"]?.string == "score_regression")
    }
}
