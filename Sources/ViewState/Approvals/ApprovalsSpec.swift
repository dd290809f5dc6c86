package import Basics
package import OnCallModel

package struct ApprovalsState: Hashable, Sendable {
    /// Nil until the store has answered.
    package var items: [ApprovalItem]?
}

package enum ApprovalsSpec: PaneSpec {
    package static let title = "Approvals"
    package static let shortTitle = "Appr"
    package static let keys: [Key] = [.character("6")]
    package static let tooltip = "Show the approval requests"
    package static let actions: [ConsoleAction] =
        [
            .open { $0.open(row: selected($0).map { String($0.id) }) },
            decide("a", "approve", "Approve the selected request (shows the exact request first)", approves: true),
            decide("r", "reject", "Reject the selected request", approves: false),
        ] + ConsoleAction.search

    package static func rows(_ console: ConsoleState) -> [String] { ApprovalsView(console).list.ids }

    package static func badge(_ console: ConsoleState) -> Int {
        console.approvals.items?.count { $0.status == .pending } ?? 0
    }

    package static func needsTicks(_ console: ConsoleState) -> Bool { badge(console) > 0 }

    /// A request that was decided elsewhere closes its question.
    package static func settle(_ console: inout ConsoleState) -> [ConsoleEffect] {
        guard case .question(let question) = console.overlay, case .approve(let id, _) = question.intent,
            let item = console.approvals.items?.first(where: { $0.id == id }), item.status != .pending
        else { return [] }
        console.overlay = nil
        console.say(decided(item))
        return []
    }

    private static func decided(_ item: ApprovalItem) -> String {
        "Request \(item.id) is already \(item.status.rawValue)\(item.resolvedBy.map { " by \($0)" } ?? "")."
    }

    private static func decide(_ key: Character, _ title: String, _ tooltip: String, approves: Bool) -> ConsoleAction {
        ConsoleAction(
            [.character(key)], title, tooltip, isProminent: true,
            disabled: { console in
                guard let item = selected(console) else { return "No request is selected." }
                if item.status != .pending { return decided(item) }
                return item.expiresAt <= console.now ? "Request \(item.id) has expired." : nil
            },
            change: { console in
                if let item = selected(console) { console.ask(toDecide: item, approves: approves) }
            })
    }

    private static func selected(_ console: ConsoleState) -> ApprovalItem? { ApprovalsView(console).list.detail }
}

extension ConsoleState {
    fileprivate mutating func ask(toDecide item: ApprovalItem, approves: Bool) {
        let action = item.action.sentence
        overlay = .question(
            Overlay.Question(
                title: approves ? "Approve request \(item.id)?" : "Reject request \(item.id)?",
                sentence: approves ? action : "Reject: \(action.prefix(1).lowercased())\(action.dropFirst())",
                requests: approves ? item.dryRun : [],
                facts: [item.missingApproval].compactMap { $0 } + [
                    "Decided by \(author)", "Expires \(item.expiresAt.iso8601Seconds)",
                    "Request \(item.id), incident \(item.incident.map(String.init) ?? "none")",
                ],
                intent: approves ? .approve(request: item.id, seen: item.fingerprint) : .reject(request: item.id)))
    }
}

/// The pending requests with the time left, those that stop something first, then the decided ones.
package struct ApprovalsView: Hashable, Sendable {
    package let now: Instant
    package let list: ListView<ApprovalItem>

    package init(_ console: ConsoleState) {
        now = console.now
        let items = console.approvals.items.map { items in
            let pending = items.filter { $0.status == .pending }
            return pending.filter(\.isKill) + pending.filter { !$0.isKill } + items.filter { $0.status != .pending }
        }
        list = ListView(items, console.lists[.approvals], id: { String($0.id) }) { item, filter in
            [item.action.sentence, item.summary, item.status.rawValue, item.severity.rawValue].match(filter)
        }
    }
}

extension ApprovalItem {
    fileprivate var isKill: Bool { !action.traces.isEmpty }
}
