import Basics
import JSON
import OnCallModel

/// Whether a result is an error or empty.
enum EmptyResult {
    /// A longer result has content.
    private static let maxBytes = 400

    static func isEmpty(_ output: String) -> Bool {
        guard output.utf8.count < maxBytes else { return false }
        if let value = try? JSONDocument.parse(output), ![.number, .boolean].contains(value.kind) {
            return isEmpty(value)
        }
        return saysEmpty(output)
    }

    private static func isEmpty(_ value: JSONValue) -> Bool {
        if hasNoValue(value) { return true }
        if case .string(let text) = value { return saysEmpty(text) }
        guard let members = value.members else { return false }
        return members.contains { isFailure($0.name.lowercased(), $0.value) }
            || members.allSatisfy { hasNoValue($0.value) }
    }

    /// A member that shows by its name and value that the call failed or found nothing. `"error": null` shows the opposite.
    private static func isFailure(_ name: String, _ value: JSONValue) -> Bool {
        switch name {
        case "error", "errors", "exception": !hasNoValue(value)
        case "ok", "success", "found": value.bool == false
        case "status", "state": value.string.map { failures.contains($0.lowercased()) } ?? false
        case "results", "result", "items", "data", "matches", "hits", "documents", "rows", "records":
            hasNoValue(value) || (value.string.map(saysEmpty) ?? false)
        case "message", "detail", "reason": value.string.map(saysEmpty) ?? false
        default: false
        }
    }

    private static func hasNoValue(_ value: JSONValue) -> Bool {
        switch value {
        case .null, .bool(false), .string(""): true
        case .array(let elements): elements.isEmpty
        case .object(let members): members.isEmpty
        default: false
        }
    }

    private static let failures: Set<String> = [
        "error", "failed", "failure", "not_found", "not found", "timeout", "timed_out", "rejected", "unavailable",
    ]
    private static let phrases = [
        "error", "no result", "not found", "nothing found", "failed", "timed out", "timeout", "rate limit",
    ]

    private static func saysEmpty(_ text: String) -> Bool {
        let text = text.lowercased()
        let bare = text.filter { !" \n\t\"".contains($0) }
        return ["", "[]", "{}", "null", "none"].contains(bare) || phrases.contains { text.contains($0) }
    }
}
