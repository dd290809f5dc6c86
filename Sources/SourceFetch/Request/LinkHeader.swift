/// The `Link` header of RFC 8288, read leniently: Sentry writes stray separators between its parts.
enum LinkHeader {
    /// The address with `rel="next"`; with `requiresResults`, only if it also has `results="true"`.
    static func next(in header: String, requiresResults: Bool) -> String? {
        var rest = header[...]
        while let open = rest.firstIndex(of: "<"), let close = rest[open...].firstIndex(of: ">") {
            let address = rest[rest.index(after: open)..<close]
            rest = rest[rest.index(after: close)...]
            let parameters = rest.prefix { $0 != "<" }
            if value(of: "rel", in: parameters)?.split(separator: " ").contains("next") == true {
                let hasResults = value(of: "results", in: parameters) == "true"
                return hasResults || !requiresResults ? String(address) : nil
            }
        }
        return nil
    }

    private static func value(of name: String, in parameters: Substring) -> String? {
        for part in parameters.split(whereSeparator: { $0 == ";" || $0 == "," }) {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].filter({ !$0.isWhitespace }).lowercased() == name else { continue }
            return pair[1].split { $0 == "\"" || $0.isWhitespace }.joined(separator: " ").lowercased()
        }
        return nil
    }
}
