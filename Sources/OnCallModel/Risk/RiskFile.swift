package import Basics

/// What the changes of one file were followed by.
package struct RiskFile: Hashable, Sendable {
    package var path: String
    package var changes = 0
    package var fixes = 0
    package var errors = 0
    /// US dollars.
    package var cost = 0.0
    package var lastChange = Instant(milliseconds: 0)
    /// The errors after each of the latest changes, oldest first; nil where they are unknown.
    package var trend: [Int?] = []

    private static let trendLength = 8

    package init(path: String) { self.path = path }

    /// Its part of the score of a pull request, with past fixes.
    package var weight: Double { Double(errors * 4 + fixes) + min(cost * 10, 50) }

    /// Adds a later change.
    package mutating func add(_ change: CodeChange) {
        changes += 1
        fixes += change.isFix ? 1 : 0
        errors += change.errorDelta ?? 0
        cost += change.costDelta ?? 0
        lastChange = max(lastChange, change.at)
        trend = Array((trend + [change.errorDelta]).suffix(Self.trendLength))
    }
}
