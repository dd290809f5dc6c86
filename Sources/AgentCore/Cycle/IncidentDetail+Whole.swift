package import Basics
package import OnCallModel

extension IncidentDetail {
    /// Everything that is known of an incident: what `sentinel incidents show N --format json` prints.
    package func wholeJSON(_ forensics: IncidentForensics) -> JSONValue {
        let further: JSONValue = [
            "commits": .array(commits.map(\.json)),
            "errors": .array(errors.map(\.json)),
            "messages": .array(messages.map(\.json)),
            "graph": forensics.graph.json,
            "traces": .array(forensics.traces.map(\.json)),
            "timeline": .array(forensics.timeline.map(\.json)),
        ]
        return .object((json.members ?? []) + (further.members ?? []))
    }
}

extension CommitFact {
    fileprivate var json: JSONValue {
        [
            "sha": .string(sha), "title": .string(title), "author": .string(author), "date": JSONValue(date),
            "url": .string(url), "files": .array(files.map { .string($0.path) }),
        ]
    }
}

extension ErrorFact {
    fileprivate var json: JSONValue {
        [
            "id": .string(id), "title": .string(title), "level": .string(level), "count": JSONValue(count),
            "first_seen": JSONValue(firstSeen), "last_seen": JSONValue(lastSeen), "url": .string(url),
        ]
    }
}

extension MessageFact {
    fileprivate var json: JSONValue {
        [
            "channel": .string(channel), "author": .string(author), "at": JSONValue(date), "text": .string(text),
        ]
    }
}
