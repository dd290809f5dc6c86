import Basics
import DetectorWorld
import Detectors
import OnCallModel

/// `tool_failure` and the original's rule side by side, over twelve kinds of failure in six sorts of tools, and over the
/// same tools while they are healthy or healthy again.
enum ToolTrials {
    private struct Count {
        var right = 0
        var wrong = 0
        var missed = 0
        var total = 0

        mutating func add(isFound: Bool, isFailing: Bool) {
            total += 1
            if isFound, isFailing { right += 1 }
            if isFound, !isFailing { wrong += 1 }
            if !isFound, isFailing { missed += 1 }
        }

        var recall: Double { Double(right) / Double(max(1, right + missed)) }
        var precision: Double { Double(right) / Double(max(1, right + wrong)) }
    }

    static func run() async throws -> [Measurement] {
        var random = SeededRandom(2_026)
        var (ours, original) = (Count(), Count())
        var bare = Settings()
        bare.toolRequiresContrast = false
        for trial in trials {
            var rows = SyntheticRows()
            trial.addCalls(to: &rows, &random)
            let world = DetectorWorld(rows)
            let findings = try await world.tools(at: SyntheticRows.toolTime).report.findings
            let others = try await world.tools(at: SyntheticRows.toolTime, settings: bare).report.findings
            ours.add(isFound: findings.contains { !$0.isNote }, isFailing: trial.isFailing)
            original.add(isFound: !others.isEmpty, isFailing: trial.isFailing)
        }
        return [
            Measurement("tool_failure: precision", runs: ours.total, ours.precision, .atLeast(0.97)),
            Measurement("tool_failure: recall", runs: ours.total, ours.recall, .atLeast(0.9)),
            Measurement(
                "tool_failure: precision, more than without contrast", runs: ours.total, ours.precision,
                .above(original.precision)),
            Measurement(
                "tool_failure: recall, more than without contrast", runs: ours.total, ours.recall,
                .above(original.recall)),
        ]
    }

    private static var trials: [ToolTrial] {
        ToolTrial.Sort.allCases.flatMap { sort in
            ToolTrial.Fault.allCases.filter { ToolTrial.isPossible($0, sort) }.flatMap { fault in
                [false, true].map { ToolTrial(sort, fault, recovers: $0) }
            } + (0..<3).map { _ in ToolTrial(sort, nil) }
        }
    }
}
