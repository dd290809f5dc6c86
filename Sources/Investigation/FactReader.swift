import Basics
import OnCallModel

/// Rows as facts. A row without its id or time is skipped; a missing figure is 0, a missing text is empty.
enum FactReader {
    static func hours(_ rows: RowSet) -> [HourFact] {
        rows.records.compactMap { row in
            guard let hour = row["hour"].instant else { return nil }
            let cost = row["cost"].real ?? 0
            return HourFact(
                hour: hour, cost: cost.isFinite && cost > 0 ? cost : 0, generations: row["generations"].integer ?? 0)
        }
    }

    static func errors(_ rows: RowSet) -> [ErrorFact] {
        rows.records.compactMap { row in
            guard let first = row["first_seen"].instant, let last = row["last_seen"].instant else { return nil }
            return ErrorFact(
                id: text(row["id"]), title: text(row["title"]), level: text(row["level"]),
                count: row["count"].integer ?? 0, firstSeen: first, lastSeen: last, url: text(row["permalink"]),
                culprit: text(row["culprit"]), location: text(row["filename"]))
        }
    }

    static func commits(_ rows: RowSet) -> [CommitFact] {
        rows.records.compactMap { row in
            guard let sha = row["sha"].text, !sha.isEmpty,
                let date = row["committed_date"].instant ?? row["date"].instant
            else { return nil }
            return CommitFact(
                sha: sha, message: text(row["message"]), author: text(row["author_name"]), date: date,
                url: text(row["html_url"]), parents: hashes(row["parents"]))
        }
    }

    /// The full hashes in a value, each once: GitHub writes parents as a list of objects.
    static func hashes(_ value: Value) -> [String] {
        let words = text(value).split { !$0.isHexDigit }.map(String.init).filter { $0.utf8.count == 40 }
        return words.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    static func files(_ rows: RowSet) -> [ChangedFile] {
        rows.records.compactMap { row in
            guard let path = row["filename"].text, !path.isEmpty else { return nil }
            return ChangedFile(
                path: path, additions: row["additions"].integer ?? 0, deletions: row["deletions"].integer ?? 0,
                patch: text(row["patch"]))
        }
    }

    /// Without what Sentinel posted: by the marks of its messages, and by the user that such a message is from.
    static func messages(_ rows: RowSet, channel: String) -> [MessageFact] {
        let own = rows.records.map { row in
            text(row["blocks"]).contains("\"sentinel:") || text(row["metadata"]).contains("\"sentinel_act\"")
        }
        let users = Set(zip(rows.records, own).filter(\.1).map { text($0.0["user_id"]) }.filter { !$0.isEmpty })
        return zip(rows.records, own).compactMap { row, isOwn in
            guard !isOwn, !users.contains(text(row["user_id"])) else { return nil }
            guard let date = row["time"].instant, let text = row["text"].text, !text.isEmpty else { return nil }
            return MessageFact(channel: channel, author: self.text(row["user_id"]), text: text, date: date)
        }
    }

    static func text(_ value: Value) -> String {
        switch value {
        case .text(let text): text
        case .integer(let number): String(number)
        case .null, .real, .blob: ""
        }
    }
}
