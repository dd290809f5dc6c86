import Basics
import OnCallModel

extension WriteUp {
    /// What is left to do: first what people noted, then what follows from the facts.
    package var followUps: [FollowUp] {
        let memory = detail.memory
        let tasks = memory.notes.flatMap { note in
            note.tasks.map { FollowUp(text: $0, why: "a note of \(note.author)") }
        }
        return tasks
            + [unproven, unresolved, returned, unmarked, unfixed, failures, unknown, unwritten].compactMap { $0 }
    }

    private var hasFix: Bool { detail.memory.notes.contains { $0.fix != nil } }

    private var unproven: FollowUp? {
        let lost = actions.filter { $0.state == .unknown }
        guard let first = lost.first else { return nil }
        return FollowUp(
            text: "Check whether this was done: \(first.action.sentence)", why: "its outcome is not known")
    }

    private var unresolved: FollowUp? {
        guard detail.summary.life.stage != .resolved else { return nil }
        return FollowUp(text: "Resolve the incident", why: "it is \(detail.summary.state.rawValue)")
    }

    private var returned: FollowUp? {
        guard let past = detail.memory.similar.first(where: \.likeness.isSame) else { return nil }
        let times = past.fixDidNotHold ? "the fix of #\(past.likeness.past) did not hold" : past.sentence
        return FollowUp(text: "Find out why it came back", why: times)
    }

    private var unmarked: FollowUp? {
        guard !detail.memory.cause.isEmpty, detail.memory.mark == nil else { return nil }
        return FollowUp(
            text: "Mark the cause as right or wrong: sentinel incidents mark \(detail.summary.id) right|wrong",
            why: "nobody has judged it")
    }

    private var unfixed: FollowUp? {
        guard !hasFix else { return nil }
        let kill = actions.last { $0.state == .done && $0.action.kind == .killLoop }
        let suspect = detail.suspects.first.map { ", or revert commit \($0.shortSHA)" } ?? ""
        if kill != nil {
            return FollowUp(
                text: "Fix what made the agent loop\(suspect)", why: "the loop was killed, and no fix is recorded")
        }
        return FollowUp(
            text: "Record the fix in a note: fixed by COMMIT", why: "no fix is recorded")
    }

    private var failures: FollowUp? {
        let failed = actions.filter { $0.state == .failed }
        guard let first = failed.first else { return nil }
        let more = failed.count > 1 ? ", and \(failed.count - 1) more" : ""
        return FollowUp(text: "Repair: \(first.action.sentence)\(more)", why: first.detail)
    }

    private var unwritten: FollowUp? {
        guard detail.memory.runbooks.isEmpty else { return nil }
        return FollowUp(
            text: "Write a runbook for \(detail.summary.type.rawValue) of \(detail.summary.subject)",
            why: "no runbook serves it")
    }

    private var unknown: FollowUp? {
        guard let first = detail.gaps.first else { return nil }
        let more = detail.gaps.count > 1 ? " (and \(detail.gaps.count - 1) more gaps)" : ""
        return FollowUp(text: "Close the gap in the evidence", why: first + more)
    }
}
