import AgentCore
import Basics
import Configuration
import IncidentStore
import OnCallModel
import WriteUp

extension StoreClient {
    /// An incident with the results of its investigation.
    func details(ofIncident id: Int64) async throws -> (detail: IncidentDetail, forensics: IncidentForensics) {
        let both = try await reader.read(
            StoreQuery<IncidentPair?> { store in
                guard let detail = try store.incident(id), let forensics = try store.forensics(ofIncident: id) else {
                    return nil
                }
                return IncidentPair(detail: detail, forensics: forensics)
            })
        guard let both else { throw Failure.noIncident(id) }
        return (both.detail, both.forensics)
    }

    private struct IncidentPair: Hashable, Sendable {
        let detail: IncidentDetail
        let forensics: IncidentForensics
    }

    /// Reads a trace from the source, through the agent if one runs on the store. If the source does not answer, returns the
    /// trace as last read.
    func trace(_ id: String) async throws -> TraceTree {
        if composition.isAgentRunning {
            let answer = try await answer(to: .inspect(trace: id), orHere: true)
            guard let tree = try await reader.read(.trace(id)) else { throw Failure(answer.text) }
            if answer.isRefused { Output.remark(answer.text) }
            return tree
        }
        do {
            if let tree = try await TraceReader(engine: composition.engine, clock: composition.clock).read(id) {
                return tree
            }
        } catch {
            guard let stored = try? await reader.read(.trace(id)) else { throw error }
            Output.remark(Notice.staleTrace(stored.asOf.iso8601Seconds, because: error))
            return stored
        }
        guard let stored = try? await reader.read(.trace(id)) else { throw Failure.noTrace(id) }
        return stored
    }
}

extension IncidentStory {
    var table: String {
        TextTable(
            ["time", "who", "what"],
            entries.map { [.text($0.at.iso8601Seconds), .text($0.author), .text($0.event)] }, maxWidth: 140
        ).text
    }
}

/// A trace as an indented tree.
enum TraceText {
    static func headline(_ tree: TraceTree) -> String {
        let errors = tree.errors == 0 ? "" : ", \(tree.errors) failed"
        return "\(tree.traceID) \(tree.name): \(tree.steps.count) steps, \(Format.dollars(tree.cost))\(errors)"
    }

    static func tree(_ tree: TraceTree) -> String {
        var lines = ["Trace " + headline(tree) + ", as of \(tree.asOf.iso8601Seconds)"]
        let sums = tree.sums
        let places = Dictionary(tree.steps.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        var children: [Int: [Int]] = [:]
        var roots: [Int] = []
        for (place, step) in tree.steps.enumerated() {
            if let parent = step.parent.flatMap({ places[$0] }) {
                children[parent, default: []].append(place)
            } else {
                roots.append(place)
            }
        }
        // The steps still to write; the next one is last.
        var open = roots.reversed().map { (place: $0, depth: 0) }
        while let (place, depth) = open.popLast() {
            let below = children[place] ?? []
            lines.append(line(tree.steps[place], sum: sums[place], depth: depth, hasChildren: !below.isEmpty))
            open += below.reversed().map { (place: $0, depth: depth + 1) }
        }
        lines += tree.gaps
        return lines.map(TextTable.inert).joined(separator: "\n") + "\n"
    }

    private static func line(_ step: TraceTree.Step, sum: Double, depth: Int, hasChildren: Bool) -> String {
        let clock = step.start.iso8601.dropFirst(11).prefix(12)
        let length = step.end.map { Format.decimal(($0 - step.start).seconds, digits: 2) + " s" } ?? "open"
        let cost =
            hasChildren && sum != step.cost
            ? "\(Format.dollars(step.cost)) of \(Format.dollars(sum))" : Format.dollars(step.cost)
        let model = step.model.isEmpty ? "" : " \(step.model)"
        let failure = step.isError ? "  ✗ \(step.message.isEmpty ? "failed" : step.message)" : ""
        let indent = String(repeating: "  ", count: min(depth, 40))
        return "\(clock)  \(indent)\(step.type) \(step.name)\(model)  \(length)  \(cost)\(failure)"
    }
}
