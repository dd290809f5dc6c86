package import Basics

extension Finding {
    package var json: JSONValue {
        [
            "type": .string(type.rawValue), "severity": .string(severity.rawValue),
            "fingerprint": .string(fingerprint.text), "subject": .string(subject), "description": .string(description),
            "evidence": facts.json, "sql": .string(sql),
        ]
    }
}

extension IncidentFinding {
    package var json: JSONValue {
        .fields([
            "type": .string(type.rawValue), "severity": .string(severity.rawValue),
            "fingerprint": .string(fingerprint.text), "subject": .string(subject), "description": .string(headline),
            "why": why.isEmpty ? nil : .string(why), "first_seen": JSONValue(firstSeen),
            "last_seen": JSONValue(lastSeen), "occurrences": JSONValue(occurrences), "evidence": facts.json,
        ])
    }
}
