package import Basics
package import OnCallModel

package struct LoopsState: Hashable, Sendable {
    /// Nil until the store has answered.
    package var items: [LoopItem]?

    /// Those that run, or are not known to be killed.
    package var active: [LoopItem] { (items ?? []).filter { [.active, .killing, .killFailed].contains($0.status) } }
}

package enum LoopsSpec: PaneSpec {
    package static let title = "Loops"
    package static let shortTitle = "Loops"
    package static let keys: [Key] = [.character("l"), .character("L")]
    package static let tooltip = "Show the agent loops"
    package static let actions: [ConsoleAction] =
        [
            .open { console in
                if let incident = LoopsView(console).list.selected?.incident { console.open(incident: incident) }
            },
            kill(isProminent: true) { LoopsView($0).list.selected },
        ] + ConsoleAction.search

    package static func rows(_ console: ConsoleState) -> [String] { LoopsView(console).list.ids }

    package static func badge(_ console: ConsoleState) -> Int { console.loops.active.count }

    package static func needsTicks(_ console: ConsoleState) -> Bool {
        let isFresh = console.dashboard.agent?.lastCycleAt.map { console.now - $0 < .minutes(1) } ?? false
        return isFresh || console.loops.items?.contains { [.active, .killing].contains($0.status) } == true
    }

    static func kill(
        isProminent: Bool, _ selected: @escaping @Sendable (ConsoleState) -> LoopItem?
    ) -> ConsoleAction {
        ConsoleAction(
            [.character("K")], "kill", "Kill the selected loop (shows the exact request first)",
            isProminent: isProminent,
            disabled: { console in
                guard let item = selected(console) else { return "No loop is selected." }
                switch item.status {
                case .active, .killFailed: return nil
                case .killing: return "Trace \(item.loop.traceID) is already being killed."
                case .killed: return "Trace \(item.loop.traceID) is already killed."
                case .finished: return "Trace \(item.loop.traceID) has already ended."
                }
            },
            change: { console in
                if let item = selected(console) { console.ask(toKill: item) }
            })
    }
}

extension ConsoleState {
    fileprivate mutating func ask(toKill item: LoopItem) {
        let pending = approvals.items?.first { $0.id == item.request }
        // A request for more traces is not answered by this: it is an order for one of them.
        let isForMore = (pending?.action.traces.count ?? 1) > 1
        let requests = (pending?.dryRun ?? []).filter { !isForMore || $0.contains(item.loop.traceID) }
        overlay = .question(
            Overlay.Question(
                title: "Kill this loop?", sentence: "Kill trace \(item.loop.traceID) of agent \(item.loop.agent)",
                requests: requests,
                facts: [
                    "\(item.loop.generations) generations, \(item.loop.pattern)", "Requested by \(author)",
                    "The kill is verified: the trace must take no further steps",
                ],
                intent: .killLoop(trace: item.loop.traceID)))
    }
}

/// The loops, their costs, and whether they were killed.
package struct LoopsView: Hashable, Sendable {
    package let now: Instant
    package let list: ListView<LoopItem>
    package let active: [LoopItem]
    /// Why no loop does not mean that there is none.
    package let unknown: String?

    package init(_ console: ConsoleState) {
        unknown = console.unknown([.agentLoop])
        now = console.now
        active = console.loops.active
        list = ListView(console.loops.items, console.lists[.loops], id: \.loop.traceID) { item, filter in
            [item.loop.traceID, item.loop.agent, item.loop.pattern, item.status.rawValue].match(filter)
        }
    }
}
