package import Basics

/// What people know of an incident from others and from themselves.
package struct IncidentMemory: Hashable, Sendable {
    /// The past incidents that it resembles, the most similar first; three at most.
    package var similar: [SimilarIncident] = []
    /// The kind of its cause, as a phrase; empty if none is named.
    package var cause = ""
    /// Whether a person found its cause right; the last mark counts.
    package var mark: CauseMark?
    /// How often causes of its kind were right, in other incidents.
    package var record = CauseRecord()
    /// By people, the oldest first.
    package var notes: [IncidentNote] = []
    /// The runbooks that serve it.
    package var runbooks: [RunbookName] = []

    package init() {}

    /// "A change of tokens: 14 right, 2 wrong. Marked right by alice@host."; nil if no cause is named.
    package var causeSentence: String? {
        guard !cause.isEmpty else { return nil }
        let name = cause.prefix(1).uppercased() + cause.dropFirst()
        let sentence = "\(name)\(record.sentence.map { ": \($0)" } ?? ": not judged before")."
        return mark.map { "\(sentence) \($0.sentence)" } ?? sentence
    }
}

extension IncidentDetail {
    /// It names a cause that a person can mark.
    package var namesCause: Bool { !memory.cause.isEmpty }
}

/// A past incident, and how it ended.
package struct SimilarIncident: Hashable, Sendable {
    package enum Ending: Hashable, Sendable {
        case unresolved
        /// A note of a person names the commit.
        case fixed(by: String)
        /// An act of Sentinel ended it, as its sentence.
        case stopped(by: String)
        case noRecordedFix
    }

    package var likeness: Likeness
    package var headline: String
    package var firstSeen: Instant
    package var resolvedAt: Instant?
    package var ending: Ending
    /// When the same problem was first seen again; nil if it was not.
    package var returnedAt: Instant?

    package init(
        likeness: Likeness, headline: String, firstSeen: Instant, resolvedAt: Instant?, ending: Ending,
        returnedAt: Instant? = nil
    ) {
        (self.likeness, self.headline, self.firstSeen) = (likeness, headline, firstSeen)
        (self.resolvedAt, self.ending, self.returnedAt) = (resolvedAt, ending, returnedAt)
    }

    /// From its end to the next time that the same problem was seen.
    package var held: Span? {
        guard let resolvedAt, let returnedAt, returnedAt >= resolvedAt else { return nil }
        return returnedAt - resolvedAt
    }

    /// The same problem is back after a fix.
    package var fixDidNotHold: Bool {
        if case .fixed = ending { likeness.isSame && held != nil } else { false }
    }

    /// The sentence with a capital letter and a full stop.
    package var phrase: String { sentence.prefix(1).uppercased() + sentence.dropFirst() + "." }

    /// "seen as #12, fixed by abc1234, held 9 d".
    package var sentence: String {
        let end =
            switch ending {
            case .unresolved: "not resolved yet"
            case .fixed(let commit): "fixed by \(commit)"
            case .stopped(let act): "ended by: \(act)"
            case .noRecordedFix: "resolved without a recorded fix"
            }
        let length = held.map { ", held \(Format.age($0))" } ?? ""
        return "seen as #\(likeness.past), \(end)\(length)" + (fixDidNotHold ? "; the fix did not hold" : "")
    }
}

/// The judgement of a person on the cause of an incident.
package struct CauseMark: Hashable, Sendable {
    package var isRight: Bool
    package var author: String
    package var at: Instant

    package init(isRight: Bool, author: String, at: Instant) {
        (self.isRight, self.author, self.at) = (isRight, author, at)
    }

    package var sentence: String { "Marked \(isRight ? "right" : "wrong") by \(author)." }
}

/// How often causes of one kind were marked right and wrong.
package struct CauseRecord: Hashable, Sendable {
    package var right = 0
    package var wrong = 0

    package init(right: Int = 0, wrong: Int = 0) { (self.right, self.wrong) = (right, wrong) }

    /// "14 right, 2 wrong"; nil without a mark.
    package var sentence: String? { right + wrong == 0 ? nil : "\(right) right, \(wrong) wrong" }
}

/// What a person wrote about an incident.
package struct IncidentNote: Hashable, Sendable, Identifiable {
    package var id: Int64
    package var at: Instant
    package var author: String
    /// Markdown, as it was typed.
    package var text: String

    package static let maxLength = 20_000

    package init(id: Int64, at: Instant, author: String, text: String) {
        (self.id, self.at, self.author, self.text) = (id, at, author, text)
    }

    /// What an editor is opened with.
    package static func template(_ incident: Int64) -> String { "\n\(comment(incident))\n" }

    /// What was typed, without the comment of the template; nil if nothing was.
    package static func text(edited: String) -> String? {
        let text = edited.replacing(/<!-- Sentinel: .*? -->/, with: "").trimmed
        return text.isEmpty ? nil : text
    }

    private static func comment(_ incident: Int64) -> String {
        "<!-- Sentinel: a note about incident \(incident). \"fixed by COMMIT\" records the fix; a line with TODO becomes a follow-up."
            + " This comment is not saved. -->"
    }

    /// The commit of a line `fixed by abc1234`, shortened to seven digits; nil if it names none.
    package var fix: String? {
        guard let match = text.firstMatch(of: /(?i)\bfix(?:ed)?\s+(?:by|in|with):?\s+(?:commit\s+)?([0-9a-f]{7,40})\b/)
        else { return nil }
        return String(match.1.prefix(7)).lowercased()
    }

    /// The rest of each line that begins with `TODO`.
    package var tasks: [String] {
        text.split(whereSeparator: \.isNewline).compactMap { line in
            let line = String(line).trimmed.drop { "-*[] ".contains($0) }
            guard line.hasPrefix("TODO") else { return nil }
            let task = String(line.dropFirst(4).drop { ": ".contains($0) })
            return task.isEmpty ? nil : task
        }
    }
}
