import Basics
import JSON

/// Whether a result is an error or finds nothing.
enum EmptyResult {
    /// Longer results hold something.
    private static let longest = 400

    static func isOne(_ output: String) -> Bool {
        guard output.utf8.count < longest else { return false }
        if let value = try? JSONDocument.parse(output), isStructured(value) || value == .null { return isOne(value) }
        return says(output)
    }

    private static func isStructured(_ value: JSONValue) -> Bool {
        switch value {
        case .object, .array, .string: true
        default: false
        }
    }

    private static func isOne(_ value: JSONValue) -> Bool {
        if isNothing(value) { return true }
        if case .string(let text) = value { return says(text) }
        guard let members = value.members else { return false }
        return members.contains { isTrouble($0.name.lowercased(), $0.value) }
            || members.allSatisfy { isNothing($0.value) }
    }

    /// A member that says by its name and value that the call was in vain. `"error": null` says the opposite.
    private static func isTrouble(_ name: String, _ value: JSONValue) -> Bool {
        switch name {
        case "error", "errors", "exception": !isNothing(value)
        case "ok", "success", "found": value.bool == false
        case "status", "state": value.string.map { failures.contains($0.lowercased()) } ?? false
        case "results", "result", "items", "data", "matches", "hits", "documents", "rows", "records":
            isNothing(value) || (value.string.map(says) ?? false)
        case "message", "detail", "reason": value.string.map(says) ?? false
        default: false
        }
    }

    private static func isNothing(_ value: JSONValue) -> Bool {
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

    private static func says(_ text: String) -> Bool {
        let text = text.lowercased()
        let bare = text.filter { !" \n\t\"".contains($0) }
        return ["", "[]", "{}", "null", "none"].contains(bare) || phrases.contains { text.contains($0) }
    }
}
