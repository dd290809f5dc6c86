package import Basics

/// The life cycle of one incident: its state by people and scans, and whether a notification is due.
///
/// A machine without a clock: each event returns the sentences for the timeline. A pending notification is part of the
/// state, so a crash loses none.
package struct IncidentLife: Hashable, Sendable {
    /// Set by people and scans, whether it is muted or not.
    package enum Stage: String, CaseIterable, Hashable, Sendable {
        case open, acknowledged, resolved
    }

    /// The silence in force for it.
    package struct Hold: Hashable, Sendable {
        package var id: Int64
        package var until: Instant
        package var reason: String

        package init(id: Int64, until: Instant, reason: String) {
            (self.id, self.until, self.reason) = (id, until, reason)
        }
    }

    /// The incident that explains it.
    package struct Parent: Hashable, Sendable {
        package var incident: Int64
        /// As a phrase.
        package var why: String

        package init(incident: Int64, why: String) {
            (self.incident, self.why) = (incident, why)
        }
    }

    package var stage = Stage.open
    package var acknowledgedAt: Instant?
    package var acknowledgedBy: String?
    package var resolvedAt: Instant?
    package var resolvedBy: String?
    package var snoozedUntil: Instant?
    package var snoozedBy: String?
    package var silence: Hold?
    package var parent: Parent?
    package var flappingSince: Instant?
    /// The latest scan that could detect it did.
    package var isPresent = true
    /// When it came or went, within the last ``flapWindow``.
    package var changes: [Instant] = []
    /// How often it was reopened.
    package var reopened = 0
    /// The last notification that was delivered; nil before the first.
    package var notifiedAt: Instant?
    /// When the last notice was put into the outbox, delivered or not; nil before the first.
    package var noticeAt: Instant?
    /// The notice to send as soon as nothing mutes it, as a phrase.
    package var pendingNotice: String?
    /// US dollars since it began, at the rates of the scans.
    package var cost = 0.0

    /// This many changes within this time are flapping, which ends after the same time without a change.
    package static let flapWindow = Span.hours(1)
    package static let flapChanges = 3

    package init(stage: Stage = .open) {
        self.stage = stage
    }

    package var state: IncidentState {
        if stage == .resolved, flappingSince == nil { return .resolved }
        if silence != nil { return .silenced }
        if snoozedUntil != nil { return .snoozed }
        if flappingSince != nil { return .flapping }
        return stage == .acknowledged ? .acknowledged : .open
    }

    /// It is shown and kept, but nobody is notified.
    package var isMuted: Bool { silence != nil || snoozedUntil != nil || parent != nil || flappingSince != nil }

    package enum Event: Hashable, Sendable {
        /// A scan saw it; `worse` says so where its severity rose, `again` why it is back, if more is known than that it is.
        case seen(worse: String?, again: String? = nil)
        /// A scan that could detect it did not.
        case missed
        case acknowledge(by: String)
        /// `sentence` is for the people who were notified.
        case resolve(by: String, sentence: String)
        case snooze(until: Instant, by: String)
        case unsnooze
        /// The silence that matches it now.
        case silence(Hold?)
        /// The incident that explains it now.
        case inhibit(Parent?)
        /// Time has passed.
        case pass
    }

    /// The result of an event.
    package struct Turn: Hashable, Sendable {
        /// For the timeline.
        package var notes: [String] = []
        /// The new status line of the posted message.
        package var edit: String?
        /// Why a request was refused, as the end of a sentence that begins with the incident.
        package var refusal: String?
        package var isReopened = false

        package init(notes: [String] = [], edit: String? = nil, refusal: String? = nil) {
            (self.notes, self.edit, self.refusal) = (notes, edit, refusal)
        }
    }

    package mutating func receive(_ event: Event, at now: Instant) -> Turn {
        switch event {
        case .seen(let worse, let again): seen(worse, again, at: now)
        case .missed: missed(at: now)
        case .acknowledge(let author): acknowledge(by: author, at: now)
        case .resolve(let author, let sentence): resolve(by: author, sentence, at: now)
        case .snooze(let end, let author): snooze(until: end, by: author, at: now)
        case .unsnooze: unsnooze()
        case .silence(let hold): silence(hold)
        case .inhibit(let parent): inhibit(parent)
        case .pass: pass(at: now)
        }
    }

    // MARK: what scans see

    private mutating func seen(_ worse: String?, _ again: String?, at now: Instant) -> Turn {
        var turn = Turn()
        if !isPresent { turn.notes += change(at: now) }
        if stage == .resolved {
            let before = resolvedAt.map { ": it was resolved at \($0.iso8601Seconds) and is back" } ?? ""
            (stage, resolvedAt, resolvedBy, acknowledgedAt, acknowledgedBy) = (.open, nil, nil, nil, nil)
            reopened += 1
            pendingNotice = again ?? "Reopened\(before)"
            turn.notes.append(again.map { "Reopened: \($0)" } ?? "Reopened")
            turn.isReopened = true
        }
        if let worse {
            pendingNotice = worse
            if snoozedUntil != nil { turn.notes.append("Unsnoozed: it got worse") }
            (snoozedUntil, snoozedBy) = (nil, nil)
        }
        return turn
    }

    private mutating func missed(at now: Instant) -> Turn {
        isPresent ? Turn(notes: change(at: now)) : Turn()
    }

    /// It came or went.
    private mutating func change(at now: Instant) -> [String] {
        isPresent.toggle()
        changes = changes.filter { $0 > now - Self.flapWindow } + [now]
        guard flappingSince == nil, changes.count >= Self.flapChanges else { return [] }
        flappingSince = now
        return ["Flapping: \(changes.count) state changes within one hour"]
    }

    // MARK: what people ask

    private mutating func acknowledge(by author: String, at now: Instant) -> Turn {
        switch stage {
        case .resolved: return Turn(refusal: "is resolved")
        case .acknowledged: return Turn(refusal: "is already acknowledged\(acknowledgedBy.map { " by \($0)" } ?? "")")
        case .open: break
        }
        (stage, acknowledgedAt, acknowledgedBy, pendingNotice) = (.acknowledged, now, author, nil)
        (snoozedUntil, snoozedBy) = (nil, nil)
        return Turn(notes: ["Acknowledged"])
    }

    /// A person's decision ends the flapping too; without one the notification waits for its end.
    private mutating func resolve(by author: String, _ sentence: String, at now: Instant) -> Turn {
        guard state != .resolved, stage != .resolved || author != Self.agent else {
            return Turn(refusal: "is already resolved\(resolvedBy.map { " by \($0)" } ?? "")")
        }
        if author != Self.agent { (flappingSince, changes) = (nil, []) }
        (stage, resolvedAt, resolvedBy, pendingNotice) = (.resolved, now, author, nil)
        (snoozedUntil, snoozedBy, silence, parent) = (nil, nil, nil, nil)
        return Turn(notes: ["Resolved"], edit: flappingSince == nil ? sentence : nil)
    }

    private mutating func snooze(until end: Instant, by author: String, at now: Instant) -> Turn {
        guard stage != .resolved else { return Turn(refusal: "is resolved and cannot be snoozed") }
        guard end > now else {
            return Turn(refusal: "cannot be snoozed until \(end.iso8601Seconds), which is in the past")
        }
        (snoozedUntil, snoozedBy, pendingNotice) = (end, author, nil)
        return Turn(notes: ["Snoozed until \(end.iso8601Seconds)"])
    }

    private mutating func unsnooze() -> Turn {
        guard snoozedUntil != nil else { return Turn(refusal: "is not snoozed") }
        (snoozedUntil, snoozedBy) = (nil, nil)
        return Turn(notes: ["Unsnoozed"])
    }

    // MARK: what mutes it

    private mutating func silence(_ hold: Hold?) -> Turn {
        guard stage != .resolved, hold != silence else { return Turn() }
        let before = silence
        silence = hold
        if let hold {
            let isNew = hold.id != before?.id
            return Turn(
                notes: isNew
                    ? ["Silenced until \(hold.until.iso8601Seconds) by silence \(hold.id): \(hold.reason)"] : [])
        }
        let id = before?.id ?? 0
        pendingNotice = pendingNotice ?? "Silence \(id) no longer applies; the incident is still open"
        return Turn(notes: ["Silence \(id) no longer applies"])
    }

    private mutating func inhibit(_ next: Parent?) -> Turn {
        guard stage != .resolved, next?.incident != parent?.incident else { return Turn() }
        let before = parent
        parent = next
        if let next { return Turn(notes: ["Inhibited by #\(next.incident): \(next.why)"]) }
        let id = before?.incident ?? 0
        pendingNotice = pendingNotice ?? "No longer inhibited by #\(id); the incident is still open"
        return Turn(notes: ["No longer inhibited by #\(id)"])
    }

    private mutating func pass(at now: Instant) -> Turn {
        var turn = Turn()
        if let end = snoozedUntil, end <= now {
            (snoozedUntil, snoozedBy) = (nil, nil)
            pendingNotice = "The snooze has ended; the incident is still open"
            turn.notes.append("The snooze has ended")
        }
        if let since = flappingSince, max(since, changes.last ?? since) + Self.flapWindow <= now {
            (flappingSince, changes) = (nil, [])
            turn.notes.append("No longer flapping: stable for one hour")
            if let resolvedAt { turn.edit = "Resolved at \(resolvedAt.iso8601Seconds), after flapping." }
            pendingNotice = stage != .resolved && isPresent ? "No longer flapping; the incident is still open" : nil
        }
        return turn
    }

    /// The author of what no person did.
    package static let agent = "agent"
}
