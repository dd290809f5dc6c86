package import Basics
package import Sandbox

/// Rows of the providers, and the findings expected of them. Parts can be combined freely: the rows of one do not refer to another.
package struct ScenarioPart: Hashable, Sendable {
    package var observations: [SandboxObservation] = []
    package var scores: [SandboxScore] = []
    package var prompts: [SandboxPrompt] = []
    package var issues: [SandboxIssue] = []
    package var commits: [SandboxCommit] = []
    /// In the channel of incidents.
    package var messages: [SandboxMessage] = []
    package var releases: [SandboxRelease] = []
    package var deployments: [SandboxDeployment] = []
    package var expectations: [ScenarioExpectation] = []

    package init() {}

    package static func + (left: ScenarioPart, right: ScenarioPart) -> ScenarioPart {
        var both = left
        both.observations += right.observations
        both.scores += right.scores
        both.prompts += right.prompts
        both.issues += right.issues
        both.commits += right.commits
        both.messages += right.messages
        both.releases += right.releases
        both.deployments += right.deployments
        both.expectations += right.expectations
        return both
    }
}

/// The time that is now, how many days there are before it, and the seed.
package struct ScenarioClock: Hashable, Sendable {
    package let now: Instant
    package let seed: UInt64
    package let days: Int

    package init(now: Instant, seed: UInt64 = 1, days: Int = 8) {
        (self.now, self.seed, self.days) = (now, seed, days)
    }

    /// The first whole hour.
    var start: Instant { now.startOfHour - .days(Double(days)) }

    /// The generator of one part. It depends on the part's name and not on other parts.
    func random(_ name: String) -> SeededRandom {
        var mixed: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name.utf8 { mixed = (mixed ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return SeededRandom(mixed ^ (seed &* 0x9E37_79B9_7F4A_7C15))
    }
}

extension SeededRandom {
    mutating func whole(in range: ClosedRange<Int>) -> Int {
        Int(next(in: Double(range.lowerBound)...(Double(range.upperBound) + 0.999_999)))
    }

    mutating func happens(_ chance: Double) -> Bool { next(in: 0.0...1.0) < chance }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[whole(in: 0...(elements.count - 1))] }

    /// Lowercase hexadecimal digits: ids of traces (32), of observations (16), of commits (40).
    mutating func hex(_ digits: Int) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(digits + 15)
        while text.count < digits {
            var word = next()
            for _ in 0..<16 {
                let digit = UInt8(word & 15)
                text.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
                word >>= 4
            }
        }
        return String(decoding: text.prefix(digits), as: UTF8.self)
    }

    /// Evenly spread, each moved a little; the first is `from` or shortly after.
    mutating func moments(_ count: Int, from: Instant, to: Instant) -> [Instant] {
        let step = (to - from).seconds / Double(max(1, count))
        return (0..<count).map { from + .seconds((Double($0) + next(in: 0.0...0.8)) * step) }
    }

    /// At random, so many an hour. `rhythm` 1 has few at night and many in the afternoon, UTC; 0 is the same all day.
    mutating func moments(perHour: Double, rhythm: Double, from: Instant, to: Instant) -> [Instant] {
        var moments: [Instant] = []
        var hour = from.startOfHour
        while hour < to {
            let rate = perHour * (1 - rhythm * 0.4 * (1 - Self.daylight(hour)))
            let whole = Int(rate)
            let count = whole + (happens(rate - Double(whole)) ? 1 : 0)
            moments += (0..<count).map { _ in hour + .seconds(next(in: 0.0...3599.9)) }
            hour = hour + .hours(1)
        }
        return moments.filter { $0 >= from && $0 < to }.sorted()
    }

    /// From 0 at three at night to 1 at three in the afternoon.
    private static func daylight(_ hour: Instant) -> Double {
        let away = abs(Double(hour.civil.hour) - 15)
        return 1 - min(away, 24 - away) / 12
    }
}
