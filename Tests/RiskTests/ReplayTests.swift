import Basics
import OnCallModel
import Risk
import Testing

@Suite("The replay of a history")
struct ReplayTests {
    @Test("the area under the curve is that of the textbook, with its interval")
    func area() throws {
        let perfect = try #require(RankedArea([1, 2, 3, 4], isHit: [false, false, true, true]))
        #expect(perfect.area == 1)
        let ties = try #require(RankedArea([1, 1, 1, 1], isHit: [false, true, false, true]))
        #expect(ties.area == 0.5)
        // Three of the four pairs are in the right order.
        let part = try #require(RankedArea([1, 3, 2, 4], isHit: [false, false, true, true]))
        #expect(part.area == 0.75)
        #expect(part.interval.contains(0.75) && part.interval.upperBound == 1)
        #expect(RankedArea([1, 2], isHit: [true, true]) == nil)
        let other = try #require(RankedArea([4, 3, 2, 1], isHit: [false, false, true, true]))
        #expect(perfect.gain(over: other).gain == 1)
        #expect(part.gain(over: part).interval.upperBound < 0.000_1)
    }

    @Test("the interval has the coverage that it claims")
    func coverage() {
        var random = SeededRandom(5)
        var covered = 0
        for _ in 0..<400 {
            let labels = (0..<80).map { $0 % 3 == 0 }
            // Uniform scores, those of hits shifted by 0.3: the true area is 1 - 0.7² / 2.
            let scores = labels.map { random.next(in: 0...1) + ($0 ? 0.3 : 0) }
            if let area = RankedArea(scores, isHit: labels), area.interval.contains(1 - 0.49 / 2) { covered += 1 }
        }
        #expect((360...396).contains(covered), "\(covered)")
    }

    @Test(
        "the calibrated score is better than the original one on the generated history",
        arguments: [1, 2, 3] as [UInt64])
    func gain(seed: UInt64) throws {
        let replay = try #require(RiskReplay(GitLog.changes(in: GeneratedHistory(seed: seed).gitLog)))
        #expect((0.2...0.3).contains(replay.baseRate))
        #expect(replay.gain.gain >= 0.1)
        #expect(replay.gain.interval.lowerBound > 0)
    }

    @Test("a history without fixes, or too short, has no figures")
    func none() {
        #expect(RiskReplay([]) == nil)
        #expect(RiskReplay((0..<50).map { RiskScoreTests.change("\($0)", day: Double($0), ["x"]) }) == nil)
    }
}
