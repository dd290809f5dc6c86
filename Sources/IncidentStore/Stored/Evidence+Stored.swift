import Basics
import OnCallModel

extension CommitFact {
    var stored: JSONValue {
        .fields([
            "sha": .string(sha), "message": .string(message), "author": .string(author), "date": JSONValue(date),
            "url": .string(url), "files": .array(files.map(\.stored)),
            "parents": parents.isEmpty ? nil : .array(parents.map(JSONValue.string)),
        ])
    }

    init?(stored: JSONValue) {
        guard let sha = stored["sha"]?.string, let message = stored["message"]?.string,
            let author = stored["author"]?.string, let date = stored["date"]?.instant
        else { return nil }
        self.init(
            sha: sha, message: message, author: author, date: date, url: stored["url"]?.string ?? "",
            files: (stored["files"]?.array ?? []).compactMap(ChangedFile.init(stored:)),
            parents: (stored["parents"]?.array ?? []).compactMap(\.string))
    }
}

extension ChangedFile {
    fileprivate var stored: JSONValue {
        .fields([
            "path": .string(path), "additions": JSONValue(additions), "deletions": JSONValue(deletions),
            "patch": .string(patch),
        ])
    }

    fileprivate init?(stored: JSONValue) {
        guard let path = stored["path"]?.string else { return nil }
        self.init(
            path: path, additions: stored["additions"]?.int ?? 0, deletions: stored["deletions"]?.int ?? 0,
            patch: stored["patch"]?.string ?? "")
    }
}

extension ErrorFact {
    var stored: JSONValue {
        .fields([
            "id": .string(id), "title": .string(title), "level": .string(level), "count": JSONValue(count),
            "first_seen": JSONValue(firstSeen), "last_seen": JSONValue(lastSeen), "url": .string(url),
            "culprit": culprit.isEmpty ? nil : .string(culprit),
            "location": location.isEmpty ? nil : .string(location),
        ])
    }

    init?(stored: JSONValue) {
        guard let id = stored["id"]?.string, let title = stored["title"]?.string,
            let firstSeen = stored["first_seen"]?.instant, let lastSeen = stored["last_seen"]?.instant
        else { return nil }
        self.init(
            id: id, title: title, level: stored["level"]?.string ?? "", count: stored["count"]?.int ?? 0,
            firstSeen: firstSeen, lastSeen: lastSeen, url: stored["url"]?.string ?? "",
            culprit: stored["culprit"]?.string ?? "", location: stored["location"]?.string ?? "")
    }
}

extension MessageFact {
    var stored: JSONValue {
        .fields([
            "channel": .string(channel), "author": .string(author), "text": .string(text), "date": JSONValue(date),
        ])
    }

    init?(stored: JSONValue) {
        guard let text = stored["text"]?.string, let date = stored["date"]?.instant else { return nil }
        self.init(
            channel: stored["channel"]?.string ?? "", author: stored["author"]?.string ?? "", text: text, date: date)
    }
}

extension Suspect {
    var stored: JSONValue {
        .fields([
            "sha": .string(sha), "title": .string(title), "author": .string(author), "score": .number(score),
            "why": .array(why.map(JSONValue.string)),
        ])
    }

    init?(stored: JSONValue) {
        guard let sha = stored["sha"]?.string, let score = stored["score"]?.double else { return nil }
        self.init(
            sha: sha, title: stored["title"]?.string ?? "", author: stored["author"]?.string ?? "", score: score,
            why: (stored["why"]?.array ?? []).compactMap(\.string))
    }
}

extension Narrative.Author {
    /// `model: NAME` or `template: REASON`.
    var stored: String {
        switch self {
        case .model(let name): "model: \(name)"
        case .template(let reason): "template: \(reason)"
        }
    }
}

extension JSONValue {
    var instant: Instant? { string.flatMap { Instant(iso8601: $0) } }
}
