import Basics
import Crypto
import JSON
import WebServer

/// What was made through GitHub's Git data API.
package struct SandboxGit: Hashable, Sendable {
    /// The blobs of a tree by their paths.
    var trees: [String: [String: String]] = [:]
    var made: [String: Made] = [:]
    /// The commit of each branch that was made.
    package var branches: [String: String] = [:]

    struct Made: Hashable, Sendable {
        var tree: String
        var parent: String
        var message: String
    }

    package init() {}
}

/// The Git data API (trees, commits, refs), pull requests, and the start and end of workflow runs.
///
/// Commits of the sandbox have no contents, so a blob's hash is made of its path and the commit that last changed it.
struct GitHubWrites: Sendable {
    let world: SandboxWorld

    /// `parts` is the path after the repository. Nil for what it does not serve.
    func answer(_ parts: [String], _ request: WebRequest) -> WebResponse? {
        let rest = parts.dropFirst(2).joined(separator: "/")
        switch (request.method, parts.first, parts.dropFirst().first) {
        case ("GET", nil, _): return .json(object(default_branch: "main", name: GitHubProvider.repository))
        case ("GET", "git", "ref"):
            return ref(rest).map { .json(Self.row(rest, $0)) } ?? Self.notFound
        case ("GET", "git", "trees"):
            return tree(of: rest).map { .json(Self.row($0)) } ?? Self.notFound
        case ("POST", "git", "trees"): return makeTree(request)
        case ("POST", "git", "commits"): return makeCommit(request)
        case ("POST", "git", "refs"): return makeRef(request)
        case ("POST", "pulls", nil): return openPull(request)
        case ("GET", "pulls", nil) where request.stated("head") != nil: return pulls(request)
        case ("GET", "actions", "workflows") where parts.count == 3:
            return workflow(parts[2]).map { .json($0) } ?? Self.notFound
        case ("POST", "actions", "workflows") where parts.last == "dispatches": return dispatch(parts[2], request)
        case ("GET", "actions", "runs") where parts.count == 3:
            return run(parts[2]).map { .json(GitHubRows.row($0)) } ?? Self.notFound
        case ("POST", "actions", "runs") where parts.last == "cancel": return cancel(parts[2])
        default: return nil
        }
    }

    private static let notFound = WebResponse.json(#"{"message":"Not Found","status":"404"}"#, status: 404)

    private static func invalid(_ message: String) -> WebResponse {
        .json(object(message: message, status: "422"), status: 422)
    }

    private static func hash(_ text: String) -> String {
        String(Hexadecimal.text(of: SHA256.digest(of: Array(text.utf8))).prefix(40))
    }

    // MARK: git data

    private func ref(_ name: String) -> String? {
        guard name.hasPrefix("heads/") else { return nil }
        let branch = String(name.dropFirst(6))
        return world.read { state in
            state.git.branches[branch] ?? (branch == "main" ? state.commits.max { $0.date < $1.date }?.sha : nil)
        }
    }

    private static func row(_ ref: String, _ sha: String) -> JSONValue {
        object(ref: "refs/\(ref)", object: object(type: "commit", sha: sha) as JSONValue)
    }

    /// The tree of a commit, or a tree that was made. Its hash, and its files.
    private func tree(of reference: String) -> (sha: String, files: [String: String])? {
        world.read { state in
            if let files = state.git.trees[reference] { return (reference, files) }
            if let made = state.git.made[reference], let files = state.git.trees[made.tree] {
                return (made.tree, files)
            }
            let all = state.commits.sorted { $0.date < $1.date }
            // "0" is the state before the first commit.
            let end = reference == "0" ? 0 : all.firstIndex { $0.sha == reference }.map { $0 + 1 }
            guard let end else { return nil }
            var files = Dictionary(all.flatMap(\.files).map { ($0.path, Self.hash($0.path)) }) { $1 }
            for commit in all.prefix(end) {
                for file in commit.files { files[file.path] = Self.hash(file.path + commit.sha) }
            }
            return (Self.hash(files.sorted { $0.key < $1.key }.map { $0.key + $0.value }.joined()), files)
        }
    }

    private static func row(_ tree: (sha: String, files: [String: String])) -> JSONValue {
        let entries = tree.files.sorted { $0.key < $1.key }.map { path, sha -> JSONValue in
            object(path: path, mode: "100644", type: "blob", sha: sha, size: 120)
        }
        return object(sha: tree.sha, tree: entries, truncated: false)
    }

    private func makeTree(_ request: WebRequest) -> WebResponse {
        guard let body = try? JSONDocument.parse(request.body), let entries = body["tree"]?.array else {
            return Self.invalid("Invalid request.")
        }
        let base = body["base_tree"]?.string ?? ""
        var files = self.files(ofTree: base) ?? [:]
        for entry in entries { files[entry["path"]?.string ?? ""] = entry["sha"]?.string }
        let sha = Self.hash(files.sorted { $0.key < $1.key }.map { $0.key + $0.value }.joined())
        world.change { $0.git.trees[sha] = files }
        return .json(Self.row((sha, files)), status: 201)
    }

    private func files(ofTree sha: String) -> [String: String]? {
        if let files = tree(of: sha)?.files { return files }
        let commits = world.read { $0.commits.map(\.sha) }
        return commits.lazy.compactMap { self.tree(of: $0) }.first { $0.sha == sha }?.files
    }

    private func makeCommit(_ request: WebRequest) -> WebResponse {
        guard let body = try? JSONDocument.parse(request.body), let tree = body["tree"]?.string,
            let parent = body["parents"]?[0]?.string, world.read({ $0.git.trees[tree] }) != nil
        else { return Self.invalid("Tree SHA does not exist") }
        let message = body["message"]?.string ?? ""
        let sha = Self.hash(tree + parent + message)
        world.change { $0.git.made[sha] = SandboxGit.Made(tree: tree, parent: parent, message: message) }
        return .json(object(sha: sha, message: message), status: 201)
    }

    private func makeRef(_ request: WebRequest) -> WebResponse {
        guard let body = try? JSONDocument.parse(request.body), let name = body["ref"]?.string,
            name.hasPrefix("refs/heads/"), let sha = body["sha"]?.string
        else { return Self.invalid("Invalid request.") }
        let branch = String(name.dropFirst(11))
        let isNew = world.change { state -> Bool in
            guard state.git.branches[branch] == nil else { return false }
            state.git.branches[branch] = sha
            state.gateways.effects.append("branch \(branch)")
            return true
        }
        return isNew ? .json(Self.row("heads/\(branch)", sha), status: 201) : Self.invalid("Reference already exists")
    }

    // MARK: pull requests

    private func openPull(_ request: WebRequest) -> WebResponse {
        guard let body = try? JSONDocument.parse(request.body), let branch = body["head"]?.string,
            let sha = ref("heads/\(branch)"), let title = body["title"]?.string
        else { return Self.invalid("Validation Failed") }
        let now = world.clock.now()
        let pull = world.change { state -> SandboxPull? in
            guard !state.pulls.contains(where: { $0.branch == branch && $0.isOpen }) else { return nil }
            let latest = (state.pulls.map(\.number) + state.gitHubIssues.map(\.number)).max() ?? 0
            let pull = SandboxPull(
                number: max(latest, 500) + 1, title: title, body: body["body"]?.string ?? "", author: "sentinel",
                branch: branch, headSHA: sha, created: now)
            state.pulls.append(pull)
            state.gateways.effects.append("pull request of \(branch)")
            return pull
        }
        guard let pull else { return Self.invalid("A pull request already exists for acme:\(branch).") }
        let draft = body["draft"] ?? false
        return .json(GitHubRows.row(pull).replacing(["draft"], with: draft), status: 201)
    }

    /// `head` is `owner:branch`.
    private func pulls(_ request: WebRequest) -> WebResponse {
        let branch = (request.stated("head") ?? "").split(separator: ":").last.map(String.init) ?? ""
        let found = world.read(\.pulls).filter { $0.branch == branch }
        return .json(.array(found.map(GitHubRows.row)))
    }

    // MARK: workflow runs

    private func workflow(_ name: String) -> JSONValue? {
        world.list(.github, "actions/workflows")?.first {
            $0["id"]?.int.map(String.init) == name || $0["path"]?.string == ".github/workflows/\(name)"
        }
    }

    /// The workflow's `run-name` shows its input.
    private func dispatch(_ name: String, _ request: WebRequest) -> WebResponse {
        guard let workflow = workflow(name), let file = workflow["name"]?.string else { return Self.notFound }
        guard let body = try? JSONDocument.parse(request.body), body["ref"]?.string == "main" else {
            return Self.invalid("No ref found for the given branch.")
        }
        let now = world.clock.now()
        let key = body["inputs"]?.members?.first?.value.string ?? ""
        world.change { state in
            let id = (state.runs.map(\.id).max() ?? 9000) + 1
            var run = SandboxRun(
                id: id, name: file, number: id, sha: state.commits.first?.sha ?? "", event: "workflow_dispatch",
                status: "in_progress", conclusion: nil, actor: "sentinel", created: now, updated: now)
            run.title = "Stop \(key)"
            state.runs.append(run)
            state.gateways.effects.append("run of \(file)")
        }
        return WebResponse(status: 204)
    }

    private func run(_ id: String) -> SandboxRun? { world.read { $0.runs.first { String($0.id) == id } } }

    private func cancel(_ id: String) -> WebResponse {
        guard let run = run(id) else { return Self.notFound }
        guard run.status != "completed" else {
            return .json(#"{"message":"Cannot cancel a workflow run that is completed."}"#, status: 409)
        }
        let now = world.clock.now()
        world.change { state in
            guard let index = state.runs.firstIndex(where: { $0.id == run.id }) else { return }
            (state.runs[index].status, state.runs[index].conclusion) = ("completed", "cancelled")
            state.runs[index].updated = now
            state.gateways.effects.append("run cancelled")
        }
        return .json("{}", status: 202)
    }
}
