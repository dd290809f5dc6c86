import Basics

/// What is no longer spent once loops have stopped.
package struct Saving: Hashable, Sendable {
    /// US dollars a minute, in cents.
    package let perMinute: Double

    /// Nil for loops that cost next to nothing.
    package init?(of loops: [LoopEvidence]) {
        let rate = loops.map(\.costPerMinute).reduce(0, +)
        perMinute = rate >= 0.01 ? (rate * 100).rounded() / 100 : rate
        guard perMinute * 60 >= 0.005 else { return nil }
    }

    package var perHour: Double { perMinute * 60 }

    /// `$0.40/min × 60 = $24.00 an hour`.
    package var arithmetic: String {
        "\(Format.dollars(perMinute))/min × 60 = \(Format.dollars(perHour)) an hour"
    }
}
