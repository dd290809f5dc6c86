/// A word of a sentence, and whether it names something: `support-bot`, `max_tokens`, `@alice`, `Bob`, `gpt-4o`.
struct NameWord {
    let text: String
    let isName: Bool

    /// `isFirst`: the word begins the sentence, so its capital letter means nothing.
    init(_ word: Substring, isFirst: Bool) {
        var bare = word.drop { !($0.isLetter || $0.isNumber) }
        while let last = bare.last, !(last.isLetter || last.isNumber) { bare = bare.dropLast() }
        for ending in ["'s", "’s"] where bare.hasSuffix(ending) { bare = bare.dropLast(2) }
        text = String(bare)
        isName = !bare.isEmpty && Self.isName(bare, sign: word.first, isFirst: isFirst)
    }

    private static func isName(_ word: Substring, sign: Character?, isFirst: Bool) -> Bool {
        let lower = word.lowercased()
        guard word.contains(where: \.isLetter) else { return false }
        if sign == "@" || sign == "#" { return true }
        if known.contains(lower) { return false }
        if word.contains(where: { "_.:@\\".contains($0) }) { return true }
        if word.contains("-") { return !isCompound(lower) }
        if word.contains(where: \.isNumber) { return !isFigure(word) }
        if word.dropFirst().contains(where: \.isUppercase) { return true }
        guard word.first?.isUppercase == true else { return false }
        return !(isFirst && isOpening(lower))
    }

    /// `14x`, `24h`.
    private static func isFigure(_ word: Substring) -> Bool {
        word.first?.isNumber == true && word.drop { $0.isNumber || $0 == "." || $0 == "," }.count <= 3
    }

    /// `24-hour`, `follow-up`, `week-over-week`: English, not a name.
    private static func isCompound(_ word: String) -> Bool {
        let parts = word.split(separator: "-").map(String.init)
        if parts.first?.allSatisfy(\.isNumber) == true { return true }
        return parts.allSatisfy { compounds.contains($0) || $0.count == 1 }
    }

    private static let compounds: Set<String> = [
        "above", "average", "back", "based", "call", "cost", "day", "down", "end", "follow", "grade", "half", "high",
        "higher",
        "hour", "hourly", "in", "known", "large", "like", "long", "low", "lower", "month", "non", "of", "off", "on",
        "one",
        "out", "over", "per", "post", "pre", "re", "related", "run", "running", "short", "side", "single", "slow", "so",
        "term", "than", "time", "to", "two", "up", "usual", "wait", "week", "well", "wide", "work", "year",
    ]

    /// A capitalised word may open a sentence if it has the shape of an English word that is not a name.
    private static func isOpening(_ word: String) -> Bool {
        openings.contains(word)
            || ["ly", "ing", "ed", "ion", "ions", "ment", "ness", "ity"].contains { word.hasSuffix($0) }
    }

    private static let openings: Set<String> = [
        "a", "about", "after", "agent", "agents", "all", "also", "although", "an", "and", "another", "around", "as",
        "at",
        "average", "because", "before", "below", "besides", "between", "both", "but", "by", "calls", "cause", "changes",
        "code", "commit", "commits", "cost", "costs", "data", "despite", "during", "each", "errors", "even", "every",
        "everyone",
        "features", "files", "finally", "first", "for", "four", "from", "generations", "he", "her", "his", "history",
        "hours",
        "how", "however", "if", "impact", "in", "incidents", "it", "its", "last", "late", "latency", "less", "likely",
        "loops",
        "many", "messages", "model", "models", "money", "more", "most", "much", "neither", "new", "next", "no",
        "nobody", "none", "not",
        "nothing",
        "now", "of", "on", "once", "one", "only", "other", "others", "our", "output", "outputs", "over", "overall",
        "people",
        "prices", "prompts", "recent", "releases", "requests", "retries", "reviews", "risk", "several", "she", "since",
        "so",
        "some", "spend", "steps", "such", "that", "the", "their", "then", "there", "these", "they", "this", "those",
        "three",
        "through", "today", "together", "tokens", "tool", "tools", "total", "trace", "traces", "traffic", "two",
        "under",
        "until", "up", "usage", "users", "we", "what", "when", "where", "which", "while", "who", "why", "with",
        "within",
        "without", "yesterday",
    ]

    /// Names and abbreviations that every reader of a report knows.
    private static let known: Set<String> = [
        "ai", "api", "apis", "april", "august", "ci", "cpu", "datadog", "december", "e.g", "february", "friday",
        "github", "http",
        "i", "i.e", "january", "json", "july", "june", "langfuse", "linear", "llm", "llms", "march", "may", "monday",
        "november", "october", "pagerduty", "pr", "prs", "saturday", "sentinel", "sentry", "september", "slack", "sql",
        "sunday", "thursday", "timeout", "timeouts", "tuesday", "u.s", "us", "usd", "utc", "wednesday",
    ]
}
