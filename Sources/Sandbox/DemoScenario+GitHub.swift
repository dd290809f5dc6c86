import Basics

/// The change: written, reviewed, merged, released and deployed, with its comments.
extension DemoScenario {
    /// When the release before the culprit's was made.
    private var earlier: Instant { now - .days(3) + .minutes(14) }
    private var earlierSHA: String { "f1a8b3377665544332211009988776655443322f" }

    /// The culprit and the decoy, each merged by its commit.
    func pulls(_ commits: [SandboxCommit]) -> [SandboxPull] {
        func pull(_ number: Int, _ branch: String, of sha: String, reviewer: String) -> SandboxPull? {
            commits.first { $0.sha == sha }.map { commit in
                SandboxPull(
                    number: number, title: String(commit.message.prefix { !$0.isNewline }), author: commit.author,
                    branch: branch, headSHA: "\(commit.sha.dropLast(4))beef", mergeSHA: commit.sha,
                    created: commit.date - .hours(3), merged: commit.date, files: commit.files,
                    reviews: [
                        .init(
                            id: 9000 + number, user: reviewer, state: "APPROVED", body: "LGTM",
                            submitted: commit.date - .minutes(12))
                    ])
            }
        }
        return [
            pull(412, "longer-answers", of: truth.culprit, reviewer: "bob"),
            pull(413, "readme-typo", of: truth.decoy, reviewer: "dave"), openPull,
        ].compactMap { $0 }
    }

    func deployments() -> [SandboxDeployment] {
        let deployed = spikeStart - .minutes(4)
        return [
            SandboxDeployment(
                id: 5501, sha: truth.culprit, ref: "v2.31.0", description: "2.31.0", creator: "alice",
                created: deployed,
                statuses: [
                    .init("in_progress", created: deployed), .init("success", created: spikeStart - .minutes(1)),
                ]),
            SandboxDeployment(
                id: 5494, sha: earlierSHA, ref: "v2.30.4", description: "2.30.4", creator: "bob",
                created: earlier + .minutes(1),
                statuses: [
                    .init("in_progress", created: earlier + .minutes(1)),
                    .init("success", created: earlier + .minutes(4)),
                ]),
        ]
    }

    func runs() -> [SandboxRun] {
        [
            SandboxRun(
                id: 771_001, name: "deploy", number: 231, branch: "main", sha: truth.culprit, actor: "alice",
                created: spikeStart - .minutes(5), updated: spikeStart - .minutes(1)),
            SandboxRun(
                id: 770_994, name: "deploy", number: 230, branch: "main", sha: earlierSHA, actor: "bob",
                created: earlier, updated: earlier + .minutes(4)),
        ]
    }

    func releases() -> [SandboxRelease] {
        [
            SandboxRelease(
                id: 8801, tag: "v2.31.0", name: "2.31.0", body: "support-bot: longer answers, retry harder (#412)",
                author: "alice", created: spikeStart - .minutes(5), published: spikeStart - .minutes(5)),
            SandboxRelease(
                id: 8794, tag: "v2.30.4", name: "2.30.4", body: "checkout: clearer wording", author: "bob",
                created: earlier, published: earlier),
        ]
    }

    // MARK: lists

    var gitHubLists: [String: [JSONValue]] {
        let review = spikeStart - .minutes(20)
        return [
            "branches": [
                branch("main", truth.decoy, isProtected: true), branch("longer-answers", truth.culprit),
                branch("invoice-currencies", "c7a2e81d9f8e7d6c5b4a39281706f5e4d3c2b1a0"),
            ],
            "tags": [tag("v2.31.0", truth.culprit), tag("v2.30.4", earlierSHA)],
            "actions/workflows": [
                workflow(161_335, "deploy"), workflow(161_336, "nightly-export"),
            ],
            "issues": [
                GitHubRows.issueRow(
                    411, "invoice-parser: amounts in Swiss francs are read as euros", "Seen with three customers.",
                    by: "dave", labels: ["bug"], created: now - .days(2)),
                GitHubRows.issueRow(
                    409, "support-bot cuts its answers off", "Customers see half a sentence after 500 tokens.",
                    by: "carol", labels: ["enhancement"], comments: 2, created: now - .days(4),
                    closed: spikeStart - .minutes(6)),
            ],
            "issues/comments": [
                GitHubRows.comment(
                    7302, on: 409, "bob", "Please watch the cost after this one.", at: spikeStart - .hours(2)),
                GitHubRows.comment(
                    7301, on: 409, "alice", "I raise max_tokens and retry empty answers.", at: now - .days(2)),
            ],
            "pulls/comments": [
                remark(5102, "alice", "At most six, and only where the answer is empty.", at: review + .minutes(4)),
                remark(5101, "bob", "How often can this retry?", at: review),
            ],
        ]
    }

    private func branch(_ name: String, _ sha: String, isProtected: Bool = false) -> JSONValue {
        object(
            name: name, protected: isProtected, commit: object(sha: sha, url: "\(GitHubRows.api)/commits/\(sha)"),
            protection: object(enabled: isProtected), protection_url: "\(GitHubRows.api)/branches/\(name)/protection")
    }

    private func tag(_ name: String, _ sha: String) -> JSONValue {
        object(
            name: name, node_id: "REF_\(name)", commit: object(sha: sha, url: "\(GitHubRows.api)/commits/\(sha)"),
            zipball_url: "\(GitHubRows.api)/zipball/refs/tags/\(name)",
            tarball_url: "\(GitHubRows.api)/tarball/refs/tags/\(name)")
    }

    private func workflow(_ id: Int, _ name: String) -> JSONValue {
        let path = ".github/workflows/\(name).yml"
        return object(
            id: id, node_id: "W_\(id)", name: name, path: path, state: "active",
            created_at: GitHubRows.time(now - .days(300)), updated_at: GitHubRows.time(now - .days(40)),
            url: "\(GitHubRows.api)/actions/workflows/\(id)", html_url: "\(GitHubRows.site)/blob/main/\(path)",
            badge_url: "\(GitHubRows.site)/workflows/\(name)/badge.svg")
    }

    /// On the pull request of the suspect commit, at the line that retries.
    private func remark(_ id: Int, _ user: String, _ body: String, at time: Instant) -> JSONValue {
        let head = JSONValue.string("\(truth.culprit.dropLast(4))beef")
        return .fields([
            "id": JSONValue(id), "node_id": .string("PRRC_\(id)"), "pull_request_review_id": 9412,
            "in_reply_to_id": id == 5101 ? nil : 5101, "user": GitHubRows.user(user), "body": .string(body),
            "path": "src/support_bot/agent.py", "line": 15, "original_line": 15, "start_line": .null,
            "original_start_line": .null, "side": "RIGHT", "start_side": .null, "subject_type": "line", "position": 4,
            "original_position": 4, "commit_id": head, "original_commit_id": head,
            "diff_hunk": "@@ -12,9 +12,10 @@ class SupportBot:\n+    max_retries = 6", "author_association": "MEMBER",
            "created_at": GitHubRows.time(time), "updated_at": GitHubRows.time(time),
            "url": .string("\(GitHubRows.api)/pulls/comments/\(id)"),
            "pull_request_url": .string("\(GitHubRows.api)/pulls/412"),
            "html_url": .string("\(GitHubRows.site)/pull/412#discussion_r\(id)"),
        ])
    }
}
