package import Basics

/// A pull request, as it was when it was scored.
package struct PullTarget: Hashable, Sendable {
    /// `owner/name`.
    package var repository: String
    package var number: Int
    /// The commit that was scored.
    package var head: String
    /// The GitHub login of who opened it.
    package var author: String

    package init(repository: String, number: Int, head: String, author: String) {
        (self.repository, self.number, self.head, self.author) = (repository, number, head, author)
    }

    package var name: String { "\(repository)#\(number)" }

    package func isSamePull(as other: PullTarget) -> Bool {
        number == other.number && repository.lowercased() == other.repository.lowercased()
    }
}

/// What Sentinel does on a pull request. Texts are Markdown without a marker, which the act adds.
package enum PullAct: Hashable, Sendable {
    /// Writes the comment with the score, or updates it.
    case comment(PullTarget, text: String)
    /// A review that requests changes; a comment where GitHub does not allow the review.
    case requestChanges(PullTarget, text: String)
    /// Dismisses the review that requested changes. `review` is its id.
    case dismiss(PullTarget, review: Int64, text: String)

    package var target: PullTarget {
        switch self {
        case .comment(let target, _), .requestChanges(let target, _), .dismiss(let target, _, _): target
        }
    }

    package var text: String {
        switch self {
        case .comment(_, let text), .requestChanges(_, let text), .dismiss(_, _, let text): text
        }
    }

    package var kind: Action.Kind {
        switch self {
        case .comment: .pullComment
        case .requestChanges: .pullReview
        case .dismiss: .pullDismissal
        }
    }

    /// Whether both have the same effect: the same text in the comment, changes requested of the same commit.
    package func hasSameEffect(as other: PullAct) -> Bool {
        switch (self, other) {
        case (.comment(let target, let text), .comment(let other, let otherText)):
            target.isSamePull(as: other) && text == otherText
        case (.requestChanges(let target, _), .requestChanges(let other, _)):
            target.isSamePull(as: other) && target.head == other.head
        case (.dismiss(let target, let review, _), .dismiss(let other, let otherReview, _)):
            target.isSamePull(as: other) && review == otherReview
        default: false
        }
    }

    package var sentence: String {
        switch self {
        case .comment(let target, _): "Comment the risk score on pull request \(target.name)"
        case .requestChanges(let target, _):
            "Request changes on pull request \(target.name) at commit \(target.head.prefix(7))"
        case .dismiss(let target, _, _): "Dismiss the review that requested changes on pull request \(target.name)"
        }
    }
}

extension PullAct: JSONConvertible {
    package var json: JSONValue {
        .fields([
            "act": .string(kind.rawValue), "repository": .string(target.repository), "pull": JSONValue(target.number),
            "head": .string(target.head), "author": .string(target.author), "text": .string(text),
            "review": review.map { .integer($0) },
        ])
    }

    private var review: Int64? { if case .dismiss(_, let review, _) = self { review } else { nil } }

    package init?(json: JSONValue) {
        guard let repository = json["repository"]?.string, let number = json["pull"]?.int,
            let head = json["head"]?.string, let author = json["author"]?.string, let text = json["text"]?.string
        else { return nil }
        let target = PullTarget(repository: repository, number: number, head: head, author: author)
        switch json["act"]?.string.flatMap(Action.Kind.init(rawValue:)) {
        case .pullComment: self = .comment(target, text: text)
        case .pullReview: self = .requestChanges(target, text: text)
        case .pullDismissal:
            guard let review = json["review"]?.int else { return nil }
            self = .dismiss(target, review: Int64(review), text: text)
        default: return nil
        }
    }
}
