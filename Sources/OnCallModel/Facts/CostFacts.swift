package import Basics

/// What a cost spike is judged by. Amounts are US dollars an hour; ratios compare the hour with what was usual.
package struct CostFacts: ClassFacts, JSONRecord {
    package static let type = DetectionType.costSpike

    /// The UTC hour in which the cost is too high.
    package var hour: Instant?
    package var hourIsComplete = true
    /// Of the complete hour; a running hour is extrapolated from its ``spent`` cost so far.
    package var cost = 0.0
    package var spent = 0.0
    /// Of the rolling seven days.
    package var mean = 0.0
    /// Nil where the days before cost nothing.
    package var ratio: Double?
    /// The setting that ``ratio`` exceeds.
    package var multiplier = 0.0
    /// Of the same hour of day; nil with less than 14 days of history.
    package var p95: Double?
    package var p95Ratio: Double?
    package var historyHours = 0
    /// What the provider's sums were multiplied by, where the mean is of them and not of rows.
    package var sumScale: Double?
    /// The share of the rise that the subject explains.
    package var share = 0.0
    /// The subject did not exist before.
    package var isNew = false
    package var volumeRatio: Double?
    package var unitPriceRatio: Double?
    package var tokensRatio: Double?
    package var modelBefore: String?
    package var modelNow: String?

    package init() {}

    package static let members: [JSONMember<CostFacts>] = [
        .init("hour", \.hour), .init("hour_is_complete", \.hourIsComplete), .init("cost", \.cost),
        .init("spent", \.spent), .init("mean", \.mean), .init("ratio", \.ratio), .init("multiplier", \.multiplier),
        .init("p95", \.p95), .init("p95_ratio", \.p95Ratio), .init("history_hours", \.historyHours),
        .init("share", \.share), .init("is_new", \.isNew), .init("volume_ratio", \.volumeRatio),
        .init("unit_price_ratio", \.unitPriceRatio), .init("tokens_ratio", \.tokensRatio),
        .init("sum_scale", \.sumScale),
        .init("model_before", \.modelBefore), .init("model_now", \.modelNow),
    ]
}
