import Basics
import HTTPClient
import SourceSpec

/// Removes the secrets of one source from texts about its requests and responses.
struct Secrets: Sendable {
    private let values: [String]
    private let redaction: Redaction

    init(_ source: SourceSpec, inputs: [String: String], redaction: Redaction) {
        values = source.inputs.filter { $0.kind == .secret }.compactMap { inputs[$0.key] }.filter { !$0.isEmpty }
        self.redaction = redaction
    }

    init(values: [String], redaction: Redaction = Redaction()) {
        self.values = values.filter { !$0.isEmpty }
        self.redaction = redaction
    }

    func adding(_ more: [String]) -> Secrets { Secrets(values: values + more, redaction: redaction) }

    /// `GET https://host/path?query`, with all secrets masked.
    func describe(_ method: HTTPRequest.Method, _ url: String) -> String {
        var parts = url.split(separator: "?", maxSplits: 1).map(String.init)
        guard !parts.isEmpty else { return method.rawValue }
        parts[0] = withoutUser(mask(parts[0]))
        if parts.count == 2 {
            let pairs = parts[1].split(separator: "&").map { pair -> String in
                let halves = pair.split(separator: "=", maxSplits: 1)
                guard halves.count == 2, isSecret(halves[1]) else { return mask(String(pair)) }
                return "\(halves[0])=[redacted]"
            }
            parts[1] = pairs.joined(separator: "&")
        }
        return "\(method.rawValue) \(parts.joined(separator: "?"))"
    }

    /// A provider's message as one line of at most 200 characters, without secrets and without control characters.
    func quote(_ text: String) -> String {
        let words = text.split { $0.isWhitespace || $0.isNewline }.joined(separator: " ")
        let visible = String(String.UnicodeScalarView(words.unicodeScalars.filter { !Self.isUnseen($0) }))
        let masked = mask(visible)
        return masked.count <= 200 ? masked : masked.prefix(199) + "…"
    }

    func mask(_ text: String) -> String {
        var result = text
        for secret in values where secret.count >= 6 {
            result = result.replacing(secret, with: "[redacted]")
            result = result.replacing(PercentEncoding.encode(secret), with: "[redacted]")
        }
        return redaction.apply(to: result)
    }

    private func isSecret(_ encoded: Substring) -> Bool {
        values.contains { encoded == $0 || encoded == PercentEncoding.encode($0) }
    }

    private func withoutUser(_ address: String) -> String {
        guard let root = WebAddress(address)?.root, let at = root.lastIndex(of: "@"),
            let start = root.firstRange(of: "://")
        else { return address }
        return String(root[..<start.upperBound] + root[root.index(after: at)...] + address.dropFirst(root.count))
    }

    private static func isUnseen(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
