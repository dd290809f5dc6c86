/// The services that the text of an error names: hosts, and names such as `inventory-db` or `price service`.
enum ServiceName {
    static func all(in text: String) -> Set<String> {
        let words = text.split { !($0.isLetter || $0.isNumber || $0 == "-" || $0 == "." || $0 == "_") }
            .map { $0.trimming(".-_") }.filter { !$0.isEmpty }
        var names: Set<String> = []
        for (place, word) in words.enumerated() {
            if isCompound(word) {
                names.insert(String(word))
            } else if nouns.contains(word.lowercased()), place > 0, isPlain(words[place - 1]) {
                names.insert(words[place - 1].lowercased())
            }
        }
        return names
    }

    /// What a service is called after its name.
    private static let nouns: Set<String> = [
        "service", "gateway", "api", "backend", "database", "db", "cluster", "index", "proxy", "endpoint", "server",
    ]

    /// `api.acme.test`, `inventory-db`: in small letters, in parts of letters. Not a class, a file, a number or a member of JSON.
    private static func isCompound(_ word: Substring) -> Bool {
        guard word.count >= 5, word.count <= 80, !word.contains(where: \.isUppercase), !word.contains("_"),
            word.count(where: \.isNumber) <= 4
        else { return false }
        let parts = word.split { $0 == "." || $0 == "-" }
        guard parts.count > 1, parts.contains(where: { $0.count > 2 }), let last = parts.last,
            parts.allSatisfy({ $0.contains(where: \.isLetter) }), !files.contains(String(last))
        else { return false }
        return !words.contains(String(word)) && !words.contains(String(parts[0]))
    }

    private static func isPlain(_ word: Substring) -> Bool {
        word.count >= 3 && word.allSatisfy { $0.isLetter || $0 == "-" } && !words.contains(word.lowercased())
    }

    private static let files: Set<String> = [
        "py", "js", "ts", "go", "rs", "rb", "java", "json", "html", "yaml", "yml", "txt", "md", "so",
    ]
    /// Words that stand at the place of a name and are none.
    private static let words: Set<String> = [
        "the", "this", "that", "our", "your", "its", "any", "and", "from", "with", "upstream", "external", "internal",
        "remote", "bad", "gateway", "target", "http", "https", "rest", "web", "error", "unknown", "tool", "model",
        "time",
        "time-out", "rate", "rate-limit", "retry", "retry-after", "read", "connect", "request", "content-type",
        "timed", "timed-out", "too", "too-many", "x-request-id", "temporarily", "origin", "proxy", "server", "service",
        "name",
    ]
}

extension Substring {
    fileprivate func trimming(_ characters: String) -> Substring {
        var text = self
        while let first = text.first, characters.contains(first) { text.removeFirst() }
        while let last = text.last, characters.contains(last) { text.removeLast() }
        return text
    }
}
