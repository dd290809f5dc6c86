import Basics
import OnCallModel

/// The failure of a third-party service named in the texts of a finding, and the service.
struct UpstreamError: Hashable, Sendable {
    enum Kind: String, CaseIterable, Hashable, Sendable {
        case rateLimit = "rate limit"
        case overloaded
        case unavailable
        case badGateway = "bad gateway"
        case timeout
        case refused = "connection refused"

        /// In small letters, as providers and their clients write them.
        fileprivate var signs: [String] {
            switch self {
            case .rateLimit: ["ratelimit", "rate limit", "rate_limit", "too many requests", "http 429", "status 429"]
            case .overloaded: ["overloaded", "http 529", "status 529"]
            case .unavailable:
                ["service unavailable", "serviceunavailable", "temporarily unavailable", "http 503", "status 503"]
            case .badGateway: ["bad gateway", "badgateway", "http 502", "status 502"]
            case .timeout:
                ["timed out", "timeout", "time-out", "deadline exceeded", "http 504", "status 504", "http 408"]
            case .refused: ["connection refused", "econnrefused", "connection reset", "econnreset", "dns", "enotfound"]
            }
        }
    }

    var kind: Kind
    /// `openai`, `api.acme.test`, `inventory-db`; empty if none is named.
    var services: Set<String>

    /// `rate limit of openai`, `timeout`.
    var phrase: String { services.min().map { "\(kind.rawValue) of \($0)" } ?? kind.rawValue }

    /// One outage: the same failure, and not of different services.
    func isSame(as other: UpstreamError) -> Bool {
        kind == other.kind && (services.isEmpty || other.services.isEmpty || !services.isDisjoint(with: other.services))
    }

    /// The errors that a finding's sentence and quoted texts name, in the order of the kinds.
    static func named(by finding: IncidentFinding) -> [UpstreamError] {
        let quotes = finding.facts.quotes.map { String($0.prefix(2000)) }
        let text = ([finding.headline] + quotes).joined(separator: "\n").lowercased()
        let kinds = Kind.allCases.filter { kind in kind.signs.contains { contains(text, $0) } }
        guard !kinds.isEmpty else { return [] }
        var services = Set(providers.filter { contains(text, $0) }.prefix(1))
        if services.isEmpty {
            // The sentence is Sentinel's own; only texts from outside name a service. The tool itself is not one.
            let own = finding.links.features.union([finding.subject]).map { $0.lowercased() }
            services = Set((quotes.isEmpty ? [finding.headline] : quotes).flatMap(ServiceName.all)).subtracting(own)
        }
        return kinds.map { UpstreamError(kind: $0, services: services) }
    }

    private static let providers = [
        "openai", "anthropic", "groq", "bedrock", "azure", "vertex", "gemini", "cohere", "mistral", "deepseek",
        "together", "fireworks", "replicate", "huggingface", "openrouter", "pinecone", "weaviate", "stripe",
    ]

    /// Matches a word or the start of one: `timeouterror` matches `timeout`, `handsdown` does not match `dns`.
    private static func contains(_ text: String, _ sign: String) -> Bool {
        var rest = text[...]
        while let range = rest.firstRange(of: sign) {
            let before = range.lowerBound == text.startIndex ? nil : text[text.index(before: range.lowerBound)]
            if before.map({ $0.isLetter || $0.isNumber }) != true { return true }
            rest = rest[range.upperBound...]
        }
        return false
    }
}
