import Basics
import OnCallModel

extension Action {
    /// The form kept in `outbox_action.action` and in the context of a request.
    var stored: JSONValue {
        switch self {
        case .postIncident(let incident):
            .fields(["kind": .string(kind.rawValue), "incident": .integer(incident)])
        case .updatePost(let incident, let text), .postReply(let incident, let text):
            .fields(["kind": .string(kind.rawValue), "incident": .integer(incident), "text": .string(text)])
        case .openIssue(let incident):
            .fields(["kind": .string(kind.rawValue), "incident": .integer(incident)])
        case .killLoop(let trace, let agent):
            .fields(["kind": .string(kind.rawValue), "trace": .string(trace), "agent": .string(agent)])
        case .requestReview(let incident, let commit, let author):
            .fields([
                "kind": .string(kind.rawValue), "incident": .integer(incident), "commit": .string(commit),
                "author": .string(author),
            ])
        }
    }

    /// Nil where the document is none of ours.
    init?(stored: JSONValue) {
        guard let name = stored["kind"]?.string, let kind = Kind(rawValue: name) else { return nil }
        let incident = stored["incident"]?.int.map(Int64.init)
        switch kind {
        case .postIncident:
            guard let incident else { return nil }
            self = .postIncident(incident: incident)
        case .updatePost:
            guard let incident, let text = stored["text"]?.string else { return nil }
            self = .updatePost(incident: incident, text: text)
        case .postReply:
            guard let incident, let text = stored["text"]?.string else { return nil }
            self = .postReply(incident: incident, text: text)
        case .createIssue:
            guard let incident else { return nil }
            self = .openIssue(incident: incident)
        case .killLoop:
            guard let trace = stored["trace"]?.string, let agent = stored["agent"]?.string else { return nil }
            self = .killLoop(trace: trace, agent: agent)
        case .review:
            guard let incident, let commit = stored["commit"]?.string, let author = stored["author"]?.string
            else { return nil }
            self = .requestReview(incident: incident, commit: commit, author: author)
        }
    }
}
