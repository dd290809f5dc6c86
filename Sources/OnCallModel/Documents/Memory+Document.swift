import Basics

extension IncidentMemory {
    /// The members `similar`, `cause` and `notes` of an incident's document.
    var members: JSONValue {
        .fields([
            "similar": .array(similar.map(\.json)),
            "cause": cause.isEmpty && mark == nil
                ? nil
                : .fields([
                    "kind": .string(cause), "mark": mark.map(\.json),
                    "right": JSONValue(record.right), "wrong": JSONValue(record.wrong),
                ]),
            "notes": .array(notes.map(\.json)),
            "runbooks": .array(runbooks.map { ["name": .string($0.name), "title": .string($0.title)] }),
        ])
    }
}

extension SimilarIncident {
    fileprivate var json: JSONValue {
        [
            "incident": .integer(likeness.past), "score": .number(likeness.score),
            "why": .array(likeness.why.map(JSONValue.string)), "same": .bool(likeness.isSame),
            "description": .string(headline), "first_seen": JSONValue(firstSeen), "resolved_at": JSONValue(resolvedAt),
            "returned_at": JSONValue(returnedAt), "held_seconds": held.map { .number($0.seconds) } ?? .null,
            "fix": fix.map(JSONValue.string) ?? .null, "fix_did_not_hold": .bool(fixDidNotHold),
            "sentence": .string(sentence),
        ]
    }

    private var fix: String? { if case .fixed(let commit) = ending { commit } else { nil } }
}

extension CauseMark {
    fileprivate var json: JSONValue {
        ["verdict": .string(isRight ? "right" : "wrong"), "author": .string(author), "at": JSONValue(at)]
    }
}

extension IncidentNote {
    fileprivate var json: JSONValue {
        ["id": .integer(id), "at": JSONValue(at), "author": .string(author), "text": .string(text)]
    }
}
