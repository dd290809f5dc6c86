import Basics
import HTTPClient
import JSON

/// Reads the answer of `POST /chat/completions`, streamed or not.
struct ModelAnswer {
    private let response: HTTPResponse
    private let stream: ModelStream
    private let document: JSONValue?
    private let model: String
    private let now: Instant
    private let text: OutgoingText

    init(_ response: HTTPResponse, stream: ModelStream, model: String, now: Instant, text: OutgoingText) {
        self.response = response
        self.stream = stream
        self.model = model
        self.now = now
        self.text = text
        document = stream.isStream ? nil : try? JSONDocument.parse(response.body)
    }

    /// Nil if the server did not count them.
    var tokens: Int? { stream.tokens ?? document?["usage"]?["total_tokens"]?.int }

    func content() throws(LanguageModelFailure) -> String {
        if response.status == 200, stream.isStream {
            if let complaint = stream.complaint { throw .refused(status: 200, text.line(complaint, limit: 200)) }
            guard stream.isDone || stream.reason != nil else { throw .brokenOff }
            return try content(stream.text, reason: stream.reason ?? "stop")
        }
        guard response.status == 200, let choice = document?["choices"]?[0], document?["error"]?.isNull != false else {
            throw failure
        }
        return try content(
            choice["message"]?["content"]?.string ?? "", reason: choice["finish_reason"]?.string ?? "stop")
    }

    private func content(_ written: String, reason: String) throws(LanguageModelFailure) -> String {
        let written = Self.withoutReasoning(written)
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
