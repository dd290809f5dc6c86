import Actions
import Basics
import Governance
import OnCallModel
import Testing

@Suite("Issues on GitHub")
struct GitHubActTests {
    private struct State: Sendable {
        var issues: [JSONValue] = []
        var planned: [LoopbackProvider.Reply] = []
        var losesNextAnswer = false
        /// The repository refuses labels that it does not have.
        var refusesLabels = false
    }

    private let state: Lock<State>
    private let provider: LoopbackProvider
    private let open = Action.openIssue(incident: 7)
    private let marker = "<!-- sentinel:incident-7/create_issue -->"

    init() {
        let state = Lock(State())
        self.state = state
        provider = LoopbackProvider { request in
            state.withLock { state in
                if !state.planned.isEmpty { return state.planned.removeFirst() }
                guard request.path == "/repos/acme/app/issues" else {
                    return .json(["message": "Not Found"], status: 404)
                }
                return request.method == "GET" ? Self.list(request, state) : Self.create(request, &state)
            }
        }
    }

    private static func create(_ request: LoopbackProvider.Request, _ state: inout State) -> LoopbackProvider.Reply {
        if state.refusesLabels, request.json["labels"] != nil {
            return .json(
                ["message": "Validation Failed", "errors": [["field": "labels", "code": "invalid"]]], status: 422)
        }
        let number = state.issues.count + 1
        let address = "https://github.test/acme/app/issues/\(number)"
        let fields = [
            JSONValue.Member("number", JSONValue(number)), JSONValue.Member("html_url", .string(address)),
        ]
        state.issues.append(.object((request.json.members ?? []) + fields))
        if state.losesNextAnswer {
            state.losesNextAnswer = false
            return .hangUp
        }
        return .json(.object(fields), status: 201)
    }

    /// One issue a page, newest first.
    private static func list(_ request: LoopbackProvider.Request, _ state: State) -> LoopbackProvider.Reply {
        let page = Int(request.parameter("page") ?? "1") ?? 1
        let newest = Array(state.issues.reversed())
        let more = page < newest.count ? ["Link": "<x?page=\(page + 1)>; rel=\"next\", <x>; rel=\"last\""] : [:]
        return .json(.array(newest.dropFirst(page - 1).prefix(1).map { $0 }), headers: more)
    }

    private var runner: ActionRunner {
        Scene.runner([
            "GITHUB_BASE_URL": provider.address + "/", "GITHUB_TOKEN": "ghp_canary", "GITHUB_OWNER": "acme",
            "GITHUB_REPO": "elsewhere", "GITHUB_TARGET_REPO": "app",
        ])
    }

    private func context(_ incident: IncidentDetail = Scene.incident()) -> ActContext {
        ActContext(incident: incident, loops: [Scene.loop], attemptedAt: Scene.now)
    }

    private var issues: [JSONValue] { state.withLock { $0.issues } }

    private func plan(_ replies: LoopbackProvider.Reply...) {
        state.withLock { $0.planned += replies }
    }

    @Test("An issue has the marker, the report, the facts and the labels")
    func opening() async throws {
        let outcome = await runner.perform(try Scene.permission(open), context: context())
        #expect(outcome.reference == "https://github.test/acme/app/issues/1")
        let request = try #require(provider.requests.first)
        #expect(request.headers["authorization"] == "Bearer ghp_canary")
        #expect(request.headers["x-github-api-version"] == "2022-11-28" && request.headers["user-agent"] != nil)
        #expect(request.json["title"]?.string?.hasPrefix("[Sentinel] critical agent_loop: 14 generations") == true)
        #expect(request.json["labels"] == ["incident", "sentinel"])
        let body = try #require(request.json["body"]?.string)
        #expect(body.hasPrefix(marker))
        for fact in ["A loop.", Scene.suspect.sha, "$12.50/h", "retry-search ×14", "SELECT 1"] {
            #expect(body.contains(fact), "\(fact) is missing")
        }
    }

    @Test("After a lost response the issue is found by its marker and not opened twice")
    func lostAnswer() async throws {
        let permission = try Scene.permission(open)
        state.withLock { $0.losesNextAnswer = true }
        #expect(await runner.perform(permission, context: context()).reason.hasPrefix("unknown: "))
        state.withLock { $0.issues.append(["number": 2, "html_url": "x", "body": .null]) }
        let found = await runner.reconcile(permission, context: context())
        #expect(found.reference == "https://github.test/acme/app/issues/1")
        #expect(issues.count == 2)
        let asked = try #require(provider.requests.last { $0.method == "GET" })
        #expect(asked.parameter("since") == "2026-11-24T02%3A45%3A00Z" && asked.parameter("state") == "all")
    }

    @Test("An issue that did not arrive is sent again; after a failed check the outcome stays unknown")
    func lookUp() async throws {
        let permission = try Scene.permission(open)
        #expect(await runner.reconcile(permission, context: context()).reason.hasPrefix("retry: "))
        plan(.answer(502, "<html>bad gateway</html>"))
        #expect(await runner.reconcile(permission, context: context()).reason.hasPrefix("unknown: "))
        plan(.answer(200, "<html>log in</html>"))
        #expect(await runner.reconcile(permission, context: context()).reason.hasPrefix("unknown: "))
        #expect(issues.isEmpty)
    }

    @Test("A repository that refuses the labels gets the issue without them")
    func labels() async throws {
        state.withLock { $0.refusesLabels = true }
        let outcome = await runner.perform(try Scene.permission(open), context: context())
        #expect(outcome.reference != nil && issues.count == 1 && issues[0]["labels"] == nil)
    }

    @Test(
        "Errors are sentences that say what to do",
        arguments: [
            (401, "{\"message\":\"Bad credentials\"}", "GITHUB_TOKEN"),
            (403, "{\"message\":\"Resource not accessible\"}", "permission"),
            (404, "{\"message\":\"Not Found\"}", "GITHUB_TARGET_REPO"), (410, "{}", "disabled"),
            (301, "{}", "moved"), (200, "<html>log in</html>", "GITHUB_BASE_URL"),
        ])
    func refusal(status: Int, body: String, hint: String) async throws {
        plan(.answer(status, body))
        let outcome = await runner.perform(try Scene.permission(open), context: context())
        #expect(outcome.reason.hasPrefix("refused: ") && outcome.reason.contains(hint))
        #expect(issues.isEmpty)
    }

    @Test("Both forms of GitHub's errors are read")
    func complaints() async throws {
        for errors: JSONValue in [["Title is bad"], [["message": "Title is bad"]]] {
            let reply = LoopbackProvider.Reply.json(["message": "Validation Failed", "errors": errors], status: 422)
            plan(reply, reply)
            let outcome = await runner.perform(try Scene.permission(open), context: context())
            #expect(outcome.reason.contains("Title is bad"))
        }
    }

    @Test("Rate limits differ from a missing permission, and the wait is as long as GitHub asks")
    func limits() async throws {
        let reset = String(Scene.now.milliseconds / 1000 + 90)
        let replies: [(LoopbackProvider.Reply, Span)] = [
            (.answer(403, headers: ["Retry-After": "30"], "{}"), .seconds(30)),
            (.answer(403, headers: ["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset], "{}"), .seconds(91)),
            (.answer(403, "{\"message\":\"You have exceeded a secondary rate limit.\"}"), .seconds(60)),
            (.answer(429, headers: ["Retry-After": "Tue, 24 Nov 2026 03:00:12 GMT"], "{}"), .seconds(12)),
        ]
        for (reply, pause) in replies {
            plan(reply)
            let outcome = await runner.perform(try Scene.permission(open), context: context())
            guard case .retry(_, after: pause) = outcome else {
                Issue.record("\(outcome)")
                continue
            }
        }
    }

    @Test("After a 500 the outcome is unknown")
    func serverError() async throws {
        plan(.answer(500, "oops"))
        #expect(await runner.perform(try Scene.permission(open), context: context()).reason.hasPrefix("unknown: "))
    }

    @Test("Foreign text mentions no one, closes no issue, hides nothing and cannot imitate the marker")
    func hostileText() async throws {
        let attack =
            "@acme/everyone Fixes #1 GH-12 https://github.com/acme/app/issues/3 <!-- sentinel:incident-8/create_issue -->"
            + " ![x](https://evil/p.png) <img src=x> \u{1B}[31m"
        let incident = Scene.incident(
            headline: attack, subject: attack, report: attack + "\n```\nnever closed", gaps: [attack], sql: attack)
        _ = await runner.perform(try Scene.permission(open), context: context(incident))
        for field in ["title", "body"] {
            let text = try #require(issues.first?[field]?.string)
            // The lines of the statement are code, where GitHub obeys nothing.
            let prose = text.split(separator: "\n").filter { !$0.hasPrefix("    ") }.joined(separator: "\n")
            for obeyed in [
                "@acme", "#1 ", "GH-12", "/issues/3", "![", "<img", "incident-8/create_issue -->\u{1B}", "\u{1B}",
            ] {
                #expect(!prose.contains(obeyed), "\(obeyed) survived in the \(field)")
            }
            #expect(text.components(of: "<!--") == (field == "body" ? 1 : 0))
        }
        let body = try #require(issues.first?["body"]?.string)
        #expect(body.contains("never closed\n```\n"))
        #expect(
            body.contains("    @acme/everyone Fixes #1 GH-12 https://github.com/acme/app/issues/3 "), "it can be copied"
        )
    }

    @Test("A report of any size fits into an issue, and a title stays on one line")
    func sizes() async throws {
        let long = String(repeating: "@漢 word\n", count: 9_000)
        let line = String(long.prefix(2000))
        let suspect = Suspect(sha: line, title: line, author: line, score: 1, why: [line, line])
        let incident = Scene.incident(
            headline: line, subject: line, report: long, suspects: Array(repeating: suspect, count: 9),
            gaps: Array(repeating: line, count: 20), sql: long)
        _ = await runner.perform(try Scene.permission(open), context: context(incident))
        let issue = try #require(issues.first)
        #expect((issue["body"]?.string?.unicodeScalars.count ?? .max) <= 65_536)
        #expect((issue["title"]?.string?.unicodeScalars.count ?? .max) <= 256)
        #expect(issue["title"]?.string?.contains("\n") == false)
    }

    @Test("Without keys nothing is sent, and the error names the variables")
    func notConfigured() async throws {
        let runner = Scene.runner(["GITHUB_BASE_URL": provider.address, "GITHUB_OWNER": "acme"])
        let outcome = await runner.perform(try Scene.permission(open), context: context())
        #expect(outcome.reason.contains("GITHUB_TOKEN, GITHUB_TARGET_REPO"))
        #expect(provider.requests.isEmpty)
    }
}

extension String {
    /// How often `part` occurs.
    fileprivate func components(of part: String) -> Int {
        var count = 0
        var rest = self[...]
        while let range = rest.firstRange(of: part) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
