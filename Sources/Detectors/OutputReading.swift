import Basics
import JSON
package import OnCallModel

extension OutputSample {
    /// Longer outputs are judged by their beginning, as a text, unless the whole is JSON.
    static let maxBytes = 262_144

    /// The output of a model or a tool, from the text that Langfuse stores.
    ///
    /// Of a chat message or completion (`role` and `content`, `choices`) the content is read, and of a fenced code block its
    /// body: the envelope is the SDK's, the content the feature's.
    package init(_ output: String?) {
        guard let output, let first = output.first(where: { !$0.isWhitespace }) else {
            self = .blank
            return
        }
        if "{[\"".contains(first) || first.isNumber || "-tfn".contains(first),
            let value = try? JSONDocument.parse(output)
        {
            self.init(value)
        } else if let fenced = Self.fenced(output), let value = try? JSONDocument.parse(fenced) {
            self.init(value)
        } else {
            self = .text(String(output.prefix(Self.maxBytes)))
        }
    }

    private init(_ value: JSONValue) {
        switch Self.content(of: value) {
        // A string is a text, and may contain JSON again.
        case .string(let text): self = Self.inner(text)
        case .null: self = .blank
        case let value: self = .document(value)
        }
    }

    /// Only one level: what is nested deeper is the feature's own.
    private static func inner(_ text: String) -> OutputSample {
        guard let first = text.first(where: { !$0.isWhitespace }) else { return .blank }
        let body = first == "`" ? fenced(text) ?? text : text
        guard "{[".contains(first) || first == "`", let value = try? JSONDocument.parse(body), value.kind != .string
        else { return .text(String(text.prefix(maxBytes))) }
        return .document(value)
    }

    private static func content(of value: JSONValue) -> JSONValue {
        if let message = value["choices"]?[0]?["message"] { return content(of: message) }
        if value["role"]?.string != nil, let content = value["content"] { return parts(content) }
        if case .array(let messages) = value, let last = messages.last, last["role"]?.string != nil,
            let content = last["content"]
        {
            return parts(content)
        }
        return value
    }

    /// A content may be a list of parts; their texts are joined.
    private static func parts(_ content: JSONValue) -> JSONValue {
        guard let parts = content.array, !parts.isEmpty, parts.allSatisfy({ $0["type"]?.string != nil }) else {
            return content
        }
        return .string(parts.compactMap { $0["text"]?.string }.joined())
    }

    /// The text between the first two fences of a text that begins with one.
    private static func fenced(_ text: String) -> String? {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let open = lines.firstIndex(where: { !$0.allSatisfy(\.isWhitespace) }),
            lines[open].drop(while: \.isWhitespace).hasPrefix("```")
        else { return nil }
        let body = lines[(open + 1)...].prefix { !$0.drop(while: \.isWhitespace).hasPrefix("```") }
        return body.joined(separator: "\n")
    }
}
