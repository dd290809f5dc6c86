package import Basics
package import OnCallModel

extension IncidentDetail {
    /// All data of an incident: what `sentinel incidents show N --format json` prints.
    package func wholeJSON(_ forensics: IncidentForensics) -> JSONValue {
        json(listing: findings).adding([
            "commits": .array(commits.map(\.summary)), "errors": .array(errors.map(\.summary)),
            "messages": .array(messages.map(\.summary)), "graph": forensics.graph.json,
            "traces": .array(forensics.traces.map(\.json)), "timeline": .array(forensics.timeline.map(\.json)),
        ])
    }
}

extension CommitFact {
    fileprivate var summary: JSONValue {
        [
            "sha": .string(sha), "title": .string(title), "author": .string(author), "date": JSONValue(date),
            "url": .string(url), "files": .array(files.map { .string($0.path) }),
        ]
    }
}

extension ErrorFact {
    fileprivate var summary: JSONValue {
        [
            "id": .string(id), "title": .string(title), "level": .string(level), "count": JSONValue(count),
            "first_seen": JSONValue(firstSeen), "last_seen": JSONValue(lastSeen), "url": .string(url),
        ]
    }
}

extension MessageFact {
    fileprivate var summary: JSONValue {
        ["channel": .string(channel), "author": .string(author), "at": JSONValue(date), "text": .string(text)]
    }
}
