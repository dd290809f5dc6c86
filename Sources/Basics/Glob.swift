extension String {
    /// Whether a pattern matches the whole of it; `*` matches any characters, including none. Runs in the product of both lengths.
    package func matches(glob pattern: String) -> Bool {
        let (pattern, text) = (Array(pattern.unicodeScalars), Array(unicodeScalars))
        var (p, t) = (0, 0)
        var star: (pattern: Int, text: Int)?
        while t < text.count {
            if p < pattern.count, pattern[p] == "*" {
                star = (p, t)
                p += 1
            } else if p < pattern.count, pattern[p] == text[t] {
                (p, t) = (p + 1, t + 1)
            } else if let last = star {
                star = (last.pattern, last.text + 1)
                (p, t) = (last.pattern + 1, last.text + 1)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == "*" }
    }
}
