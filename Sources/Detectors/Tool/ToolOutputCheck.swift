import Basics
import OnCallModel

/// The form of one output, without a comparison with others.
enum ToolOutputCheck {
    static func form(of sample: OutputSample) -> ToolOutput.Form {
        switch sample {
        case .blank: .empty
        case .text(let text):
            if isPage(text) { .page } else if saysError(text) { .error(isDocument: false) } else { .text }
        case .document(let value):
            if saysError(value, depth: 0) {
                .error(isDocument: true)
            } else if isEmpty(value) {
                .empty
            } else {
                form(ofSound: value)
            }
        }
    }

    /// A bare text in JSON is a text.
    private static func form(ofSound value: JSONValue) -> ToolOutput.Form {
        guard let text = value.string else { return .document(value) }
        return form(of: text.allSatisfy(\.isWhitespace) ? .blank : .text(text))
    }

    // MARK: empty

    /// `[]`, `{}`, or an object whose members are all empty and one of which is a list, an object or null:
    /// `{"results": [], "total": 0}`.
    private static func isEmpty(_ value: JSONValue) -> Bool {
        switch value {
        case .null: true
        case .array(let elements): elements.allSatisfy(\.isNull)
        case .object(let members):
            members.allSatisfy { isEmptyMember($0.value) }
                && (members.isEmpty || members.contains { [.array, .object, .null].contains($0.value.kind) })
        default: false
        }
    }

    private static func isEmptyMember(_ value: JSONValue) -> Bool {
        switch value {
        case .null, .bool(false), .integer(0): true
        case .number(let number): number == 0
        case .string(let text): text.allSatisfy(\.isWhitespace)
        case .array(let elements): elements.isEmpty
        case .object(let members): members.isEmpty
        default: false
        }
    }

    // MARK: error inside a success

    private static let errorNames: Set<String> = [
        "error", "errors", "err", "exception", "traceback", "error_message", "errormessage", "error_code", "errorcode",
        "stacktrace", "stack_trace",
    ]
    private static let failedWords: Set<String> = ["error", "failed", "failure", "fail", "exception"]
    private static let statusNames: Set<String> = ["status", "status_code", "statuscode", "http_status"]
    private static let envelopes: Set<String> = ["result", "response", "data", "output", "body", "content"]

    private static func saysError(_ value: JSONValue, depth: Int) -> Bool {
        switch value {
        case .object(let members): members.contains { saysError($0, depth: depth) }
        // A list of nothing but errors.
        case .array(let elements):
            depth < 2 && !elements.isEmpty
                && elements.prefix(20).allSatisfy { $0.kind == .object && saysError($0, depth: depth + 1) }
        default: false
        }
    }

    private static func saysError(_ member: JSONValue.Member, depth: Int) -> Bool {
        let (name, value) = (member.name.lowercased(), member.value)
        if errorNames.contains(name) { return isError(value) }
        if name == "iserror" || name == "is_error" { return value.bool == true }
        if name == "success" || name == "ok" { return value.bool == false }
        if name == "__type", let text = value.string { return text.hasSuffix("Exception") || text.hasSuffix("Error") }
        if statusNames.contains(name) {
            if let text = value.string { return failedWords.contains(text.lowercased()) || isFailure(Int(text)) }
            return isFailure(value.int)
        }
        guard depth < 1, envelopes.contains(name) else { return false }
        // A tool of MCP returns its text in parts: {"content": [{"type": "text", "text": "Error: …"}]}.
        if let texts = value.array?.compactMap({ $0["text"]?.string }), let first = texts.first {
            return saysError(first)
        }
        return value.string.map(saysError) ?? saysError(value, depth: depth + 1)
    }

    private static func isFailure(_ status: Int?) -> Bool { status.map { (400...599).contains($0) } ?? false }

    /// `{"error": null}` and `{"errors": []}` are not errors.
    private static func isError(_ value: JSONValue) -> Bool {
        if let text = value.string { return !["", "none", "null", "ok", "false", "0"].contains(text.lowercased()) }
        return !isEmptyMember(value)
    }

    private static let openings = [
        "error", "exception", "fatal", "failed to", "failure", "traceback (most recent call last)", "tool error",
        "internal server error", "bad gateway", "service unavailable", "gateway timeout", "too many requests",
        "rate limit", "unauthorized", "forbidden", "access denied", "permission denied", "connection refused",
        "connection reset", "connection error", "request failed", "request timed out", "timed out", "timeout",
        "upstream connect error", "an error occurred", "an error has occurred", "something went wrong", "econnrefused",
        "etimedout", "enotfound", "tool execution failed", "500 internal", "502 bad", "503 service", "504 gateway",
        "429 too many", "http 4", "http 5", "http error", "status 4", "status 5", "status code 4", "status code 5",
    ]

    private static func saysError(_ text: String) -> Bool {
        let start = text.drop(while: \.isWhitespace).prefix(2000)
        if start.contains("Traceback (most recent call last)") { return true }
        let lower = start.prefix(80).lowercased()
        if let opening = openings.first(where: lower.hasPrefix) {
            // "Errors of measurement are…" is prose, "Error: …" is not.
            return opening.last?.isNumber == true || !(lower.dropFirst(opening.count).first?.isLetter ?? false)
        }
        // `ValueError: …`, `requests.exceptions.ReadTimeout: …`
        let word = start.prefix { !$0.isWhitespace && $0 != ":" }
        let follows = start.dropFirst(word.count).first
        return follows == ":" && word.count <= 80
            && ["Error", "Exception", "Timeout", "Failure", "Fault"].contains { word.hasSuffix($0) }
    }

    private static func isPage(_ text: String) -> Bool {
        let start = text.drop(while: \.isWhitespace).prefix(512).lowercased()
        return start.hasPrefix("<!doctype html") || start.hasPrefix("<html") || start.hasPrefix("<head")
            || start.hasPrefix("<?xml") && start.contains("<html")
    }
}
