import Basics
import HTTPClient
import OnCallModel

/// Opens a draft pull request that reverts a commit, by the Git data API. Nothing is pushed over: the new branch starts at the
/// head of its base, and only files that are as the commit left them get their earlier content.
///
/// ``Execution/object`` is the commit, ``Execution/facts`` the plan (``RevertPlan``). The branch's name is the marker by which
/// the pull request is found.
struct GitHubRevert: Executor {
    let github: GitHubAPI
    let incident: IncidentDetail?
    let text: OutgoingText

    var missing: String? { github.missing }

    private static func branch(_ execution: Execution) -> String { "sentinel/revert-\(execution.object.prefix(7))" }
    private static func ref(_ branch: String) -> String {
        branch.split(separator: "/").map { ExecutorAPI.encode(String($0)) }.joined(separator: "/")
    }

    // MARK: the plan

    func prepare(_ draft: Execution) async throws(ActFault) -> Execution {
        if let missing { throw .failed(missing) }
        var execution = draft
        if execution.object.isEmpty { execution.object = incident?.suspects.first?.sha ?? "" }
        guard !execution.object.isEmpty else {
            throw .failed("Incident \(draft.incident) has no suspect commit to revert.")
        }
        let (row, sha) = (draft.row, ExecutorAPI.encode(execution.object))
        guard let commit = try await github.get(row, "/commits/\(sha)"), let id = commit["sha"]?.string else {
            throw .failed("GitHub returned no commit \(execution.object.prefix(7)).")
        }
        execution.object = id
        guard let parents = commit["parents"]?.array, parents.count == 1, let parent = parents[0]["sha"]?.string,
            let files = commit["files"]?.array, !files.isEmpty, files.count < 300
        else {
            throw .failed("Commit \(id.prefix(7)) is a merge, the first one, or too large: revert it by hand.")
        }
        let base = try await base(row)
        let head = try await head(row, base)
        let (own, before, now) = (
            try await tree(row, id), try await tree(row, parent), try await tree(row, head)
        )
        var plan = RevertPlan(base: base, head: head, tree: now.sha, title: commit["commit"]?["message"]?.string ?? "")
        let paths = Set(files.flatMap { [$0["filename"]?.string, $0["previous_filename"]?.string] }.compactMap { $0 })
        for path in paths.sorted() {
            plan.files.append(.init(path: path, left: own.files[path], earlier: before.files[path]))
        }
        if let changed = plan.firstChange(from: now.files) {
            throw .failed("\(changed) changed since commit \(id.prefix(7)): revert it by hand.")
        }
        (execution.facts, execution.seen) = (plan.facts, "as commit \(id.prefix(7)) left it")
        return execution
    }

    private func base(_ row: ExecutorRow) async throws(ActFault) -> String {
        if !row.branch.isEmpty { return row.branch }
        return try await github.get(row, "")?["default_branch"]?.string ?? "main"
    }

    private func head(_ row: ExecutorRow, _ branch: String) async throws(ActFault) -> String {
        guard let head = try await github.get(row, "/git/ref/heads/\(Self.ref(branch))")?["object"]?["sha"]?.string
        else {
            throw .failed("GitHub returned no head of branch \(branch).")
        }
        return head
    }

    private func tree(
        _ row: ExecutorRow, _ commit: String
    ) async throws(ActFault) -> (sha: String, files: [String: RevertPlan.Blob]) {
        guard let tree = try await github.get(row, "/git/trees/\(ExecutorAPI.encode(commit))?recursive=1"),
            let sha = tree["sha"]?.string, let entries = tree["tree"]?.array, tree["truncated"]?.bool != true
        else { throw .failed("The tree of commit \(commit.prefix(7)) is too large to read: revert it by hand.") }
        var files: [String: RevertPlan.Blob] = [:]
        for entry in entries where entry["type"]?.string != "tree" {
            guard let path = entry["path"]?.string, let mode = entry["mode"]?.string, let sha = entry["sha"]?.string
            else { continue }
            files[path] = RevertPlan.Blob(mode: mode, sha: sha)
        }
        return (sha, files)
    }

    // MARK: requests

    func requests(_ execution: Execution, key: String) -> [HTTPRequest] {
        guard let plan = RevertPlan(execution.facts) else { return [] }
        return [
            treeRequest(execution, plan), commitRequest(execution, plan, tree: "<sha of the tree>"),
            refRequest(execution, commit: "<sha of the commit>"), pullRequest(execution, plan, key: key),
        ]
    }

    private func treeRequest(_ execution: Execution, _ plan: RevertPlan) -> HTTPRequest {
        github.request(
            .post, execution.row, "/git/trees", ["base_tree": .string(plan.tree), "tree": .array(plan.entries)])
    }

    private func commitRequest(_ execution: Execution, _ plan: RevertPlan, tree: String) -> HTTPRequest {
        github.request(
            .post, execution.row, "/git/commits",
            [
                "message": .string("\(title(plan))\n\nThis reverts commit \(execution.object)."),
                "tree": .string(tree), "parents": [.string(plan.head)],
            ])
    }

    private func refRequest(_ execution: Execution, commit: String) -> HTTPRequest {
        github.request(
            .post, execution.row, "/git/refs",
            ["ref": .string("refs/heads/\(Self.branch(execution))"), "sha": .string(commit)])
    }

    private func pullRequest(_ execution: Execution, _ plan: RevertPlan, key: String) -> HTTPRequest {
        let body =
            "Reverts \(execution.object) for Sentinel incident \(execution.incident): "
            + text.gitHubLine(incident?.summary.headline ?? "", limit: 500) + "\n\n" + IncidentIssue.marker(key)
        return github.request(
            .post, execution.row, "/pulls",
            [
                "title": .string(title(plan)), "head": .string(Self.branch(execution)), "base": .string(plan.base),
                "body": .string(body), "draft": true,
            ])
    }

    private func title(_ plan: RevertPlan) -> String {
        "Revert \"\(text.line(plan.title.split(whereSeparator: \.isNewline).first.map(String.init) ?? "", limit: 200))\""
    }

    // MARK: effect

    func standing(of execution: Execution, key: String, since: Instant) async throws(ActFault) -> Standing {
        guard let plan = RevertPlan(execution.facts) else {
            return .changed("the plan of the revert cannot be read.")
        }
        let row = execution.row
        if try await commit(of: Self.branch(execution), row) != nil {
            return try await pull(execution).map(Self.opened) ?? .open
        }
        let head = try await head(row, plan.base)
        guard head != plan.head else { return .open }
        let changed = plan.firstChange(from: try await tree(row, head).files)
        return changed.map { .changed("\($0) changed since the request.") } ?? .open
    }

    /// The commit of a branch; nil if there is none.
    private func commit(of branch: String, _ row: ExecutorRow) async throws(ActFault) -> String? {
        try await github.get(row, "/git/ref/heads/\(Self.ref(branch))", orMissing: true)?["object"]?["sha"]?.string
    }

    private func pull(_ execution: Execution) async throws(ActFault) -> JSONValue? {
        let owner = github.repository(execution.row).split(separator: "/").first ?? ""
        let head = ExecutorAPI.encode("\(owner):\(Self.branch(execution))")
        return try await github.get(execution.row, "/pulls?state=all&head=\(head)")?.array?.first
    }

    private static func opened(_ pull: JSONValue) -> Standing {
        .reached(
            "draft pull request #\(pull["number"]?.int ?? 0) is open", reference: pull["html_url"]?.string)
    }

    /// Objects without a branch have no effect, so they may be made twice. A branch or a pull request that is there already
    /// answers 422.
    func send(_ execution: Execution, key: String, since: Instant) async throws(ActFault) -> Standing? {
        guard let plan = RevertPlan(execution.facts) else { throw .failed("The plan of the revert cannot be read.") }
        let row = execution.row
        if try await commit(of: Self.branch(execution), row) == nil {
            let tree = try await github.write(treeRequest(execution, plan), row, accepting: [201]).document
            guard let sha = tree["sha"]?.string else { throw .failed("GitHub returned no tree.") }
            let made = try await github.write(commitRequest(execution, plan, tree: sha), row, accepting: [201])
            guard let commit = made.document["sha"]?.string else { throw .failed("GitHub returned no commit.") }
            let ref = try await github.write(refRequest(execution, commit: commit), row, accepting: [201, 422])
            if ref.status == 422, try await self.commit(of: Self.branch(execution), row) == nil {
                throw .failed("GitHub refused the branch \(Self.branch(execution)): check its rules.")
            }
        }
        let answer = try await github.write(
            pullRequest(execution, plan, key: key), row, accepting: [201, 422])
        if answer.status == 201 { return Self.opened(answer.document) }
        guard let pull = try await pull(execution) else {
            throw .failed("GitHub refused the pull request of \(Self.branch(execution)).")
        }
        return Self.opened(pull)
    }
}

/// What a revert changes: the files of a commit, as it left them and as they were before.
struct RevertPlan: Hashable, Sendable {
    struct Blob: Hashable, Sendable {
        var mode: String
        var sha: String
    }

    struct File: Hashable, Sendable {
        var path: String
        /// Nil where the commit removed it.
        var left: Blob?
        /// Nil where the commit added it.
        var earlier: Blob?
    }

    var base: String
    var head: String
    /// The tree of the head.
    var tree: String
    var title: String
    var files: [File] = []

    init(base: String, head: String, tree: String, title: String) {
        (self.base, self.head, self.tree, self.title) = (base, head, tree, title)
    }

    /// The form in ``Execution/facts``.
    var facts: [String] {
        [base, head, tree, title]
            + files.map { file in
                [file.left, file.earlier].map { $0.map { "\($0.mode)/\($0.sha)" } ?? "-" }.joined(separator: " ")
                    + " " + file.path
            }
    }

    init?(_ facts: [String]) {
        guard facts.count > 4 else { return nil }
        self.init(base: facts[0], head: facts[1], tree: facts[2], title: facts[3])
        for line in facts.dropFirst(4) {
            let parts = line.split(separator: " ", maxSplits: 2)
            guard parts.count == 3 else { return nil }
            files.append(File(path: String(parts[2]), left: Self.blob(parts[0]), earlier: Self.blob(parts[1])))
        }
    }

    private static func blob(_ text: Substring) -> Blob? {
        let parts = text.split(separator: "/")
        return parts.count == 2 ? Blob(mode: String(parts[0]), sha: String(parts[1])) : nil
    }

    /// The first file that is not as the commit left it.
    func firstChange(from now: [String: Blob]) -> String? { files.first { now[$0.path] != $0.left }?.path }

    /// The entries of the new tree; one without a blob removes its file.
    var entries: [JSONValue] {
        files.filter { $0.left != $0.earlier }.map { file in
            [
                "path": .string(file.path), "mode": .string((file.earlier ?? file.left)?.mode ?? "100644"),
                "type": "blob", "sha": file.earlier.map { .string($0.sha) } ?? .null,
            ]
        }
    }
}
