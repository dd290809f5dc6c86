import Basics

/// What hangs on Linear's issues and projects: links to other tools, milestones, reports, aims.
extension DemoScenario {
    var linearLists: [String: [JSONValue]] {
        let project: JSONValue = object(id: "project-quality", name: "Answer quality")
        let alice: JSONValue = object(
            id: "user-alice", name: "Alice", displayName: "alice", email: "alice@acme.example")
        return [
            "initiatives": [
                node(
                    "initiative-1", now - .days(120),
                    object(name: "Answers that help", description: "Fewer customers ask twice"))
            ],
            "attachments": [
                attachment(
                    "attachment-2", "The page", "pagerduty", pageAddress, issue: ("issue-214", "AST-214"),
                    now - .minutes(40)),
                attachment(
                    "attachment-1", "support-bot: longer answers, retry harder #412", "github",
                    "\(GitHubRows.site)/pull/412", issue: ("issue-209", "AST-209"), spikeStart - .hours(3)),
            ],
            "projectMilestones": [
                node(
                    "milestone-1", now - .days(44),
                    object(
                        name: "Longer answers", description: nil, progress: 1, sortOrder: 1, status: "done",
                        targetDate: nil, archivedAt: nil, project: project)),
                node(
                    "milestone-2", now - .days(44),
                    object(
                        name: "Tone", description: "Friendly and short", progress: 0.2, sortOrder: 2, status: "next",
                        archivedAt: nil, project: project, targetDate: String((now + .days(21)).iso8601.prefix(10)))),
            ],
            "projectUpdates": [
                node(
                    "update-1", now - .days(2),
                    object(
                        slugId: "5d1f0c2b7a93", body: "The longer answers are in review.", health: "onTrack",
                        url: "https://linear.app/acme/project/project-quality/updates/5d1f", user: alice,
                        project: project))
            ],
        ]
    }

    /// The members that every node has, and its own.
    private func node(_ id: String, _ created: Instant, _ own: JSONValue) -> JSONValue {
        object(id: id, createdAt: created, updatedAt: created).adding(own)
    }

    private func attachment(
        _ id: String, _ title: String, _ kind: String, _ address: String, issue: (id: String, identifier: String),
        _ created: Instant
    ) -> JSONValue {
        node(
            id, created,
            object(
                title: title, subtitle: nil, url: address, sourceType: kind,
                issue: object(id: issue.id, identifier: issue.identifier), creator: object(id: "user-bob", name: "Bob"))
        )
    }
}
