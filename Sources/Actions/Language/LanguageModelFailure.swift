package import Basics

/// Why the model returned no text.
package enum LanguageModelFailure: Error, Hashable, Sendable, CustomStringConvertible {
    case notConfigured
    case unreachable(String)
    case timedOut(Span)
    /// 401 or 403.
    case keyRefused(status: Int)
    case unknownModel(String)
    /// 413, or the context is too long.
    case tooLong(String)
    case rateLimited(retryAfter: Span?)
    /// Any other status, with the server's message.
    case refused(status: Int, String)
    case notAnAPI(status: Int)
    /// The answer has no text, or only reasoning.
    case empty
    /// The answer was truncated at the token limit.
    case cutOff
    /// The connection ended before the answer did.
    case brokenOff
    case withheld(String)
    case cancelled

    /// Follows "written by Sentinel:" in a report.
    package var description: String {
        switch self {
        case .notConfigured: "no language model is configured; set GROQ_API_KEY or GROQ_BASE_URL"
        case .unreachable(let detail): "the language model is not reachable (\(detail)); check GROQ_BASE_URL"
        case .timedOut(let span): "the language model did not answer within \(Int(span.seconds.rounded(.up))) s"
        case .keyRefused(let status): "the language model refused the key (\(status)); set GROQ_API_KEY"
        case .unknownModel(let detail):
            "unknown model (\(detail)); set GROQ_MODEL and GROQ_BASE_URL"
        case .tooLong(let detail): "the facts are too long for the language model (\(detail))"
        case .rateLimited(let pause):
            "the language model asks to wait\(pause.map { " \(Int($0.seconds.rounded(.up))) s" } ?? "") (429)"
        case .refused(let status, let detail): "the language model answered \(status) (\(detail))"
        case .notAnAPI(let status):
            "the server answered \(status) with an invalid response; check GROQ_BASE_URL"
        case .empty: "the language model returned an empty response"
        case .cutOff: "the language model's answer was cut off at its limit"
        case .brokenOff: "the language model's answer broke off"
        case .withheld(let reason): "the language model returned no text (\(reason))"
        case .cancelled: "Sentinel was stopping before the language model answered"
        }
    }
}
