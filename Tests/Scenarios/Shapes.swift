import Basics

/// Inputs and outputs of features and tools.
enum Shapes {
    private static let questions = [
        "Where is my order?", "Can I change the delivery address?", "Why was I charged twice?",
        "Which plan suits a team of five?", "The coupon does not work", "How do I return a jacket?",
        "Do you ship to Norway?", "My invoice has the wrong VAT id",
    ]

    static let question: TextSource = { random in
        JSONValue.fields([
            "question": .string(random.pick(questions)), "customer": JSONValue(random.whole(in: 10_000...99_999)),
        ]).serialized
    }

    private static let words = [
        "order", "delivery", "refund", "address", "parcel", "customer", "invoice", "window", "carrier", "policy",
        "return", "warehouse", "payment", "voucher", "account", "support", "delay", "replacement", "colour", "size",
    ]

    static func prose(_ count: Int, _ random: inout SeededRandom) -> String {
        var (text, left) = ("", max(1, count))
        while left > 0 {
            var word = random.next()
            for _ in 0..<min(left, 12) {
                if !text.isEmpty { text += " " }
                text += words[Int(word % UInt64(words.count))]
                word /= UInt64(words.count)
            }
            left -= 12
        }
        return text.prefix(1).uppercased() + text.dropFirst() + "."
    }

    private static func round(_ number: Double) -> JSONValue { .number((number * 100).rounded() / 100) }

    // MARK: outputs of features

    /// One of five has an `order_id`.
    static let triage: TextSource = { random in
        var row: [JSONValue.Member] = [
            .init("intent", .string(random.pick(["refund", "delivery", "billing", "other"]))),
            .init("priority", JSONValue(random.whole(in: 1...4))),
            .init("confidence", round(random.next(in: 0.7...0.99))),
        ]
        if random.happens(0.2) { row.append(.init("order_id", .string("O-\(random.whole(in: 10_000...99_999))"))) }
        return JSONValue.object(row).serialized
    }

    static let summary: TextSource = { random in prose(random.whole(in: 18...40), &random) }

    static let labels: TextSource = { random in
        JSONValue.array((0..<random.whole(in: 2...5)).map { _ in .string(random.pick(words)) }).serialized
    }

    static let invoice: TextSource = { random in
        JSONValue.fields([
            "invoice": [
                "number": .string("R-\(random.whole(in: 1000...9999))"),
                "currency": .string(random.pick(["EUR", "USD"])),
                "total": round(random.next(in: 20.0...900.0)),
            ],
            "lines": .array(
                (0..<random.whole(in: 1...4)).map { _ in
                    [
                        "sku": .string("S\(random.whole(in: 100...999))"),
                        "quantity": JSONValue(random.whole(in: 1...9)),
                        "price": round(random.next(in: 3.0...90.0)),
                    ]
                }),
        ]).serialized
    }

    static let reply: TextSource = { random in
        JSONValue.fields([
            "response": .string(prose(random.whole(in: 12...24), &random)),
            "confidence": round(random.next(in: 0.85...0.99)),
            "category": .string(random.pick(["orders", "billing", "returns", "account", "other"])),
        ]).serialized
    }

    /// `reply` with other names for its keys.
    static let renamedReply: TextSource = { random in
        JSONValue.fields([
            "answer": .string(prose(random.whole(in: 12...24), &random)), "score": round(random.next(in: 0.85...0.99)),
            "category": .string(random.pick(["orders", "billing", "returns", "account", "other"])),
        ]).serialized
    }

    static func rating(isText: Bool) -> TextSource {
        { random in
            let stars = random.whole(in: 1...5)
            return JSONValue.fields([
                "sentiment": .string(random.pick(["good", "bad", "mixed"])),
                "rating": isText ? .string(String(stars)) : JSONValue(stars),
                "refund_days": isText ? .string("\(stars * 7) days") : JSONValue(stars * 7),
            ]).serialized
        }
    }

    /// `zip` is the name of the postal code's key.
    static func address(zip: String) -> TextSource {
        { random in
            let place: [JSONValue.Member] = [
                .init("street", .string("\(random.pick(words)) street \(random.whole(in: 1...90))")),
                .init(zip, .string(String(random.whole(in: 10_000...99_999)))), .init("country", "DE"),
            ]
            return JSONValue.fields([
                "recipient": ["name": .string("Customer \(random.whole(in: 100...999))"), "company": .null],
                "address": .object(place),
            ]).serialized
        }
    }

    static let matches: TextSource = { random in
        JSONValue.array(
            (0..<random.whole(in: 2...4)).map { _ in
                [
                    "product": .string("P-\(random.whole(in: 100...999))"),
                    "similarity": round(random.next(in: 0.5...0.98)),
                ]
            }
        ).serialized
    }

    static let refusedMatches: TextSource = { random in
        JSONValue.fields([
            "error": .string(random.pick(["context too long", "could not rank the products"])),
            "code": JSONValue(random.pick([400, 422])),
        ]).serialized
    }

    /// A lead, with or without `explanation`.
    static func lead(isExplained: Bool) -> TextSource {
        { random in
            var row: [JSONValue.Member] = [
                .init("score", JSONValue(random.whole(in: 1...100))),
                .init("tier", .string(random.pick(["A", "B", "C"]))),
            ]
            if isExplained { row.append(.init("explanation", .string(prose(10, &random)))) }
            return JSONValue.object(row).serialized
        }
    }
}
