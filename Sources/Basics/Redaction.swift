/// Removes secrets from text before it goes to a log, a report, a language model, Slack or GitHub.
///
/// It replaces the exact values of this process's secrets, and texts in the formats that providers document for their keys.
package struct Redaction: Sendable {
    private let known: [String]

    /// `secrets` are the exact values to hide. Values shorter than six characters are ignored, because they would also match
    /// ordinary words.
    package init(secrets: [String] = []) {
        known = secrets.filter { $0.count >= 6 }.sorted { $0.count > $1.count }
    }

    package func apply(to text: String) -> String {
        var result = text
        for secret in known where result.contains(secret) {
            result = result.replacing(secret, with: Self.mask)
        }
        for prefix in Self.prefixes where result.contains(prefix) {
            result = Self.maskTokens(in: result, startingWith: prefix)
        }
        return Self.maskKeyBlocks(in: result)
    }

    private static let mask = "[redacted]"

    private static let prefixes = [
        "sk-lf-", "pk-lf-", "sk-", "gsk_", "ghp_", "gho_", "ghs_", "ghu_", "github_pat_", "xoxb-", "xoxp-", "xapp-",
        "xoxe-", "AKIA", "ASIA", "lin_api_", "sntrys_", "sntryu_", "eyJ",
    ]

    private static func maskTokens(in text: String, startingWith prefix: String) -> String {
        var result = ""
        var rest = text[...]
        while let start = rest.firstRange(of: prefix) {
            let token = rest[start.lowerBound...].prefix(while: isTokenCharacter)
            let startsWord = rest[..<start.lowerBound].last.map { !isTokenCharacter($0) } ?? true
            result += rest[..<start.lowerBound]
            result += startsWord && token.count >= prefix.count + 8 ? mask : String(token)
            rest = rest[token.endIndex...]
        }
        return result + rest
    }

    private static func maskKeyBlocks(in text: String) -> String {
        guard let start = text.firstRange(of: "-----BEGIN "),
            let end = text[start.upperBound...].firstRange(of: "-----END ")
        else { return text }
        let tail = text[end.upperBound...]
        let afterEnd = tail.firstRange(of: "-----").map { tail[$0.upperBound...] } ?? ""
        return text[..<start.lowerBound] + mask + maskKeyBlocks(in: String(afterEnd))
    }

    private static func isTokenCharacter(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "-_.".contains(character))
    }
}
