import Basics

/// GitHub's objects as its REST API writes them, version 2022-11-28: times without fractions, people by login.
enum GitHubRows {
    static let site = "https://github.com/\(GitHubProvider.owner)/\(GitHubProvider.repository)"
    static let api = "https://api.github.com/repos/\(GitHubProvider.owner)/\(GitHubProvider.repository)"

    static func user(_ login: String) -> JSONValue {
        [
            "login": .string(login), "id": JSONValue(1000 + login.utf8.reduce(0) { $0 &+ Int($1) }), "type": "User",
            "html_url": .string("https://github.com/\(login)"), "site_admin": false,
        ]
    }

    static func time(_ instant: Instant?) -> JSONValue { JSONValue(instant?.iso8601Seconds) }

    static func row(_ deployment: SandboxDeployment) -> JSONValue {
        [
            "id": JSONValue(deployment.id), "node_id": .string("DE_\(deployment.id)"),
            "url": .string("\(api)/deployments/\(deployment.id)"), "sha": .string(deployment.sha),
            "ref": .string(deployment.ref), "task": "deploy", "payload": [:],
            "environment": .string(deployment.environment),
            "original_environment": .string(deployment.environment),
            "description": JSONValue(deployment.description), "creator": user(deployment.creator),
            "created_at": time(deployment.created),
            "updated_at": time(deployment.statuses.last?.created ?? deployment.created),
            "statuses_url": .string("\(api)/deployments/\(deployment.id)/statuses"), "transient_environment": false,
            "production_environment": .bool(deployment.environment == "production"),
        ]
    }

    static func row(_ status: SandboxDeployment.Status, _ index: Int, of deployment: SandboxDeployment) -> JSONValue {
        [
            "id": JSONValue(deployment.id * 100 + index), "state": .string(status.state),
            "creator": user(deployment.creator), "description": "", "environment": .string(deployment.environment),
            "target_url": "", "log_url": "", "environment_url": "", "created_at": time(status.created),
            "updated_at": time(status.created), "deployment_url": .string("\(api)/deployments/\(deployment.id)"),
        ]
    }

    static func row(_ release: SandboxRelease) -> JSONValue {
        [
            "id": JSONValue(release.id), "tag_name": .string(release.tag), "target_commitish": "main",
            "name": .string(release.name), "body": .string(release.body), "draft": .bool(release.published == nil),
            "prerelease": .bool(release.isPrerelease), "created_at": time(release.created),
            "published_at": time(release.published), "author": user(release.author), "assets": [],
            "html_url": .string("\(site)/releases/tag/\(release.tag)"),
            "url": .string("\(api)/releases/\(release.id)"),
        ]
    }

    static func row(_ pull: SandboxPull) -> JSONValue {
        [
            "id": JSONValue(50_000 + pull.number), "number": JSONValue(pull.number),
            "state": pull.isOpen ? "open" : "closed", "locked": false, "title": .string(pull.title),
            "user": user(pull.author), "body": .string(pull.body), "created_at": time(pull.created),
            "updated_at": time(pull.lastChange), "closed_at": time(pull.closing), "merged_at": time(pull.merged),
            "merge_commit_sha": JSONValue(pull.mergeSHA), "assignee": .null, "assignees": [],
            "requested_reviewers": [], "labels": .array(pull.labels.map { ["name": .string($0)] }),
            "milestone": .null, "draft": false, "author_association": "MEMBER", "auto_merge": .null,
            "head": [
                "label": .string("acme:\(pull.branch)"), "ref": .string(pull.branch), "sha": .string(pull.headSHA),
            ],
            "base": ["label": "acme:main", "ref": "main"], "html_url": .string("\(site)/pull/\(pull.number)"),
            "url": .string("\(api)/pulls/\(pull.number)"),
        ]
    }

    /// A single pull request, which has sums in addition to the members in lists.
    static func sumRow(_ pull: SandboxPull) -> JSONValue {
        let files = pull.files.map(row)
        func sum(_ name: String) -> JSONValue { JSONValue(files.reduce(0) { $0 + ($1[name]?.int ?? 0) }) }
        return row(pull).adding([
            "merged": .bool(pull.merged != nil), "mergeable": .null, "mergeable_state": "unknown",
            "merged_by": pull.merged == nil ? .null : user(pull.author), "comments": 0, "review_comments": 0,
            "commits": 1, "additions": sum("additions"), "deletions": sum("deletions"),
            "changed_files": JSONValue(files.count),
        ])
    }

    static func row(_ review: SandboxPull.Review, of pull: SandboxPull) -> JSONValue {
        [
            "id": JSONValue(review.id), "user": user(review.user), "body": .string(review.body),
            "state": .string(review.state), "submitted_at": time(review.submitted),
            "commit_id": .string(pull.headSHA), "author_association": "MEMBER",
            "html_url": .string("\(site)/pull/\(pull.number)#pullrequestreview-\(review.id)"),
            "pull_request_url": .string("\(api)/pulls/\(pull.number)"),
        ]
    }

    static func row(_ file: SandboxCommit.File) -> JSONValue {
        let lines = file.patch.split(separator: "\n")
        let (additions, deletions) = (lines.count { $0.hasPrefix("+") }, lines.count { $0.hasPrefix("-") })
        return [
            "filename": .string(file.path), "status": "modified", "additions": JSONValue(additions),
            "deletions": JSONValue(deletions), "changes": JSONValue(additions + deletions),
            "patch": .string(file.patch),
        ]
    }
}
