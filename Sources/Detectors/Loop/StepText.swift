import Basics

/// The input or output of a step, as words that can be compared.
///
/// Case, punctuation and values that differ at every call without a meaning (times, request ids, the number of the attempt)
/// are dropped. A word is kept as its hash.
struct StepText: Hashable {
    let words: [UInt64]
    /// The whole numbers among them, in order.
    let numbers: [Double]

    /// Bounds the work on one text: the end is kept, because it has what is new.
    private static let maxBytes = 16_000

    private static let volatile = Set(
        [
            "attempt", "attempts", "retry", "retries", "retry_count", "try", "timestamp", "ts", "time", "date",
            "created_at", "request_id", "requestid", "trace_id", "span_id", "call_id", "tool_call_id", "message_id",
            "nonce",
        ].map { Fingerprint.hash($0.utf8) })

    init(_ text: some Sequence<UInt8>) {
        var words: [UInt64] = []
        var numbers: [Double] = []
        var skipsIdentifier = false
        for word in Array(text).suffix(Self.maxBytes).split(whereSeparator: { !Self.isWordByte($0) }) {
            let hash = Fingerprint.hash(word.lazy.map(\.lowercased))
            let digits = word.count(where: \.isDigit)
            if skipsIdentifier, digits > 0 { continue }
            // After a date (minutes and seconds) and after a volatile name, words with digits are skipped.
            skipsIdentifier = Self.volatile.contains(hash) || Self.isDate(word, digits: digits)
            guard !skipsIdentifier, !Self.isOpaque(word, digits: digits) else { continue }
            words.append(hash)
            if digits == word.count, let number = Double(String(decoding: word, as: UTF8.self)) {
                numbers.append(number)
            }
        }
        (self.words, self.numbers) = (words, numbers)
    }

    init(_ text: String) { self.init(text.utf8) }

    /// The text, or only what it adds to `earlier` if it starts with it: a conversation is compared by its latest turn.
    init(_ text: String, after earlier: String?) {
        let (now, before) = (Array(text.utf8), Array((earlier ?? "").utf8))
        let shared = zip(now, before).prefix { $0 == $1 }.count
        let isGrown = shared >= 200 && shared * 5 >= before.count * 4 && now.count >= before.count + 20
        self.init(isGrown ? now[shared...] : now[...])
    }

    /// Shared words over all words: 1 for the same, 0 for nothing in common.
    func likeness(to other: StepText) -> Double {
        let (mine, others) = (Set(words), Set(other.words))
        let union = mine.union(others).count
        return union == 0 ? 1 : Double(mine.intersection(others).count) / Double(union)
    }

    /// Of a text in UTF-8: letters, digits, `_`, `-`, and everything outside of ASCII.
    private static func isWordByte(_ byte: UInt8) -> Bool {
        byte.isWord || byte >= 0x80 || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }

    /// A UUID or a long hash.
    private static func isOpaque(_ word: ArraySlice<UInt8>, digits: Int) -> Bool {
        word.count >= 16 && digits >= 4
            && word.allSatisfy { $0.isHexadecimal || $0 == UInt8(ascii: "-") }
    }

    /// `2026-11-24T03`.
    private static func isDate(_ word: ArraySlice<UInt8>, digits: Int) -> Bool {
        digits >= 6 && word.dropFirst(4).first == UInt8(ascii: "-")
            && word.prefix(4).allSatisfy(\.isDigit)
    }
}
