package import Basics
import Investigation
package import OnCallModel

/// A changed file of a pull request as GitHub lists it.
package struct PullFile: Hashable, Sendable {
    package var file: ChangedFile
    package var previousPath: String?

    package init(_ file: ChangedFile, previousPath: String? = nil) {
        (self.file, self.previousPath) = (file, previousPath)
    }
}

/// What was read of a pull request.
package struct PullReading: Hashable, Sendable {
    package var target: PullTarget
    package var title: String
    package var isOpen: Bool
    /// As GitHub counts them; more than `files` if not all were read.
    package var changedFiles: Int
    package var files: [PullFile]
    /// What could not be read, as sentences.
    package var gaps: [String]

    package init(
        _ target: PullTarget, title: String, isOpen: Bool, changedFiles: Int, files: [PullFile], gaps: [String] = []
    ) {
        (self.target, self.title, self.isOpen) = (target, title, isOpen)
        (self.changedFiles, self.files, self.gaps) = (changedFiles, files, gaps)
    }
}

/// Scores a pull request by the history of its repository.
///
/// An earlier change counts once for a pull request, however many of its files that change touched: errors and cost are sums over
/// changes, not over rows of `file_risk_history`. Ages are counted from the start of the day, UTC, so that a pull request has the
/// same score however often it is scored.
package enum PullAssessment {
    /// - Parameter history: the changes of the default branch, oldest first.
    package static func risk(of pull: PullReading, in history: [CodeChange], now: Instant) -> PullRisk {
        // A pull request that is scored after its merge is in the history itself; it is left out.
        let past = history.filter { $0.pull != pull.target.number }
        let day = now.floored(to: .days(1))
        let change = CodeChange(
            sha: pull.target.head, at: day, title: pull.title, author: pull.target.author, pull: pull.target.number,
            files: pull.files.map {
                .init(
                    $0.file.path, previousPath: $0.previousPath, added: $0.file.additions, removed: $0.file.deletions)
            })
        let index = ChangeHistory(past)
        let features = index.features(of: change)
        let signs = RiskScore.signs(in: pull.files.map(\.file))
        let ranking = RiskRanking(past, now: day)
        var risk = PullRisk(pull.target)
        (risk.title, risk.isOpen, risk.changedFiles) = (pull.title, pull.isOpen, pull.changedFiles)
        (risk.score, risk.errors, risk.cost) = (RiskScore.original(features), features.errors, features.cost)
        let calibrated = RiskScore.calibrated(features, terms: signs.count)
        risk.calibrated = rounded(calibrated, 1000)
        risk.percentile = ranking.percentile(of: calibrated).map { rounded($0, 10) }
        risk.chance = ranking.chance(of: calibrated).map { rounded($0, 1000) }
        (risk.baseRate, risk.isOwnBaseRate) =
            ranking.baseRate.map { (rounded($0, 1000), true) } ?? (RiskRanking.publishedBaseRate, false)
        risk.peers = ranking.count
        (risk.added, risk.removed) = (change.added, change.removed)
        (risk.priorChanges, risk.decayedFixes) = (features.priorChanges, features.decayedFixes)
        risk.files = zip(change.files, change.files.map { index.changes(of: $0.path, previousPath: $0.previousPath) })
            .map(row).sorted {
                ($0.errors * 4 + $0.fixes, $0.added, $1.path) > ($1.errors * 4 + $1.fixes, $1.added, $0.path)
            }
        if features.unknown > 0 {
            risk.notes = [
                "What followed \(features.unknown) of these changes is not known, and adds nothing to the score."
            ]
        }
        risk.gaps = pull.gaps
        risk.scoredAt = now
        risk.reasons = PullRiskText.reasons(of: risk, signs)
        return risk
    }

    private static func rounded(_ number: Double, _ scale: Double) -> Double { (number * scale).rounded() / scale }

    private static func row(_ file: CodeChange.File, _ earlier: [CodeChange]) -> PullRisk.File {
        PullRisk.File(
            path: file.path, added: file.added, removed: file.removed, changes: earlier.count,
            fixes: earlier.count(where: \.isFix), errors: earlier.reduce(0) { $0 + ($1.errorDelta ?? 0) },
            cost: earlier.reduce(0) { $0 + ($1.costDelta ?? 0) })
    }
}
