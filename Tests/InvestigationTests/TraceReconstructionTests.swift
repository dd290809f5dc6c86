import Basics
import Investigation
import OnCallModel
import Testing

@Suite("Traces by their parents")
struct TraceReconstructionTests {
    private static let start = Stories.onset

    /// id, parent, type, second of the start, seconds it lasts (nil while open), cost, level.
    private struct Step {
        var id: Value
        var parent: Value = .null
        var type = "SPAN"
        var second: Double? = 0
        var length: Double? = 1
        var cost: Value = 0.01
        var level: Value = "DEFAULT"
    }

    private func tree(_ steps: [Step]) -> TraceTree? {
        let rows = RowSet(
            columns: [
                "id", "parent_observation_id", "type", "name", "model", "start_time", "end_time", "total_cost",
                "total_tokens", "level", "status_message", "trace_name",
            ],
            rows: steps.map { step in
                let start = step.second.map { Self.start + .seconds($0) }
                let end = start.flatMap { start in step.length.map { start + .seconds($0) } }
                return [
                    step.id, step.parent, .text(step.type), step.id, .null, start.map { Value($0) } ?? .null,
                    end.map { Value($0) } ?? .null, step.cost, 10, step.level, .null, "bot",
                ]
            })
        return TraceReconstruction.tree(of: "t1", rows, asOf: Self.start + .hours(1))
    }

    @Test("steps have their parents in any order of rows, and costs add up")
    func ordinary() throws {
        let tree = try #require(
            self.tree([
                Step(id: "tool", parent: "agent", type: "TOOL", second: 2, cost: .null, level: "ERROR"),
                Step(id: "call", parent: "agent", type: "GENERATION", second: 1, cost: 0.5),
                Step(id: "agent", type: "AGENT", second: 0, length: nil, cost: 0.25),
            ]))
        #expect(tree.steps.map(\.id) == ["agent", "call", "tool"])
        #expect(tree.steps.map(\.parent) == [nil, "agent", "agent"])
        #expect(tree.sums == [0.75, 0.5, 0])
        #expect(tree.errors == 1 && tree.steps[0].end == nil && tree.name == "bot" && tree.gaps.isEmpty)
    }

    @Test("invalid rows are repaired and reported")
    func mended() throws {
        let tree = try #require(
            self.tree([
                Step(id: "a", parent: "gone"), Step(id: "b", parent: "c", second: 1),
                Step(id: "c", parent: "d", second: 2), Step(id: "d", parent: "b", second: 3),
                Step(id: "e", parent: "e", second: 4), Step(id: "e", second: 4, cost: .real(.nan)),
                Step(id: "f", parent: "d", second: 5, length: -9, cost: -3), Step(id: .null),
                Step(id: "g", second: nil),
                Step(id: "h", second: 6, cost: "a lot"),
            ]))
        #expect(tree.steps.map(\.id) == ["a", "b", "c", "d", "e", "f", "h"])
        #expect(tree.steps.map(\.parent) == [nil, nil, "d", "b", nil, "d", nil])
        #expect(tree.steps.allSatisfy { $0.cost.isFinite && $0.cost >= 0 && ($0.end ?? $0.start) >= $0.start })
        #expect(abs(tree.cost - 0.04) < 1e-9)
        #expect(
            tree.gaps == [
                "2 steps have no id or no time and were skipped.", "1 step occurs twice; the later copy is used.",
                "3 costs are not amounts and count as 0.", "1 step names a missing parent.",
                "1 cycle of parents was cut at its first step.",
            ])
    }

    @Test("ten thousand steps in a chain are limited to the failed ones with their ancestors")
    func bounded() throws {
        let chain = (0..<5000).map { index in
            Step(
                id: .text("s\(index)"), parent: index == 0 ? .null : .text("s\(index - 1)"), second: Double(index),
                level: index == 1500 ? "ERROR" : "DEFAULT")
        }
        let flat = (0..<5000).map { index in
            Step(
                id: .text("x\(index)"), parent: .text("s0"), second: 5000 + Double(index),
                level: index == 4999 ? "ERROR" : "DEFAULT")
        }
        let tree = try #require(self.tree(chain + flat))
        #expect(tree.steps.count == TraceReconstruction.maxSteps)
        let ids = Set(tree.steps.map(\.id))
        #expect(ids.contains("s1500") && ids.contains("x4999"))
        #expect(tree.steps.allSatisfy { $0.parent.map(ids.contains) ?? true })
        #expect(tree.gaps.contains { $0.hasPrefix("8 000 of 10 000 steps are omitted; they cost $80.00") })
        #expect(tree.gaps.contains("Only the first 10 000 steps were read."))
        #expect(abs(tree.sums[0] - tree.cost) < 1e-6)
    }

    @Test("no rows are no trace, and several roots are one trace")
    func roots() throws {
        #expect(tree([]) == nil)
        #expect(tree([Step(id: .null)]) == nil)
        let two = try #require(self.tree([Step(id: "a"), Step(id: "b", second: 1)]))
        #expect(two.steps.allSatisfy { $0.parent == nil })
        #expect(try #require(TraceTree(json: two.json)) == two)
    }
}
