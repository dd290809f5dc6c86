package import Basics
import IncidentStore
import Investigation
package import OnCallModel
package import SourceEngine

/// Reads one trace whole, by what the mirror knows of its steps.
package struct TraceReader: Sendable {
    private let engine: SourceEngine
    private let clock: WallClock

    package init(engine: SourceEngine, clock: WallClock) {
        self.engine = engine
        self.clock = clock
    }

    /// Nil where no step of it is known.
    package func read(_ trace: String) async throws -> TraceTree? {
        let query = TraceReconstruction.query(of: trace)
        let result = try await engine.query(query.sql, query.parameters, freshness: .upTo(.seconds(30)))
        let gaps = result.sources.filter(\.state.isIncomplete).map { $0.message ?? "\($0.source) is incomplete." }
        guard var tree = TraceReconstruction.tree(of: trace, result.rows, asOf: clock.now()) else {
            if let gap = gaps.first { throw Unread(reason: gap) }
            return nil
        }
        tree.gaps += gaps
        return tree
    }

    private struct Unread: Error, CustomStringConvertible {
        let reason: String
        var description: String { reason }
    }
}

extension IntentHandler {
    /// Reads a trace and keeps it, so that whoever asked can look at it.
    func inspect(_ trace: String) async throws -> String {
        let tree: TraceTree
        do {
            guard let found = try await traces.read(trace) else {
                return
                    "No step of trace \(trace) is known: check its id, or read more history with `sentinel source sync`."
            }
            tree = found
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            return "Trace \(trace) could not be read: \(error)"
        }
        try await writer.transaction { try $0.saveTrace(tree) }
        let errors = tree.errors == 0 ? "none failed" : "\(tree.errors) failed"
        return "Trace \(trace): \(tree.steps.count) steps for \(Format.dollars(tree.cost)), \(errors)."
    }
}
