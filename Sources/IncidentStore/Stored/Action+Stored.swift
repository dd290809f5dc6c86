import Basics
import OnCallModel

extension Action {
    /// The form kept in `outbox_action.action` and in the context of a request.
    var stored: JSONValue {
        switch self {
        case .postIncident(let incident):
            .fields(["kind": .string(kind.rawValue), "incident": .integer(incident)])
        case .updatePost(let incident, let text), .postReply(let incident, let text),
            .commentIssue(let incident, let text):
            .fields(["kind": .string(kind.rawValue), "incident": .integer(incident), "text": .string(text)])
        case .openIssue(let incident):
            .fields(["kind": .string(kind.rawValue), "incident": .integer(incident)])
        case .killLoop(let traces, let agent):
            .fields([
                "kind": .string(kind.rawValue), "traces": .array(traces.map(JSONValue.string)),
                "agent": .string(agent),
            ])
        case .requestReview(let incident, let commit, let author):
            .fields([
                "kind": .string(kind.rawValue), "incident": .integer(incident), "commit": .string(commit),
                "author": .string(author),
            ])
        case .notify(let incident, let channel, let event, let text):
            .fields([
                "kind": .string(kind.rawValue), "incident": .integer(incident), "channel": .string(channel),
                "event": .string(event.rawValue), "text": .string(text),
            ])
        case .postDigest(let week, let channel):
            .fields(["kind": .string(kind.rawValue), "week": .string(week), "channel": .string(channel)])
        case .warnBudget(let key, let text):
            .fields(["kind": .string(kind.rawValue), "key": .string(key), "text": .string(text)])
        case .execute(let execution):
            .fields(["kind": .string(kind.rawValue), "execution": execution.json])
        case .pull(let act):
            .fields(["kind": .string(kind.rawValue), "pull": act.json])
        }
    }

    /// Nil if the document is not a stored action.
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
        case .commentIssue:
            guard let incident, let text = stored["text"]?.string else { return nil }
            self = .commentIssue(incident: incident, text: text)
        case .killLoop:
            // An older program stored a single trace.
            let traces = stored["traces"]?.array?.compactMap(\.string) ?? [stored["trace"]?.string].compactMap { $0 }
            guard !traces.isEmpty, let agent = stored["agent"]?.string else { return nil }
            self = .killLoop(traces: traces, agent: agent)
        case .review:
            guard let incident, let commit = stored["commit"]?.string, let author = stored["author"]?.string
            else { return nil }
            self = .requestReview(incident: incident, commit: commit, author: author)
        case .notify:
            guard let incident, let channel = stored["channel"]?.string, let text = stored["text"]?.string,
                let event = stored["event"]?.string.flatMap(NoticeEvent.init(rawValue:))
            else { return nil }
            self = .notify(incident: incident, channel: channel, event: event, text: text)
        case .postDigest:
            guard let week = stored["week"]?.string, let channel = stored["channel"]?.string else { return nil }
            self = .postDigest(week: week, channel: channel)
        case .warnBudget:
            guard let key = stored["key"]?.string, let text = stored["text"]?.string else { return nil }
            self = .warnBudget(key: key, text: text)
        case .execute:
            guard let execution = stored["execution"].flatMap(Execution.init(json:)) else { return nil }
            self = .execute(execution)
        case .pullComment, .pullReview, .pullDismissal:
            guard let act = stored["pull"].flatMap(PullAct.init(json:)), act.kind == kind else { return nil }
            self = .pull(act)
        }
    }
}
