package import Basics

extension Silence {
    package var json: JSONValue {
        [
            "id": .integer(id), "type": JSONValue(matcher.type?.rawValue), "subject": JSONValue(matcher.subject),
            "at_most": JSONValue(matcher.maxSeverity?.rawValue), "fingerprint": JSONValue(matcher.fingerprint?.text),
            "reason": .string(reason), "author": .string(author), "created_at": JSONValue(createdAt),
            "starts_at": JSONValue(startsAt), "expires_at": JSONValue(expiresAt), "ended_at": JSONValue(endedAt),
            "ended_by": JSONValue(endedBy),
        ]
    }
}
