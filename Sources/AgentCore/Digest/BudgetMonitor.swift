import Basics
import Digest
import Governance
import IncidentStore
import OnCallModel
import SourceEngine

/// Notifies people of budgets that are, or will be, exceeded; each once for its period and level.
struct BudgetMonitor: Sendable {
    let configuration: AgentConfiguration
    let writer: StoreWriter

    /// A budget that cannot be read is not notified; `sentinel cost` and the digest say why.
    func warn(_ settings: Settings) async throws {
        guard !settings.budgets.isEmpty else { return }
        let (gate, now) = (configuration.gate(settings), configuration.clock.now())
        guard gate.quietUntil(.medium, at: now) == nil else { return }
        let hours = try await writer.read { try $0.hours(since: now - StoreSnapshot.forecastHistory) }
        let reader = BudgetReader(engine: configuration.engine, limits: .routine)
        let late = (await reader.paces(settings, hours, at: now).value ?? []).filter { $0.level != .fine }
        guard !late.isEmpty else { return }
        try await writer.transaction { store in
            for pace in late {
                let notice = Action.warnBudget(key: pace.key, text: pace.warning)
                guard case .allow(let permission) = gate.notice(notice) else { continue }
                try store.enqueue(permission, at: now)
            }
        }
    }
}
