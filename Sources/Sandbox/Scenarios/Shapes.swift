import Basics

/// What features and tools are asked and what they give back.
enum Shapes {
    private static let questions = [
        "Where is my order?", "Can I change the delivery address?", "Why was I charged twice?",
        "Which plan suits a team of five?", "The coupon does not work", "How do I return a jacket?",
        "Do you ship to Norway?", "My invoice has the wrong VAT id",
    ]

    static let question: Writing = { dice in
        JSONValue.fields([
            "question": .string(dice.pick(questions)), "customer": JSONValue(dice.whole(in: 10_000...99_999)),
        ]).serialized
    }

    private static let words = [
        "order", "delivery", "refund", "address", "parcel", "customer", "invoice", "window", "carrier", "policy",
        "return", "warehouse", "payment", "voucher", "account", "support", "delay", "replacement", "colour", "size",
    ]

    static func prose(_ count: Int, _ dice: inout SeededRandom) -> String {
        var (text, left) = ("", max(1, count))
        while left > 0 {
            var word = dice.bits()
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

    /// `order_id` is there in one of five.
    static let triage: Writing = { dice in
        var row: [JSONValue.Member] = [
            .init("intent", .string(dice.pick(["refund", "delivery", "billing", "other"]))),
            .init("priority", JSONValue(dice.whole(in: 1...4))),
            .init("confidence", round(dice.next(in: 0.7...0.99))),
        ]
        if dice.happens(0.2) { row.append(.init("order_id", .string("O-\(dice.whole(in: 10_000...99_999))"))) }
        return JSONValue.object(row).serialized
    }

    static let summary: Writing = { dice in prose(dice.whole(in: 18...40), &dice) }

    static let labels: Writing = { dice in
        JSONValue.array((0..<dice.whole(in: 2...5)).map { _ in .string(dice.pick(words)) }).serialized
    }

    static let invoice: Writing = { dice in
        JSONValue.fields([
            "invoice": [
                "number": .string("R-\(dice.whole(in: 1000...9999))"), "currency": .string(dice.pick(["EUR", "USD"])),
                "total": round(dice.next(in: 20.0...900.0)),
            ],
            "lines": .array(
                (0..<dice.whole(in: 1...4)).map { _ in
                    [
                        "sku": .string("S\(dice.whole(in: 100...999))"), "quantity": JSONValue(dice.whole(in: 1...9)),
                        "price": round(dice.next(in: 3.0...90.0)),
                    ]
                }),
        ]).serialized
    }

    static let reply: Writing = { dice in
        JSONValue.fields([
            "response": .string(prose(dice.whole(in: 12...24), &dice)), "confidence": round(dice.next(in: 0.85...0.99)),
            "category": .string(dice.pick(["orders", "billing", "returns", "account", "other"])),
        ]).serialized
    }

    /// `reply` with other names for its keys.
    static let renamedReply: Writing = { dice in
        JSONValue.fields([
            "answer": .string(prose(dice.whole(in: 12...24), &dice)), "score": round(dice.next(in: 0.85...0.99)),
            "category": .string(dice.pick(["orders", "billing", "returns", "account", "other"])),
        ]).serialized
    }

    static func rating(isText: Bool) -> Writing {
        { dice in
            let stars = dice.whole(in: 1...5)
            return JSONValue.fields([
                "sentiment": .string(dice.pick(["good", "bad", "mixed"])),
                "rating": isText ? .string(String(stars)) : JSONValue(stars),
                "refund_days": isText ? .string("\(stars * 7) days") : JSONValue(stars * 7),
            ]).serialized
        }
    }

    /// `zip` is the name of the postal code's key.
    static func address(zip: String) -> Writing {
        { dice in
            let place: [JSONValue.Member] = [
                .init("street", .string("\(dice.pick(words)) street \(dice.whole(in: 1...90))")),
                .init(zip, .string(String(dice.whole(in: 10_000...99_999)))), .init("country", "DE"),
            ]
            return JSONValue.fields([
                "recipient": ["name": .string("Customer \(dice.whole(in: 100...999))"), "company": .null],
                "address": .object(place),
            ]).serialized
        }
    }

    static let matches: Writing = { dice in
        JSONValue.array(
            (0..<dice.whole(in: 2...4)).map { _ in
                ["product": .string("P-\(dice.whole(in: 100...999))"), "similarity": round(dice.next(in: 0.5...0.98))]
            }
        ).serialized
    }

    static let refusedMatches: Writing = { dice in
        JSONValue.fields([
            "error": .string(dice.pick(["context too long", "could not rank the products"])),
            "code": JSONValue(dice.pick([400, 422])),
        ]).serialized
    }

    /// `lead` with `explanation` where it has one.
    static func lead(isExplained: Bool) -> Writing {
        { dice in
            var row: [JSONValue.Member] = [
                .init("score", JSONValue(dice.whole(in: 1...100))), .init("tier", .string(dice.pick(["A", "B", "C"]))),
            ]
            if isExplained { row.append(.init("explanation", .string(prose(10, &dice)))) }
            return JSONValue.object(row).serialized
        }
    }
}
