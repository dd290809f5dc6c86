import Basics
import OnCallModel
import Testing

@testable import IncidentStore

@Suite("What an investigation leaves")
struct ForensicsTests {
    private static func tree(_ id: String, cost: Double, at now: Instant = Fixture.start) -> TraceTree {
        TraceTree(
            traceID: id, name: "bot",
            steps: [.init(id: "s", parent: nil, type: "GENERATION", name: "x", start: now, end: nil, cost: cost)],
            asOf: now, gaps: ["a gap"])
    }

    private static let graph = CausalGraph(
        nodes: [
            .init(id: "commit:a", kind: .commit, label: "a “quoted” \u{1B}[2J", at: Fixture.start, cost: 1.5),
            .init(id: "finding:f", kind: .finding, label: "f", at: Fixture.start, end: .minute(5), isFailure: true),
        ], edges: [.init(from: "commit:a", to: "finding:f", kind: .caused, reason: "why")], gaps: ["more"])

    @Test("graph, cause and traces come back as they were, the costliest first; a new investigation replaces them")
    func roundTrip() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let cause = NoCodeCause(score: 1.5, why: ["+1.0 a", "+0.5 b"])
        let id = try await writer.transaction { store in
            let id = try store.record(.sample(), scan: "1", at: Fixture.start).incident
            #expect(try store.snapshot.forensics(ofIncident: id)?.graph == CausalGraph())
            try store.saveForensics(
                of: id, graph: Self.graph, noCodeCause: cause,
                traces: [Self.tree("t1", cost: 1), Self.tree("t2", cost: 2)])
            return id
        }
        let found = try await StoreReader(fixture.path).read(.forensics(ofIncident: id))
        #expect(found?.graph == Self.graph)
        #expect(found?.traces.map(\.traceID) == ["t2", "t1"])
        #expect(found?.traces.last == Self.tree("t1", cost: 1))
        #expect(found?.timeline.isEmpty == false)
        #expect(try await StoreReader(fixture.path).read(.incident(id))?.noCodeCause == cause)
        try await writer.transaction { store in
            try store.saveForensics(of: id, graph: Self.graph, noCodeCause: cause, traces: [Self.tree("t3", cost: 1)])
        }
        #expect(try await StoreReader(fixture.path).read(.forensics(ofIncident: id))?.traces.map(\.traceID) == ["t3"])
        #expect(try await StoreReader(fixture.path).read(.trace("t1")) != nil, "it was read all the same")
        #expect(try await StoreReader(fixture.path).read(.forensics(ofIncident: 99)) == nil)
    }

    @Test("a trace keeps its latest reading and its incident; old ones go, unless an open incident has them")
    func traces() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        try await writer.transaction { store in
            let id = try store.record(.sample(), scan: "1", at: Fixture.start).incident
            try store.saveTrace(Self.tree("t1", cost: 1), incident: id)
            try store.saveTrace(Self.tree("t1", cost: 5, at: .minute(9)))
            try store.saveTrace(Self.tree("t1", cost: 3, at: .minute(4)))
            try store.saveTrace(Self.tree("t2", cost: 1))
            #expect(try store.snapshot.trace("t1")?.cost == 5)
            #expect(try store.snapshot.traceIDs(ofIncident: id) == ["t1"])
            try store.prune(before: .minute(60))
            #expect(try store.snapshot.trace("t1") != nil && store.snapshot.trace("t2") == nil)
            _ = try store.resolve(id, by: "alice", at: .minute(61))
            try store.prune(before: .minute(62))
            #expect(try store.snapshot.trace("t1") == nil)
        }
    }
}
