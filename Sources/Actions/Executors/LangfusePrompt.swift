import Basics
import HTTPClient
import OnCallModel

/// Moves a label of a Langfuse prompt to the version before, so that the application is served the earlier prompt.
///
/// ``Execution/object`` is the version that gets the label, ``Execution/seen`` the one that has it.
struct LangfusePrompt: Executor {
    let access: ProviderAccess.Gateways
    let calls: ProviderCalls

    private var api: ExecutorAPI {
        let user = "\(access.langfusePublicKey):\(access.langfuseSecretKey)"
        return ExecutorAPI(
            name: "Langfuse", base: access.langfuseURL + "/api/public/v2/prompts",
            headers: [.init("Authorization", "Basic " + Base64.encode(user))], calls: calls)
    }

    var missing: String? {
        access.langfusePublicKey.isEmpty || access.langfuseSecretKey.isEmpty
            ? "Langfuse is not configured: set LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY." : nil
    }

    /// An undo already has its version: the one that had the label.
    func prepare(_ draft: Execution) async throws(ActFault) -> Execution {
        if let missing { throw .failed(missing) }
        var execution = draft
        let now = try await labelled(draft.row)
        execution.seen = String(now)
        if draft.isUndo {
            if execution.object == execution.seen {
                throw .failed("Version \(now) already has the \(draft.row.name).")
            }
            return execution
        }
        guard let earlier = try await versions(draft.row).filter({ $0 < now }).max() else {
            throw .failed("Langfuse prompt \(draft.row.prompt) has no version before \(now).")
        }
        execution.object = String(earlier)
        return execution
    }

    func requests(_ execution: Execution, key: String) -> [HTTPRequest] {
        let path = "/\(ExecutorAPI.encode(execution.row.prompt))/versions/\(ExecutorAPI.encode(execution.object))"
        return [api.request(.patch, path, ["newLabels": [.string(label(execution.row))]])]
    }

    func standing(of execution: Execution, key: String, since: Instant) async throws(ActFault) -> Standing {
        let now = String(try await labelled(execution.row))
        if now == execution.object {
            return .reached("the \(execution.row.name) is on version \(now)", reference: nil)
        }
        return now == execution.seen
            ? .open : .changed("the \(execution.row.name) is on version \(now), not on version \(execution.seen).")
    }

    func send(_ execution: Execution, key: String, since: Instant) async throws(ActFault) -> Standing? {
        let (status, document, _) = try await api.send(requests(execution, key: key)[0])
        guard status == 200 else { throw api.refusal(status, document, Self.hint) }
        return nil
    }

    private func label(_ row: ExecutorRow) -> String { row.label.isEmpty ? "production" : row.label }

    /// The version that has the label.
    private func labelled(_ row: ExecutorRow) async throws(ActFault) -> Int {
        let path = "/\(ExecutorAPI.encode(row.prompt))?label=\(ExecutorAPI.encode(label(row)))"
        let (status, document, _) = try await api.get(path)
        guard status == 200, let version = document["version"]?.int else {
            throw api.refusal(status, document, Self.hint)
        }
        return version
    }

    private func versions(_ row: ExecutorRow) async throws(ActFault) -> [Int] {
        let (status, document, _) = try await api.get("?name=\(ExecutorAPI.encode(row.prompt))&limit=100")
        guard status == 200, let rows = document["data"]?.array else {
            throw api.refusal(status, document, Self.hint)
        }
        return rows.filter { $0["name"]?.string == row.prompt }.flatMap { $0["versions"]?.array ?? [] }.compactMap(
            \.int)
    }

    private static let hint =
        "Check LANGFUSE_PUBLIC_KEY, LANGFUSE_SECRET_KEY, and prompt and label in the setting executors."
}
