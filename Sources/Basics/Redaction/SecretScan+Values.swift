/// Values behind a name that marks a secret: `api_key=`, `"password": "…"`, `Authorization:`, `--token`, and passwords in URLs.
extension SecretScan {
    private enum Mark { case password, token, authorization, cookie }

    /// What a name ends with, without `-`, `_`, `.` and spaces. Those with a full stop in front are whole words.
    private static let names: [(name: [UInt8], mark: Mark)] =
        [
            "password", "passwd", "passphrase", "passwort", ".pwd", ".pass", "dbpass", "userpwd",
        ].map { (Array($0.utf8), .password) }
        + ["authorization", "authorisation"].map { (Array($0.utf8), .authorization) }
        + [".cookie", "setcookie"].map { (Array($0.utf8), .cookie) }
        + [
            "token", "secret", "apikey", "accesskey", "secretkey", "accountkey", "privatekey", "authkey", "appkey",
            "applicationkey", "subscriptionkey", "encryptionkey", "signingkey", "masterkey", "servicekey", "rolekey",
            "routingkey", "integrationkey", "licensekey", "deploykey", "webhookkey", "functionskey",
            "credential", "credentials", "signature", ".sig", ".auth", "secretvalue", "connectionstring",
        ].map { (Array($0.utf8), .token) }

    /// The names by the low bits of their last letter, because most words end with none of these letters.
    private static let namesByLastLetter: [[(name: [UInt8], mark: Mark)]] = (0..<32).map { letter in
        names.filter { Int($0.name.last ?? 0) & 31 == letter }
    }

    /// They mark places in lists and the like.
    private static let harmless = ["pagetoken", "nexttoken", "continuationtoken", "synctoken", "stoptoken", "eostoken"]
        .map { Array($0.utf8) }

    func valueBehindSeparator(_ at: Int) -> Range<Int>? {
        if text[at] == UInt8(ascii: ":") {
            if let range = passwordOfAddress(at) ?? botToken(at) { return range }
        }
        guard let (mark, isQuoted) = mark(before: at) else { return nil }
        var start = at + 1
        // `=>`, `==`, `:=`
        if has(.separator, at: start) { start += 1 }
        let isTight = start < text.count && text[start] != 0x20
        while start < text.count, text[start] == 0x20 || text[start] == 0x09, start < at + 4 { start += 1 }
        return value(start, mark, isTight: isTight && text[at] == UInt8(ascii: "="), isNameQuoted: isQuoted)
    }

    // MARK: Names

    /// The mark of the name that ends before the separator, and whether the name is quoted.
    private func mark(before separator: Int) -> (Mark, isQuoted: Bool)? {
        var end = separator
        while end > 0, text[end - 1] == 0x20, end > separator - 3 { end -= 1 }
        let isTag = text[separator] == UInt8(ascii: ">")
        var isQuoted = false
        while end > 0, closesName(text[end - 1]) {
            isQuoted = true
            end -= 1
        }
        guard has(.letter, at: end - 1) else { return nil }
        guard let (mark, start) = mark(endingAt: end), !isTag || isTagName(from: start) else { return nil }
        return (mark, isQuoted)
    }

    private func closesName(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\\")
            || byte == UInt8(ascii: "]")
    }

    private func mark(endingAt end: Int) -> (Mark, start: Int)? {
        for (name, mark) in Self.namesByLastLetter[Int(text[end - 1]) & 31] {
            guard let start = start(of: name, endingAt: end) else { continue }
            return Self.harmless.contains { self.start(of: $0, endingAt: end) != nil } ? nil : (mark, start)
        }
        return nil
    }

    /// Where the name begins if the text before `end` spells it.
    private func start(of name: [UInt8], endingAt end: Int) -> Int? {
        var at = end
        var left = name.count
        while left > 0 {
            left -= 1
            let expected = name[left]
            if expected == UInt8(ascii: ".") { return at == 0 || !has(.word, at: at - 1) ? at : nil }
            if at < end, at > 0, has([.dash, .dot], at: at - 1) || text[at - 1] == 0x20 { at -= 1 }
            guard at > 0, text[at - 1] | 0x20 == expected else { return nil }
            at -= 1
        }
        return at
    }

    private func isTagName(from start: Int) -> Bool {
        var at = start
        while at > 0, has([.word, .dash, .dot], at: at - 1) { at -= 1 }
        return at > 0 && text[at - 1] == UInt8(ascii: "<")
    }

    /// `--api-key VALUE`
    func valueOfOption(_ at: Int) -> Range<Int>? {
        let end = end(of: .token, from: at, limit: 40)
        guard end < text.count, text[end] == 0x20, let (mark, _) = mark(endingAt: end) else { return nil }
        return value(end + 1, mark, isTight: false, isNameQuoted: false)
    }

    // MARK: Values

    private func value(_ start: Int, _ mark: Mark, isTight: Bool, isNameQuoted: Bool) -> Range<Int>? {
        var start = start
        var quote: Int?
        while start < text.count {
            if text[start] == UInt8(ascii: "\\") {
                start += 1
            } else if quote == nil, isQuote(text[start]) {
                quote = start
                start += 1
            } else if let next = endOfScheme(start) {
                start = next
            } else {
                break
            }
        }
        let closing = quote.flatMap { endOfQuoted(start, like: $0) }
        let end = closing ?? endOfWord(start, isLine: mark == .cookie)
        let value = text[start..<end]
        guard !isPlaceholder(value), !value.isEmpty else { return nil }
        if closing == nil, isNameQuoted, isNumber(value) { return nil }
        let isSecret =
            switch mark {
            case .password: isPassword(value, isQuoted: closing != nil, isTight: isTight)
            case .token, .cookie: isToken(value, isQuoted: closing != nil, isTight: isTight)
            case .authorization:
                isToken(value, isQuoted: closing != nil, isTight: isTight)
                    || value.count >= 6 && !value.contains(0x20) && (has(.digit, in: value) || isUserAndPassword(value))
            }
        return isSecret ? start..<withPaddingUnlessQuoted(end, closing) : nil
    }

    private func withPaddingUnlessQuoted(_ end: Int, _ closing: Int?) -> Int { closing ?? withPadding(end) }

    private func isQuote(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "`")
    }

    /// Where a scheme of the header `Authorization` ends: `Bearer `, `Token token=`.
    private func endOfScheme(_ at: Int) -> Int? {
        for scheme in Self.schemes where match(scheme, at: at) != nil { return at + scheme.count }
        return nil
    }

    private static let schemes = ["Bearer ", "Basic ", "Token ", "token=", "ApiKey ", "Key ", "Digest "].map {
        Array($0.utf8)
    }

    /// A quotation mark of the same width ends the value: in JSON within JSON the inner ones are escaped.
    private func endOfQuoted(_ start: Int, like quote: Int) -> Int? {
        var at = start
        while at < text.count, at < start + 8192 {
            if text[at] == text[quote], reading.width(of: at) == reading.width(of: quote) {
                var end = at
                while end > start, text[end - 1] == UInt8(ascii: "\\") { end -= 1 }
                return end
            }
            if text[at] == 0x0A, reading.width(of: at) == 1 { return nil }
            at += 1
        }
        return nil
    }

    private func endOfWord(_ start: Int, isLine: Bool) -> Int {
        var at = start
        while at < text.count {
            switch text[at] {
            case 0x0A, 0x0D, UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"), UInt8(ascii: "\\"): return at
            case 0x20, 0x09, UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "&"), UInt8(ascii: "<"),
                UInt8(ascii: ">"),
                UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: "|"):
                if !isLine { return at }
                at += 1
            default: at += 1
            }
        }
        return at
    }

    private func isPlaceholder(_ value: ArraySlice<UInt8>) -> Bool {
        let word = String(decoding: value.prefix(64), as: UTF8.self)
        return word.contains("[redacted") || word.hasPrefix("$") || word.hasPrefix("{{") || word.hasPrefix("***")
            || word.hasPrefix("<") || ["null", "none", "nil", "true", "false", "undefined"].contains(word.lowercased())
    }

    private func isNumber(_ value: ArraySlice<UInt8>) -> Bool {
        value.allSatisfy { has(.digit, in: [$0]) || "+-.eE".utf8.contains($0) }
    }

    private func has(_ kind: ByteClass, in bytes: ArraySlice<UInt8>) -> Bool {
        bytes.contains { ByteClass.table[Int($0)].overlaps(kind) }
    }

    /// `os.getenv(`, `environ[`, `settings.db_password`: code that names a secret.
    private func isCode(_ value: ArraySlice<UInt8>) -> Bool {
        guard let first = value.first, ByteClass.table[Int(first)].overlaps([.letter, .dash]) else { return false }
        let name = value.prefix { ByteClass.table[Int($0)].overlaps([.word, .dash, .dot]) }
        if name.endIndex < value.endIndex {
            return text[name.endIndex] == UInt8(ascii: "(") || text[name.endIndex] == UInt8(ascii: "[")
        }
        return name.endIndex < text.count && text[name.endIndex] == UInt8(ascii: "(")
            || mark(endingAt: name.endIndex) != nil
    }

    private func isPassword(_ value: ArraySlice<UInt8>, isQuoted: Bool, isTight: Bool) -> Bool {
        // `PWD=/srv` is a folder.
        guard value.count >= 4, value.first != UInt8(ascii: "/") else { return false }
        if isQuoted { return true }
        if isCode(value) { return false }
        if isTight { return true }
        return value.count >= 6
            && value.contains {
                !ByteClass.table[Int($0)].overlaps([.letter, .dash, .dot, .separator]) && $0 != UInt8(ascii: "(")
            }
    }

    private func isToken(_ value: ArraySlice<UInt8>, isQuoted: Bool, isTight: Bool) -> Bool {
        guard value.count >= 8, !value.contains(0x20) else { return false }
        if !isQuoted, isCode(value) { return false }
        let statistics = ByteStatistics(value)
        if statistics.digits > 0, statistics.letters > 0 { return statistics.longestRun >= 6 }
        return statistics.longestRun >= 16 && (isTight || isQuoted || statistics.letters == 0)
    }

    // MARK: Addresses

    /// The password of `postgres://user:password@host`; `at` is the colon of the scheme.
    private func passwordOfAddress(_ at: Int) -> Range<Int>? {
        guard at + 3 < text.count, text[at + 1] == UInt8(ascii: "/"), text[at + 2] == UInt8(ascii: "/") else {
            return nil
        }
        var colon: Int?
        var sign: Int?
        var end = at + 3
        while end < text.count, end < at + 512 {
            let byte = text[end]
            if byte == UInt8(ascii: "@") { sign = end }
            if byte == UInt8(ascii: ":"), colon == nil { colon = end }
            if byte <= 0x20 || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "\"") {
                break
            }
            if byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "\\") { break }
            end += 1
        }
        guard let colon, let sign, colon + 1 < sign, !isPlaceholder(text[colon + 1..<sign]) else { return nil }
        return colon + 1..<sign
    }

    /// Telegram's `123456789:AA…`; `at` is the colon.
    private func botToken(_ at: Int) -> Range<Int>? {
        var start = at
        while start > 0, start > at - 11, has(.digit, at: start - 1) { start -= 1 }
        guard (8...10).contains(at - start) else { return nil }
        let end = end(of: .token, from: at + 1, limit: 64)
        let statistics = ByteStatistics(text[at + 1..<end])
        let isTelegram =
            at + 2 < text.count && text[at + 1] | 0x20 == UInt8(ascii: "a") && text[at + 2] | 0x20 == UInt8(ascii: "a")
        guard statistics.count >= (isTelegram ? 30 : 34), isTelegram || statistics.isRandom && !statistics.isHexadecimal
        else {
            return nil
        }
        return start..<end
    }
}
