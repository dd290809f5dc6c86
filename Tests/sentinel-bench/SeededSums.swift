import Basics
import SourceFetch

/// Hourly sums from the provider: seven features in each.
struct SeededSums: HourlySums {
    let count: Int
    let days: Double

    func hours(from: Instant, to: Instant) async throws -> [HourlySum] {
        let perHour = max(1, Int(Double(count) / (days * 24) / 7))
        var sums: [HourlySum] = []
        var hour = from
        while hour < to {
            sums += (0..<7).map { feature in
                HourlySum(
                    hour: hour,
                    group: ["GENERATION", .text("feature-\(feature)"), "gpt-4o-mini", "", nil, "production"],
                    level: "DEFAULT", observations: perHour, cost: Double(perHour) * 0.0006,
                    inputTokens: perHour * 500, outputTokens: perHour * 500)
            }
            hour = hour + .hours(1)
        }
        return sums
    }
}
