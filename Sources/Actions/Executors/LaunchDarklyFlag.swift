import Basics
import HTTPClient
import OnCallModel

/// Turns a LaunchDarkly flag off, by which the application switches an agent off.
struct LaunchDarklyFlag: Executor {
    let access: ProviderAccess.Gateways
    let calls: ProviderCalls

    private var api: ExecutorAPI {
        ExecutorAPI(
            name: "LaunchDarkly", base: access.launchDarklyURL,
            // Without a scheme word.
            headers: [.init("Authorization", access.launchDarklyKey)], calls: calls)
    }

    var missing: String? {
        access.launchDarklyKey.isEmpty ? "LaunchDarkly is not configured: set LAUNCHDARKLY_API_KEY." : nil
    }

    func prepare(_ draft: Execution) async throws(ActFault) -> Execution {
        if let missing { throw .failed(missing) }
        var execution = draft
        let isOn = try await isOn(draft.row)
        execution.seen = isOn ? "on" : "off"
        if isOn == draft.isUndo { throw .failed("\(draft.row.name) is already \(execution.seen).") }
        return execution
    }

    func requests(_ execution: Execution, key: String) -> [HTTPRequest] {
        let document: JSONValue = [
            "environmentKey": .string(execution.row.environment),
            "comment": .string("Sentinel incident \(execution.incident) (\(key))"),
            "instructions": [["kind": .string(execution.isUndo ? "turnFlagOn" : "turnFlagOff")]],
        ]
        return [
            api.request(
                .patch, path(execution.row), document,
                type: "application/json; domain-model=launchdarkly.semanticpatch")
        ]
    }

    func standing(of execution: Execution, key: String, since: Instant) async throws(ActFault) -> Standing {
        let isOn = try await isOn(execution.row)
        guard isOn == execution.isUndo else { return .open }
        return .reached("\(execution.row.name) is \(isOn ? "on" : "off")", reference: nil)
    }

    func send(_ execution: Execution, key: String, since: Instant) async throws(ActFault) -> Standing? {
        let (status, document, _) = try await api.send(requests(execution, key: key)[0])
        guard status == 200 else {
            throw api.refusal(status, document, "The environment may require an approval of its own: see LaunchDarkly.")
        }
        return nil
    }

    private func path(_ row: ExecutorRow) -> String {
        "/api/v2/flags/\(ExecutorAPI.encode(row.project))/\(ExecutorAPI.encode(row.flag))"
    }

    private func isOn(_ row: ExecutorRow) async throws(ActFault) -> Bool {
        let (status, document, _) = try await api.get("\(path(row))?env=\(ExecutorAPI.encode(row.environment))")
        guard status == 200, let isOn = document["environments"]?[row.environment]?["on"]?.bool else {
            throw api.refusal(status, document, "Check LAUNCHDARKLY_API_KEY, and project, flag and environment.")
        }
        return isOn
    }
}
