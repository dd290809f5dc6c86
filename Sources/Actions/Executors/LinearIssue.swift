import Basics
import Crypto
import HTTPClient
import OnCallModel

/// Creates a Linear issue for an incident. Its id is made from the act's key, so Linear refuses a second one, and it is found
/// by it.
struct LinearIssue: Executor {
    let access: ProviderAccess.Gateways
    let calls: ProviderCalls
    let incident: IncidentDetail?

    var missing: String? {
        access.linearKey.isEmpty ? "Linear is not configured: set LINEAR_API_KEY." : nil
    }

    /// A personal key has no scheme word.
    private var api: ExecutorAPI {
        ExecutorAPI(
            name: "Linear", base: access.linearURL, headers: [.init("Authorization", access.linearKey)], calls: calls)
    }

    func prepare(_ draft: Execution) async throws(ActFault) -> Execution {
        if let missing { throw .failed(missing) }
        let document = try await ask(
            "query Team($id: String!) { team(id: $id) { id key } }", ["id": .string(draft.row.team)])
        guard let team = document["data"]?["team"]?["id"]?.string else {
            throw .failed(
                "Linear has no team \(calls.text.line(draft.row.team, limit: 80)): check the setting executors.")
        }
        var execution = draft
        execution.seen = team
        return execution
    }

    func requests(_ execution: Execution, key: String) -> [HTTPRequest] {
        let input: JSONValue = [
            "id": .string(Self.id(of: key)), "teamId": .string(execution.seen), "title": .string(title(execution)),
            "description": .string(description(execution)), "priority": .integer(priority),
        ]
        let query =
            "mutation Create($input: IssueCreateInput!) { issueCreate(input: $input) { success issue { id identifier url } } }"
        return [api.request(.post, "", ["query": .string(query), "variables": ["input": input]])]
    }

    /// A UUID that is the same for the same key (version 8 of RFC 9562: its bits are those of a hash).
    static func id(of key: String) -> String {
        var bytes = Array(SHA256.digest(of: Array("sentinel/\(key)".utf8)).prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        let text = Hexadecimal.text(of: bytes)
        var (parts, rest) = ([Substring](), text[...])
        for length in [8, 4, 4, 4, 12] {
            parts.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return parts.joined(separator: "-")
    }

    private func title(_ execution: Execution) -> String {
        "[Sentinel \(execution.incident)] "
            + calls.text.gitHubLine(execution.task?.text ?? incident?.summary.headline ?? "", limit: 200)
    }

    private func description(_ execution: Execution) -> String {
        if let task = execution.task {
            return calls.text.gitHubReport(Execution.description(of: task, incident), limit: 4_000)
        }
        return calls.text.gitHubReport(incident?.report ?? "", limit: 20_000)
    }

    /// 1 is urgent, 4 is low.
    private var priority: Int64 {
        switch incident?.summary.severity {
        case .critical: 1
        case .high: 2
        case .medium, nil: 3
        case .info: 4
        }
    }

    func standing(of execution: Execution, key: String, since: Instant) async throws(ActFault) -> Standing {
        let document = try await ask(
            "query Issue($id: String!) { issue(id: $id) { id identifier url } }", ["id": .string(Self.id(of: key))],
            orMissing: true)
        guard let issue = document["data"]?["issue"], let name = issue["identifier"]?.string else { return .open }
        return .reached("created Linear issue \(name)", reference: issue["url"]?.string)
    }

    func send(_ execution: Execution, key: String, since: Instant) async throws(ActFault) -> Standing? {
        _ = try checked(await api.send(requests(execution, key: key)[0]), orMissing: false)
        return nil
    }

    private func ask(
        _ query: String, _ variables: JSONValue, orMissing: Bool = false
    ) async throws(ActFault) -> JSONValue {
        let request = api.request(.post, "", ["query": .string(query), "variables": variables])
        return try checked(await api.send(request, isRepeatable: true), orMissing: orMissing)
    }

    /// Errors may come with status 200; a rate limit is an error with status 400.
    private func checked(
        _ answer: (status: Int, document: JSONValue, response: HTTPResponse), orMissing: Bool
    ) throws(ActFault) -> JSONValue {
        guard let error = answer.document["errors"]?[0] else {
            guard answer.status == 200 else { throw api.refusal(answer.status, answer.document, Self.hint) }
            return answer.document
        }
        let message = error["message"]?.string ?? ""
        if error["extensions"]?["code"]?.string == "RATELIMITED" {
            throw .retry("Linear asks to wait.", after: calls.retryAfter(answer.response) ?? .seconds(60))
        }
        if orMissing, message.hasPrefix("Entity not found") { return [:] }
        throw .failed("Linear refused: \(calls.text.line(message, limit: 200)). \(Self.hint)")
    }

    private static let hint = "Check LINEAR_API_KEY and the team in the setting executors."
}
