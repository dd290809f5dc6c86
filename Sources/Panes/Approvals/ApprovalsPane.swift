import Basics
import CellGrid
import OnCallModel
import ViewState

enum ApprovalsPane {
    static func draw(_ view: ApprovalsView, on grid: inout Grid, in area: Rect) {
        let (list, detail) = grid.divide(area, listWidth: area.width / 2, isOpen: view.list.isOpen)
        if let list {
            let pending = view.list.rows.count { $0.status == .pending }
            grid.list(
                view.list, title: "Approvals (\(pending) pending)", columns: columns(list.width, view.now),
                empty: "No approval requests.", in: list)
        }
        if let detail, let item = view.list.detail {
            grid.write(in: detail, from: view.list.scroll) { $0.add(item, view.now) }
        }
    }

    private static func columns(_ width: Int, _ now: Instant) -> [Column<ApprovalItem>] {
        var columns = [Column<ApprovalItem>("status", 10) { status($0, now) }]
        if width >= 50 {
            columns.append(
                Column("severity", 7) {
                    ($0.severity.label.text, $0.status == .pending ? $0.severity.label.role : .dim)
                })
        }
        if width >= 76 {
            columns.append(Column("by", 16) { ($0.status == .pending ? "" : $0.resolvedBy ?? "", .dim) })
        }
        return columns + [Column("action") { ($0.action.sentence, $0.status == .pending ? .text : .dim) }]
    }

    /// The time left of a pending request; the result of the others.
    private static func status(_ item: ApprovalItem, _ now: Instant) -> Line {
        let left = item.expiresAt - now
        switch item.status {
        case .pending: return (Format.countdown(left), left < .minutes(10) ? .bad : .warn)
        case .approved: return item.act?.state == .failed ? ("✗ failed", .bad) : ("✓ approved", .good)
        case .rejected: return ("✗ rejected", .dim)
        case .expired: return ("· expired", .dim)
        }
    }
}

extension TextBlock {
    fileprivate mutating func add(_ item: ApprovalItem, _ now: Instant) {
        let (severity, role) = item.severity.label
        add("request \(item.id)  \(severity)  \(item.status.rawValue)", role)
        add(item.action.sentence, .title)
        add(item.summary)
        if item.status == .pending {
            add("expires in \(Format.countdown(item.expiresAt - now))", .warn)
            if let missing = item.missingApproval { add(missing, .warn) }
        } else if let author = item.resolvedBy {
            add("\(item.status.rawValue) by \(author)", .dim)
        }
        section("Requests to send") { block in item.dryRun.forEach { block.add($0, .quoted) } }
        if let act = item.act {
            section("Result: \(act.state.rawValue)") { $0.add(act.detail, act.state == .failed ? .bad : .text) }
        }
    }
}
