import Basics
import OnCallModel
import Testing
import ViewState

@Suite("Forensics in the reducer")
struct ForensicsReduceTests {
    private static let now = Instant(iso8601: "2026-11-24T03:12:00Z") ?? Instant(milliseconds: 0)

    private static func incident(_ id: Int64) -> IncidentSummary {
        IncidentSummary(
            id: id, fingerprint: Fingerprint("\(id)"), type: .costSpike, severity: .high, state: .open, subject: "bot",
            headline: "it costs", firstSeen: now, lastSeen: now, occurrences: 1, costPerHour: 4, approval: .none)
    }

    private static var found: IncidentForensics {
        func node(_ id: String, _ kind: CausalGraph.Node.Kind, _ minute: Double, trouble: Bool = false)
            -> CausalGraph.Node
        {
            .init(id: id, kind: kind, label: id, at: now + .minutes(minute), isFailure: trouble, url: "")
        }
        return IncidentForensics(
            graph: CausalGraph(
                nodes: [
                    node("error:1", .error, 4, trouble: true), node("commit:a", .commit, -5),
                    node("release:1", .release, -4), node("finding:f", .finding, 0, trouble: true),
                    node("incident:7", .incident, 0.1, trouble: true), node("trace:t9", .trace, 1),
                ],
                edges: [
                    .init(from: "commit:a", to: "finding:f", kind: .caused, reason: "r"),
                    .init(from: "release:1", to: "commit:a", kind: .contains, reason: "r"),
                    .init(from: "finding:f", to: "error:1", kind: .sharedKey, reason: "r"),
                    .init(from: "finding:f", to: "incident:7", kind: .reported, reason: "r"),
                ]),
            traces: [
                TraceTree(
                    traceID: "t1", name: "bot",
                    steps: [
                        .init(id: "r", parent: nil, type: "AGENT", name: "r", start: now, end: nil),
                        .init(
                            id: "x", parent: "r", type: "TOOL", name: "x", start: now + .seconds(1), end: nil,
                            level: "ERROR"),
                        .init(id: "y", parent: "r", type: "SPAN", name: "y", start: now + .seconds(2), end: nil),
                    ], asOf: now)
            ])
    }

    private func opened() -> ConsoleState {
        var state = ConsoleState(size: .init(width: 80, height: 24), now: Self.now, author: "a")
        _ = state.reduce(.loaded(\.incidents.items, [Self.incident(7), Self.incident(8)]))
        #expect(press("3", on: &state).isEmpty && state.forensics.incident == 7)
        _ = state.reduce(Self.answer(7))
        return state
    }

    private static func answer(_ incident: Int64) -> ConsoleEvent {
        .loaded(\.forensics.answer, Answer(id: incident, value: found), if: \.forensics.incident)
    }

    private static func answer(_ trace: String, _ tree: TraceTree) -> ConsoleEvent {
        .loaded(\.forensics.requested, Answer(id: trace, value: tree), if: \.forensics.unreadTrace)
    }

    private func press(_ keys: String, on state: inout ConsoleState) -> [ConsoleEffect] {
        keys.flatMap { state.reduce(.key(.character($0))) }
    }

    @Test("the cause is selected first; keys move by time, along edges, and among failed rows")
    func walk() {
        var state = opened()
        #expect(state.forensics.selected == "commit:a")
        for (key, node) in [
            ("j", "release:1"), ("h", "commit:a"), ("l", "release:1"), ("j", "finding:f"), ("h", "commit:a"),
            ("e", "finding:f"), ("e", "incident:7"), ("e", "error:1"), ("e", "commit:a"), ("E", "error:1"),
            ("h", "finding:f"), ("G", "error:1"), ("k", "trace:t9"),
        ] {
            _ = press(key, on: &state)
            #expect(state.forensics.selected == node, "\(key)")
        }
        #expect(press("g", on: &state).isEmpty && state.forensics.isOverview)
        #expect(press("g", on: &state).isEmpty && !state.forensics.isOverview)
    }

    @Test("a trace that was read is shown, another one is requested; Escape goes back")
    func traces() {
        var state = opened()
        #expect(press("t", on: &state).isEmpty)
        #expect(state.forensics.trace == "t1" && state.forensics.selected == "x", "what failed first")
        #expect(press("h", on: &state).isEmpty && state.forensics.selected == "r")
        #expect(state.reduce(.key(.escape)).isEmpty)
        #expect(state.forensics.trace == nil && state.pane == .forensics)
        _ = press("Gk", on: &state)
        #expect(state.reduce(.key(.enter)) == [.append(.inspect(trace: "t9"))])
        #expect(state.forensics.unreadTrace == "t9")
        #expect(state.forensics.rows.ids.isEmpty)
        var tree = Self.found.traces[0]
        tree.traceID = "t9"
        _ = state.reduce(Self.answer("other", Self.found.traces[0]))
        #expect(state.forensics.rows.ids.isEmpty, "another trace than the one asked for")
        _ = state.reduce(Self.answer("t9", tree))
        #expect(state.forensics.rows.ids == ["r", "x", "y"])
        #expect(press("t", on: &state).isEmpty && state.forensics.unreadTrace == nil)
        #expect(state.forensics.selected == "trace:t9", "the cursor is where it came from")
    }

    @Test("brackets change the incident, leaving the pane ends the observation, f opens it from the list")
    func subjects() {
        var state = opened()
        #expect(press("]", on: &state).isEmpty && state.forensics.incident == 8)
        #expect(state.forensics.found == nil && state.forensics.selected == nil)
        _ = state.reduce(Self.answer(7))
        #expect(state.forensics.found == nil, "it is no longer looked into")
        #expect(press("2", on: &state).isEmpty && state.forensics == ForensicsState())
        _ = press("gj", on: &state)
        #expect(press("f", on: &state).isEmpty && state.forensics.incident == 8)
        #expect(state.reduce(.key(.escape)).isEmpty && state.pane == .incidents && state.forensics.incident == nil)
    }

    @Test("Enter on the incident opens its report")
    func open() {
        var state = opened()
        _ = press("ee", on: &state)
        #expect(state.forensics.selected == "incident:7")
        #expect(state.reduce(.key(.enter)).isEmpty && state.forensics.incident == nil)
        #expect(state.pane == .incidents && state.openIncident == 7)
    }

    @Test("without data no key changes anything")
    func empty() {
        var state = ConsoleState(size: .init(width: 80, height: 24), now: Self.now, author: "a")
        _ = press("3", on: &state)
        #expect(press("jkhleEgt][", on: &state).isEmpty)
        _ = state.reduce(.key(.enter))
        #expect(state.reduce(.loaded(\.incidents.items, [Self.incident(7)])).isEmpty)
        #expect(state.forensics.incident == 7)
    }
}
