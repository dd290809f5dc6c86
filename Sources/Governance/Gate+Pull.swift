package import Basics
package import OnCallModel

/// What is done about the score of a pull request.
package struct PullDecision: Hashable, Sendable {
    /// The comment, a review that policy allows, the dismissal of one.
    package var acts: [Permission] = []
    package var request: RequestDraft?
    /// The pending request that no longer applies, and why.
    package var withdrawn: Withdrawal?
    /// One sentence on the review.
    package var sentence: String

    package struct Withdrawal: Hashable, Sendable {
        package var item: ApprovalItem
        package var reason: String
    }

    init(_ sentence: String) { self.sentence = sentence }
}

/// The texts of the acts on a pull request, without markers.
package struct PullTexts: Hashable, Sendable {
    /// Nil if the pull request gets no comment.
    package var comment: String?
    package var review: String
    package var dismissal: String

    package init(comment: String?, review: String, dismissal: String) {
        (self.comment, self.review, self.dismissal) = (comment, review, dismissal)
    }
}

extension Gate {
    /// Above this percentile a review needs no approval, if a setting allows that.
    package static let reviewPercentile = 95.0

    /// The comment is a notice. A review that requests changes is requested above the threshold, once for each commit; it needs
    /// no approval only with `isAutomatic` and above ``reviewPercentile``. When the score falls, the review is dismissed.
    package func route(
        _ risk: PullRisk, _ texts: PullTexts, threshold: Int, isAutomatic: Bool, in standing: PullStanding, now: Instant
    ) -> PullDecision {
        var decision =
            risk.score > threshold && risk.isOpen
            ? review(risk, texts, threshold: threshold, isAutomatic: isAutomatic, in: standing, now: now)
            : end(risk, texts, threshold: threshold, in: standing)
        if let text = texts.comment, noticeRefusal == nil {
            let act = PullAct.comment(risk.target, text: text)
            let last = standing.acts(of: .pullComment).last
            if last == nil || last?.state == .failed || last?.action.pull?.hasSameEffect(as: act) != true {
                decision.acts.insert(permission(act, by: .notice, in: standing), at: 0)
            }
        }
        return decision
    }

    private func review(
        _ risk: PullRisk, _ texts: PullTexts, threshold: Int, isAutomatic: Bool, in standing: PullStanding, now: Instant
    ) -> PullDecision {
        let act = PullAct.requestChanges(risk.target, text: texts.review)
        let pending = standing.pendingRequest
        let isPending = pending?.action.pull?.hasSameEffect(as: act) == true
        if standing.review != nil { return PullDecision("Changes are requested already.") }
        if isPending, let pending { return PullDecision("Request \(pending.id) for a review is pending.") }
        let known = standing.requests.filter { $0.action.pull?.hasSameEffect(as: act) == true }
        if known.contains(where: { $0.status == .rejected }) {
            return PullDecision("A person rejected the review of this commit, so it is not requested again.")
        }
        if standing.acts(of: .pullReview).contains(where: { $0.action.pull?.hasSameEffect(as: act) == true }) {
            return PullDecision("The review of this commit failed, so it is not requested again.")
        }
        var decision = PullDecision("")
        if let pending { decision.withdrawn = .init(item: pending, reason: "the pull request has other commits") }
        if isAutomatic, !policy.isFrozen, let percentile = risk.percentile, percentile > Self.reviewPercentile {
            decision.acts = [permission(act, by: .policy(.pullPercentile(over: Self.reviewPercentile)), in: standing)]
            decision.sentence = "Changes are requested: the setting pr_review_auto allows it."
            return decision
        }
        let action = Action.pull(act)
        decision.request = RequestDraft(
            action: action, incident: nil, number: known.count + 1, type: nil, severity: .high,
            summary: String(
                "Risk score \(risk.score) is above \(threshold). \(risk.recommendation) \(risk.paragraph)".prefix(500)),
            createdAt: now, expiresAt: now + policy.approvalTimeout, approvers: policy.approvers(of: action))
        decision.sentence = "A review that requests changes waits for approval."
        return decision
    }

    private func end(
        _ risk: PullRisk, _ texts: PullTexts, threshold: Int, in standing: PullStanding
    ) -> PullDecision {
        let reason = risk.isOpen ? "the score is not above \(threshold)" : "the pull request is closed"
        var decision = PullDecision("No review is requested: \(reason).")
        // A score of a part of the files may be too low.
        guard risk.gaps.isEmpty || !risk.isOpen else { return decision }
        if let pending = standing.pendingRequest { decision.withdrawn = .init(item: pending, reason: reason) }
        guard risk.isOpen, noticeRefusal == nil, let review = standing.review, review.state == .done,
            let mark = review.reference.flatMap(PullMark.init), mark.kind == .review
        else { return decision }
        let act = PullAct.dismiss(risk.target, review: mark.id, text: texts.dismissal)
        decision.acts = [permission(act, by: .notice, in: standing)]
        decision.sentence = "The review that requested changes is dismissed: \(reason)."
        return decision
    }

    private func permission(_ act: PullAct, by ground: Ground, in standing: PullStanding) -> Permission {
        Permission(
            .pull(act), for: .pull(act.target, turn: standing.acts(of: act.kind).count), ground: ground, incident: nil,
            round: 0)
    }
}
