package import Basics
import IncidentStore
import Investigation
package import OnCallModel
package import SourceEngine

/// Reads all steps of one trace.
package struct TraceReader: Sendable {
    private let engine: SourceEngine
    private let clock: WallClock

    package init(engine: SourceEngine, clock: WallClock) {
        self.engine = engine
        self.clock = clock
    }

    /// Nil if no step of it is known.
    package func read(_ trace: String) async throws -> TraceTree? {
        let query = TraceReconstruction.query(of: trace)
        let result = try await engine.query(query.sql, query.parameters, freshness: .upTo(.seconds(30)))
        let gaps = result.sources.filter(\.state.isIncomplete).map(UnreadableTrace.init)
        guard var tree = TraceReconstruction.tree(of: trace, result.rows, asOf: clock.now()) else {
            if let gap = gaps.first { throw gap }
            return nil
        }
        tree.gaps += gaps.map(\.description)
        return tree
    }
}

extension IntentHandler {
    /// Reads a trace and stores it for the person who asked.
    func inspect(_ trace: String) async throws -> IntentAnswer {
        let tree: TraceTree
        do {
            guard let found = try await traces.read(trace) else {
                return .refused(
                    "Trace \(trace) was not found. Check its id, or read more history with `sentinel source sync`.")
            }
            tree = found
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            return .refused("Trace \(trace) could not be read: \(error)")
        }
        try await writer.transaction { try $0.saveTrace(tree) }
        let errors = tree.errors == 0 ? "none failed" : "\(tree.errors) failed"
        return IntentAnswer("Trace \(trace): \(tree.steps.count) steps for \(Format.dollars(tree.cost)), \(errors).")
    }
}
