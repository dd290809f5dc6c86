import Basics

/// Sentry's other data: people, teams, and deployed releases.
extension DemoScenario {
    var sentryLists: [String: [JSONValue]] {
        [
            "teams": [team],
            "members": [
                member(11, "Bob", role: "owner"), member(12, "Alice", role: "member"),
                member(13, "Carol", role: "member"),
                member(14, "Dave", role: "member"),
            ],
            "releases": [
                release(
                    "2.31.0", 231, of: truth.culprit, by: "alice", "support-bot: longer answers, retry harder",
                    at: spikeStart - .minutes(5), newGroups: 1),
                release(
                    "2.30.4", 230, of: "f1a8b3377665544332211009988776655443322f", by: "bob",
                    "checkout: clearer wording", at: now - .days(3) + .minutes(14), newGroups: 0),
            ],
            "releases/assistant@2.31.0/deploys": [deploy("2.31.0", 231, finished: spikeStart - .minutes(1))],
            "releases/assistant@2.30.4/deploys": [deploy("2.30.4", 230, finished: now - .days(3) + .minutes(18))],
            "releases/assistant@2.31.0/files": [
                file(1, "~/static/support-widget.min.js", 48_211),
                file(2, "~/static/support-widget.min.js.map", 190_402),
            ],
            "releases/assistant@2.30.4/files": [],
            "issues/4401/participants": [
                user(13, "Carol").replacing(["type"], with: "user"),
                object(type: "team", id: "21", slug: "assistant", name: "Assistant"),
            ],
        ]
    }

    private var team: JSONValue {
        object(
            id: "21", slug: "assistant", name: "Assistant", dateCreated: "2026-01-05T08:58:00.120000Z", isMember: true,
            teamRole: "admin", hasAccess: true, isPending: false, memberCount: 4,
            access: ["event:read", "org:read", "project:read", "team:read"],
            flags: ["idp:provisioned": false] as JSONValue,
            avatar: object(avatarType: "letter_avatar", avatarUuid: nil), externalTeams: emptyList, organization: nil,
            projects: emptyList)
    }

    private func user(_ id: Int, _ name: String) -> JSONValue {
        let address = JSONValue.string("\(name.lowercased())@acme.example")
        return object(
            id: String(id), name: name, username: address, email: address, isActive: true, isManaged: false,
            dateJoined: "2026-01-05T09:02:11.402000Z", lastActive: now - .minutes(20), has2fa: true, isSuperuser: false,
            isStaff: false)
    }

    private func member(_ id: Int, _ name: String, role: String) -> JSONValue {
        object(
            id: String(5000 + id), email: "\(name.lowercased())@acme.example", name: name, user: user(id, name),
            orgRole: role, role: role, roleName: role.prefix(1).uppercased() + role.dropFirst(), pending: false,
            expired: false, dateCreated: "2026-01-05T09:02:11.402000Z", inviteStatus: "approved", inviterName: nil,
            groupOrgRoles: emptyList, projects: ["assistant"])
    }

    private func deploy(_ version: String, _ number: Int, finished: Instant) -> JSONValue {
        object(
            id: String(68_000 + number), environment: "production", dateStarted: finished - .minutes(3),
            dateFinished: finished, name: "assistant@\(version) to production",
            url: "\(GitHubRows.site)/releases/tag/v\(version)")
    }

    private func release(
        _ version: String, _ number: Int, of sha: String, by author: String, _ message: String, at created: Instant,
        newGroups: Int
    ) -> JSONValue {
        let finished = created + .minutes(4)
        let person: JSONValue = object(name: author, email: "\(author)@acme.example")
        return object(
            id: number, version: "assistant@\(version)", status: "open", shortVersion: "assistant@\(version)", ref: sha,
            url: "\(GitHubRows.site)/releases/tag/v\(version)", dateCreated: created, dateReleased: finished,
            newGroups: newGroups, commitCount: 1, deployCount: 1, authors: [person], owner: nil, data: object(),
            lastCommit: object(id: sha, message: message, dateCreated: created - .minutes(1), author: person),
            lastDeploy: deploy(version, number, finished: finished),
            projects: [object(id: 1, slug: "assistant", name: "assistant", platform: "python")],
            firstEvent: newGroups == 0 ? nil : spikeStart + .minutes(4),
            lastEvent: newGroups == 0 ? nil : now - .minutes(1), currentProjectMeta: object(),
            userAgent: "sentry-cli/2.58.2")
    }

    private func file(_ id: Int, _ name: String, _ size: Int) -> JSONValue {
        object(
            id: String(id), name: name, dist: nil, size: size,
            headers: ["Content-Type": name.hasSuffix(".map") ? "application/json" : "application/javascript"]
                as JSONValue, sha1: "94d6b21e962a9fc65889617ec1f17a1e2fe11b6\(id)",
            dateCreated: spikeStart - .minutes(4))
    }
}
