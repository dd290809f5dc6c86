import Basics
import HTTPClient
import JSON

/// Reads the answer of `POST /chat/completions`.
struct ModelAnswer {
    private let response: HTTPResponse
    private let document: JSONValue?
    private let model: String
    private let now: Instant
    private let text: OutgoingText

    init(_ response: HTTPResponse, model: String, now: Instant, text: OutgoingText) {
        self.response = response
        self.model = model
        self.now = now
        self.text = text
        document = try? JSONDocument.parse(response.body)
    }

    func content() throws(LanguageModelFailure) -> String {
        guard response.status == 200, let choice = document?["choices"]?[0], document?["error"]?.isNull != false else {
            throw failure
        }
        let reason = choice["finish_reason"]?.string ?? "stop"
        let written = Self.withoutReasoning(choice["message"]?["content"]?.string ?? "")
        let content = text.plain(Self.withoutFence(written)).trimmed
        switch reason {
        case "length": throw .cutOff
        case "content_filter": throw .withheld("content filter")
        default: break
        }
        guard !content.isEmpty else { throw .empty }
        return content
    }

    private var failure: LanguageModelFailure {
        let complaint = text.line(complaint ?? "no reason given", limit: 200)
        switch response.status {
        case 401, 403: return .keyRefused(status: response.status)
        case 404: return .unknownModel("\(text.line(model, limit: 80)): \(complaint)")
        case 413: return .tooLong(complaint)
        case 429: return .rateLimited(retryAfter: RetryAfter.span(of: response, now: now))
        case 200..<400 where self.complaint == nil: return .notAnAPI(status: response.status)
        default: return .refused(status: response.status, complaint)
        }
    }

    /// `{"error":{"message":…}}`, `{"error":"…"}`, either inside an array, or `{"detail":"…"}`.
    private var complaint: String? {
        let root = document?[0] ?? document
        return root?["error"]?["message"]?.string ?? root?["error"]?.string ?? root?["detail"]?.string
    }

    /// Removes `<think>…</think>` and similar blocks. Without an end mark, everything from the start mark is removed: the
    /// token budget went into reasoning. Without a start mark, as some templates write it, everything up to the end mark is
    /// removed.
    static func withoutReasoning(_ text: String) -> String {
        var result = text
        for name in ["think", "thinking", "reasoning"] {
            let (open, close) = ("<\(name)>", "</\(name)>")
            while let start = result.firstRange(of: open) {
                let end = result[start.upperBound...].firstRange(of: close)
                let tail = end.map { String(result[$0.upperBound...]) } ?? ""
                result = String(result[..<start.lowerBound]) + tail
            }
            if let end = result.firstRange(of: close) { result = String(result[end.upperBound...]) }
        }
        return result.trimmed
    }

    /// Removes a code fence around the whole answer.
    static func withoutFence(_ text: String) -> String {
        guard text.hasPrefix("```"), text.hasSuffix("```"), let firstLine = text.firstIndex(of: "\n") else {
            return text
        }
        let inner = text[text.index(after: firstLine)...].dropLast(3)
        return inner.contains("```") ? text : String(inner)
    }
}
