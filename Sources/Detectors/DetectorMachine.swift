package import Basics
import OnCallModel

/// A detector as a state machine: `start`, then `receive` the rows of the statement that it asked for, until it reports.
package protocol DetectorMachine: Detector {
    mutating func start(_ context: DetectorContext) -> DetectorStep
    mutating func receive(_ rows: RowSet) -> DetectorStep
}

package enum DetectorStep: Hashable, Sendable {
    case query(DetectorQuery)
    case report(DetectorReport)
}

extension DetectorMachine {
    package func run(
        _ context: DetectorContext, memory: inout [String: Memory], ask: Ask
    ) async throws(QueryFailure) -> DetectorReport {
        var context = context
        context.openSubjects = [type: context.unresolved]
        context.openCostSubjects = context.unresolved
        context.incidentHours = Set(context.past.flatMap(\.hours))
        context.snapshots = memory as? [String: FeatureSnapshot] ?? [:]
        context.tools = memory as? [String: ToolProfile] ?? [:]
        var machine = self
        var step = machine.start(context)
        while true {
            switch step {
            case .query(let query):
                let rows: RowSet? =
                    if query.isAttempt {
                        try await ask.attempt(query)
                    } else if query.isOptional {
                        try await ask.ifPossible(query)
                    } else {
                        try await ask(query)
                    }
                step = machine.receive(rows ?? RowSet(columns: []))
            case .report(var report):
                for snapshot in report.snapshots { memory[snapshot.feature] = snapshot as? Memory }
                for tool in report.tools { memory[tool.tool] = tool as? Memory }
                if !report.hours.isEmpty { report.records.append(.hours(report.hours)) }
                report.records += report.drifts.map(DetectorRecord.drift)
                return report
            }
        }
    }
}
