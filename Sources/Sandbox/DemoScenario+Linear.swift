import Basics

/// What hangs on Linear's issues and projects: links to other tools, milestones, reports, aims.
extension DemoScenario {
    var linearLists: ListedRecords {
        let project: JSONValue = ["id": "project-quality", "name": "Answer quality"]
        let alice: JSONValue = [
            "id": "user-alice", "name": "Alice", "displayName": "alice", "email": "alice@acme.example",
        ]
        return [
            "initiatives": [
                node(
                    "initiative-1", now - .days(120),
                    ["name": "Answers that help", "description": "Fewer customers ask twice"])
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
                    [
                        "name": "Longer answers", "description": .null, "progress": 1, "sortOrder": 1,
                        "status": "done", "targetDate": .null, "archivedAt": .null, "project": project,
                    ]),
                node(
                    "milestone-2", now - .days(44),
                    [
                        "name": "Tone", "description": "Friendly and short", "progress": 0.2, "sortOrder": 2,
                        "status": "next", "archivedAt": .null, "project": project,
                        "targetDate": .string(String((now + .days(21)).iso8601.prefix(10))),
                    ]),
            ],
            "projectUpdates": [
                node(
                    "update-1", now - .days(2),
                    [
                        "slugId": "5d1f0c2b7a93", "body": "The longer answers are in review.", "health": "onTrack",
                        "url": "https://linear.app/acme/project/project-quality/updates/5d1f", "user": alice,
                        "project": project,
                    ])
            ],
        ]
    }

    /// The members that every node has, and its own.
    private func node(_ id: String, _ created: Instant, _ own: KeyValuePairs<String, JSONValue>) -> JSONValue {
        let shared: [JSONValue.Member] = [
            .init("id", .string(id)), .init("createdAt", JSONValue(created)), .init("updatedAt", JSONValue(created)),
        ]
        return .object(shared + own.map { JSONValue.Member($0, $1) })
    }

    private func attachment(
        _ id: String, _ title: String, _ kind: String, _ address: String, issue: (id: String, identifier: String),
        _ created: Instant
    ) -> JSONValue {
        node(
            id, created,
            [
                "title": .string(title), "subtitle": .null, "url": .string(address), "sourceType": .string(kind),
                "issue": ["id": .string(issue.id), "identifier": .string(issue.identifier)],
                "creator": ["id": "user-bob", "name": "Bob"],
            ])
    }
}
