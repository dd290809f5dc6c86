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
        let text = Self.text(facts)
        return body["stream"]?.bool == true ? Self.stream(text) : .json(Self.answer(text))
    }

    static func answer(_ text: String) -> JSONValue {
        object(
            id: "chatcmpl-sandbox", object: "chat.completion", model: name,
            choices: [
                object(index: 0, finish_reason: "stop", message: object(role: "assistant", content: text))
            ], usage: object(prompt_tokens: 900, completion_tokens: 200, total_tokens: 1100))
    }

    /// The same as server-sent events, one for each word.
    static func stream(_ text: String) -> WebResponse {
        func event(_ delta: JSONValue, _ reason: JSONValue = .null) -> String {
            let chunk = object(
                id: "chatcmpl-sandbox", object: "chat.completion.chunk", model: name,
                choices: [object(index: 0, delta: delta, finish_reason: reason)])
            return "data: \(chunk.serialized)\n\n"
        }
        let words = text.split(separator: " ", omittingEmptySubsequences: false).enumerated()
        let events = words.map { event(object(content: $0.offset == 0 ? String($0.element) : " \($0.element)")) }
        let end = event(object(), "stop") + "data: [DONE]\n\n"
        return WebResponse(
            status: 200, headers: [.init("Content-Type", "text/event-stream")],
            body: Array((events.joined() + end).utf8))
    }

    private static func text(_ facts: JSONValue) -> String {
        if facts["finding"] != nil { return report(facts) }
        let facts = (facts.members ?? []).compactMap { fact in fact.value.string.map { (fact.name, $0) } }
        return facts.prefix(3).map { "The \($0.0.replacing("_", with: " ")) is \($0.1)." }.joined(separator: " ")
    }

    private static func report(_ facts: JSONValue) -> String {
        let description = facts["finding"]?.string ?? "Sentinel found trouble."
        let suspect = facts["suspects"]?.array?.first
        let cause =
            suspect.map { "Commit \($0["sha"]?.string ?? "") is suspected most." }
            ?? "No commit is blamed: none stands out."
        return """
            ## Likely cause
            \(cause)

            ## What happened
            \(description)

            ## Impact
            Money is spent faster than usual while this lasts.
            """
    }
}
