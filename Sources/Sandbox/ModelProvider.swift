import Basics
import JSON
import WebServer

/// An OpenAI-compatible endpoint whose model only repeats the given facts.
struct ModelProvider: Sendable {
    static let key = "gsk_sandbox0000000000000000001"
    static let name = "sandbox-narrator"

    func respond(_ request: WebRequest) -> WebResponse {
        guard request.isBearer(Self.key) else {
            return .json(
                #"{"error":{"message":"Invalid API Key","type":"invalid_request_error","code":"invalid_api_key"}}"#,
                status: 401)
        }
        switch request.path {
        case "/v1/chat/completions": return complete(request)
        default: return .json(#"{"error":{"message":"Unknown request URL"}}"#, status: 404)
        }
    }

    private func complete(_ request: WebRequest) -> WebResponse {
        guard let body = try? JSONDocument.parse(request.body), let messages = body["messages"]?.array,
            let prompt = messages.last?["content"]?.string, let facts = try? JSONDocument.parse(prompt)
        else {
            return .json(
                #"{"error":{"message":"messages must hold the facts","type":"invalid_request_error"}}"#, status: 400)
        }
        return .json(Self.answer(Self.report(facts)))
    }

    static func answer(_ text: String) -> JSONValue {
        object(
            id: "chatcmpl-sandbox", object: "chat.completion", model: name,
            choices: [
                object(index: 0, finish_reason: "stop", message: object(role: "assistant", content: text))
            ], usage: object(prompt_tokens: 900, completion_tokens: 200, total_tokens: 1100))
    }

    private static func report(_ facts: JSONValue) -> String {
        let finding = facts["finding"] ?? facts
        let description = finding["description"]?.string ?? "Sentinel found trouble."
        let suspect = facts["suspects"]?.array?.first
        let cause =
            suspect.map { "Commit \($0["sha"]?.string ?? "") (\($0["title"]?.string ?? ""))." }
            ?? "No commit is blamed: none stands out."
        let action = suspect == nil ? "Look at what repeats and stop it." : "Review that commit and revert it."
        return """
            ## What happened
            \(description)

            ## Likely cause
            \(cause)

            ## Impact
            Money is spent faster than usual while this lasts.

            ## Recommended action
            \(action)
            """
    }
}
