import Basics
import HTTPClient
import OnCallModel

/// Blocks the virtual key of an agent in the LiteLLM proxy, so that the proxy refuses its calls.
///
/// Some versions hash a given hash again and then block nothing, so the key is always read back.
struct LiteLLMKey: Executor {
    let access: ProviderAccess.Gateways
    let calls: ProviderCalls

    private var api: ExecutorAPI {
        ExecutorAPI(
            name: "LiteLLM", base: access.litellmURL,
            headers: [.init("Authorization", "Bearer \(access.litellmKey)")], calls: calls)
    }

    var missing: String? {
        access.litellmURL.isEmpty || access.litellmKey.isEmpty
            ? "LiteLLM is not configured: set LITELLM_BASE_URL and LITELLM_ADMIN_KEY." : nil
    }

    func prepare(_ draft: Execution) async throws(ActFault) -> Execution {
        if let missing { throw .failed(missing) }
        var execution = draft
        execution.seen = try await isBlocked(draft) ? "blocked" : "not blocked"
        let goal = draft.isUndo ? "not blocked" : "blocked"
        if execution.seen == goal { throw .failed("\(draft.row.name) is already \(goal).") }
        return execution
    }

    func requests(_ execution: Execution, key: String) -> [HTTPRequest] {
        [api.request(.post, execution.isUndo ? "/key/unblock" : "/key/block", ["key": .string(execution.row.key)])]
    }

    func standing(of execution: Execution, key: String, since: Instant) async throws(ActFault) -> Standing {
        let isBlocked = try await isBlocked(execution)
        guard isBlocked != execution.isUndo else { return .open }
        return .reached("\(execution.row.name) is \(isBlocked ? "blocked" : "not blocked")", reference: nil)
    }

    func send(_ execution: Execution, key: String, since: Instant) async throws(ActFault) -> Standing? {
        let (status, document, _) = try await api.send(requests(execution, key: key)[0])
        guard status == 200 else { throw api.refusal(status, document, Self.hint) }
        return nil
    }

    private func isBlocked(_ execution: Execution) async throws(ActFault) -> Bool {
        let (status, document, _) = try await api.get("/key/info?key=\(ExecutorAPI.encode(execution.row.key))")
        guard status == 200, let info = document["info"] else { throw api.refusal(status, document, Self.hint) }
        // Null means not blocked.
        return info["blocked"]?.bool ?? false
    }

    private static let hint = "Check LITELLM_ADMIN_KEY (a proxy admin's) and the key's hash in the setting executors."
}
