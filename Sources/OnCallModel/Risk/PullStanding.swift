/// What was done and asked about one pull request, oldest first.
package struct PullStanding: Hashable, Sendable {
    package var acts: [ActRecord]
    package var requests: [ApprovalItem]

    package init(acts: [ActRecord] = [], requests: [ApprovalItem] = []) {
        (self.acts, self.requests) = (acts, requests)
    }

    package func acts(of kind: Action.Kind) -> [ActRecord] { acts.filter { $0.action.kind == kind } }

    package var pendingRequest: ApprovalItem? { requests.last { $0.status == .pending } }

    /// The act whose review requests changes now, or may: the last one that did not fail and was not dismissed.
    package var review: ActRecord? {
        guard let last = acts(of: .pullReview).last(where: { $0.state != .failed }) else { return nil }
        let isDismissed = acts(of: .pullDismissal).contains { $0.id > last.id && $0.state != .failed }
        return isDismissed ? nil : last
    }
}
