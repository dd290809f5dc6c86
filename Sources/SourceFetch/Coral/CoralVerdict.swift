import Basics

/// The meaning of Coral's error for the caller.
struct CoralVerdict: Hashable, Sendable {
    enum Matter: Hashable, Sendable {
        /// A filter or argument without which the table cannot be read; nil where it is not named.
        case missingFilter(String?)
        /// No source of Coral has the table; its schema, where it is named.
        case unknownTable(schema: String?)
        case unknownColumn
        /// The source is there but lacks a key or a variable.
        case unconfigured
        case rateLimited(Span?)
        /// The provider returned this HTTP status.
        case status(Int)
        /// The provider rejected the key in a response with a successful status.
        case notAuthorised
        case timedOut
        /// More pages than a scan may have.
        case tooMuch
        case undecodable
        case unreachable
        case unimplemented
        case other
    }

    let matter: Matter

    init(_ complaint: CoralComplaint) {
        matter = Self.matter(of: complaint)
    }

    private static func matter(of complaint: CoralComplaint) -> Matter {
        let words = complaint.words
        let lower = words.lowercased()
        if let status = status(in: complaint.summary) { return providers(status, lower) }
        if lower.contains("<constant>") || lower.contains("missing required filter") {
            return .missingFilter(words.firstMatch(of: /WHERE\s+[`"]?([^\s`"=]+)[`"]?\s*=/).map { String($0.1) })
        }
        if let table = words.firstMatch(of: /(?i:table(?: function)?) ['`]([^'`]+)['`] not found/) {
            return .unknownTable(schema: schema(of: table.1))
        }
        if lower.contains("resource not found: ") || lower.contains("invalid table function") {
            return .unknownTable(schema: nil)
        }
        if lower.contains("no field named") || lower.contains("no column named") { return .unknownColumn }
        if lower.contains("not configured") || lower.contains("not installed")
            || lower.contains("missing required input")
            || lower.contains("missing secret") || lower.contains("no sources configured")
        {
            return .unconfigured
        }
        if lower.contains("rate limit") || lower.contains("ratelimited") { return .rateLimited(wait(in: lower)) }
        if let status = status(spelledIn: words) { return providers(status, lower) }
        return remaining(complaint, lower)
    }

    private static func remaining(_ complaint: CoralComplaint, _ lower: String) -> Matter {
        if lower.contains("max_pages") { return .tooMuch }
        if lower.contains("timed out") || complaint.code == "DeadlineExceeded" { return .timedOut }
        if lower.contains("decode failed") || lower.contains("error decoding") { return .undecodable }
        if complaint.code == "Unavailable" || lower.contains("error sending request")
            || complaint.hint.contains("could not be reached")
        {
            return .unreachable
        }
        if AnswerJudge.authorisationWords.contains(where: { lower.contains($0) }) { return .notAuthorised }
        return complaint.code == "Unimplemented" || lower.contains("feature is not supported") ? .unimplemented : .other
    }

    private static func providers(_ status: Int, _ lower: String) -> Matter {
        let isLimit = status == 429 || (status == 403 && lower.contains("rate limit exceeded"))
        return isLimit ? .rateLimited(wait(in: lower)) : .status(status)
    }

    /// `github` of `datafusion.github.issues` and of `github.issues`; a name without a schema is in `public`.
    private static func schema(of table: Substring) -> String? {
        let parts = table.split(separator: ".")
        guard parts.count >= 2, parts[parts.count - 2] != "public" else { return nil }
        return String(parts[parts.count - 2])
    }

    // MARK: Numbers

    /// `Source resource was not found (404)`.
    private static func status(in summary: String) -> Int? {
        summary.firstMatch(of: /\(([1-5]\d\d)\)\s*$/).flatMap { Int($0.1) }
    }

    /// `HTTP 404`, `status: 404`, `returned 404`, `404 Not Found`. A number alone is not enough, because the provider's
    /// message may contain any.
    private static func status(spelledIn words: String) -> Int? {
        if let match = words.firstMatch(of: /(?i)\b(?:http|status|status code|returned|answered)[\s:=(]+([45]\d\d)\b/) {
            return Int(match.1)
        }
        let reasons = /\b([45]\d\d) (?:Bad|Unauth|Forbidden|Not Found|Gone|Too Many|Unprocess|Internal|Service|Gateway)/
        return words.firstMatch(of: reasons).flatMap { Int($0.1) }
    }

    /// `retry after 30s`, `quota resets in 1800s`.
    private static func wait(in lower: String) -> Span? {
        lower.firstMatch(of: /(?:retry after|resets in|wait) (\d{1,7}) ?s/).flatMap { Double($0.1) }
            .map { min(.seconds($0), RateSignal.longest) }
    }
}
