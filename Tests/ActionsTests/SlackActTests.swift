import Actions
import Basics
import Governance
import OnCallModel
import Testing

@Suite("Acts on Slack")
struct SlackActTests {
    private let slack = SlackWorkspace()
    private let post = Action.postIncident(incident: 7)

    private func runner(token: String = "xoxb-canary-token") -> ActionRunner {
        Scene.runner([
            "SLACK_BASE_URL": slack.provider.address, "SLACK_BOT_TOKEN": token, "SLACK_SIGNING_SECRET": "shhh-signing",
        ])
    }

    private var context: ActContext {
        ActContext(
            incident: Scene.incident(), loops: [Scene.loop], request: Scene.request(), attemptedAt: Scene.now)
    }

    @Test("A post has the act's key, the facts and the three buttons, and its address is returned")
    func posting() async throws {
        let permission = try Scene.permission(post)
        let outcome = await runner().perform(permission, context: context)
        #expect(outcome.reference == "C0INCIDENTS/1764000000.000000")
        let request = try #require(slack.provider.requests.first)
        #expect(request.headers["authorization"] == "Bearer xoxb-canary-token")
        #expect(request.json["channel"]?.string == "#incidents")
        #expect(request.json["metadata"]?["event_payload"]?["sentinel_key"]?.string == permission.key.text)
        let buttons = request.json["blocks"]?.array?.first { $0["type"]?.string == "actions" }?["elements"]?.array ?? []
        #expect(
            buttons.compactMap { $0["action_id"]?.string } == [
                "sentinel_approve_12", "sentinel_reject_12", "sentinel_kill_loop_a3f9d21b-loop",
            ])
        let seen = "12 \(Scene.request().fingerprint)"
        #expect(buttons.compactMap { $0["value"]?.string } == [seen, "12", "a3f9d21b-loop"])
        for fact in ["Raise retries", "0123456", "$12.50/h", "retry-search ×14", "*Likely cause:*"] {
            #expect(request.text.contains(fact), "\(fact) is missing")
        }
    }

    @Test(
        "There are buttons only while the request is pending",
        arguments: [ApprovalStatus.approved, .rejected, .expired])
    func decided(status: ApprovalStatus) async throws {
        var context = context
        context.request = Scene.request(status: status)
        _ = await runner().perform(try Scene.permission(post), context: context)
        #expect(slack.messages[0]["blocks"]?.array?.contains { $0["type"]?.string == "actions" } == false)
    }

    @Test("After a lost response the message is found by its key exactly once")
    func lostAnswer() async throws {
        let (runner, permission) = (runner(), try Scene.permission(post))
        slack.state.withLock { $0.losesNextAnswer = true }
        let lost = await runner.perform(permission, context: context)
        guard case .unknown = lost else {
            Issue.record("\(lost)")
            return
        }
        // Somebody talks afterwards, so the message is on the second page.
        slack.state.withLock { $0.messages.append(["text": "looking into it", "ts": "1764000001.000000"]) }
        let found = await runner.reconcile(permission, context: context)
        #expect(found.reference == "C0INCIDENTS/1764000000.000000")
        #expect(slack.messages.count == 2)
        // The id of the channel is asked for once.
        let listed = slack.provider.requests.filter { $0.path == "/api/conversations.list" }.count
        _ = await runner.reconcile(permission, context: context)
        #expect(listed == 2)
        #expect(slack.provider.requests.filter { $0.path == "/api/conversations.list" }.count == 2)
    }

    @Test("A message that did not arrive is sent again; one that cannot be checked is left to a person")
    func notThere() async throws {
        let (runner, permission) = (runner(), try Scene.permission(post))
        guard case .retry = await runner.reconcile(permission, context: context) else {
            Issue.record("an empty channel holds no message")
            return
        }
        slack.plan(
            "conversations.history", .json(["ok": false, "error": "missing_scope", "needed": "channels:history"]))
        let blind = await runner.reconcile(permission, context: context)
        #expect(blind.reason.hasPrefix("unknown: ") && blind.reason.contains("channels:history"))
        #expect(slack.messages.isEmpty)
    }

    @Test(
        "Errors are sentences that say what to do",
        arguments: [
            ("not_in_channel", "/invite"), ("channel_not_found", "SLACK_INCIDENTS_CHANNEL"),
            ("invalid_auth", "SLACK_BOT_TOKEN"), ("is_archived", "archived"), ("brand_new_error", "brand_new_error"),
        ])
    func refusal(code: String, hint: String) async throws {
        slack.plan("chat.postMessage", .json(["ok": false, "error": .string(code)]))
        let outcome = await runner().perform(try Scene.permission(post), context: context)
        #expect(outcome.reason.hasPrefix("refused: ") && outcome.reason.contains(hint))
        #expect(!outcome.reason.contains("canary"))
    }

    @Test("A post has at most twelve lines: cause, figures, remedy, and at its end what was not checked, without URLs")
    func short() async throws {
        var context = context
        let report = "## What happened\n\nA loop.\n\n## Recommended action\n\n1. Kill it.\n2. Ask alice."
        context.incident = Scene.incident(
            report: report + String(repeating: "\n\nMore.", count: 40),
            gaps: ["Sentry at https://sentry.example/api was down.", "GitHub was not queried."])
        context.request = nil
        _ = await runner().perform(try Scene.permission(post), context: context)
        let blocks = try #require(slack.messages.first?["blocks"]?.array)
        let texts = blocks.flatMap { block in
            [block["text"]?["text"]?.string].compactMap { $0 }
                + (block["elements"]?.array ?? []).compactMap { $0["text"]?.string }
        }
        let lines = texts.joined(separator: "\n").split(separator: "\n")
        #expect(lines.count <= 12 && lines.count >= 6, "\(lines)")
        #expect(lines.last == "Not checked: Sentry at was down. GitHub was not queried.")
        #expect(lines.contains("*Remedy:* Kill it.") && lines.contains { $0.contains("Raise retries") })
        #expect(lines.contains { $0.hasPrefix("$12.50/h · since ") && $0.contains("14 generations of research-agent") })
    }

    @Test("The wait after a rate limit is exactly as long as Slack asks")
    func rateLimit() async throws {
        slack.plan(
            "chat.postMessage",
            .json(["ok": false, "error": "ratelimited"], status: 429, headers: ["Retry-After": "17"]))
        let outcome = await runner().perform(try Scene.permission(post), context: context)
        guard case .retry(_, after: .seconds(17)) = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    @Test("After a 500 the outcome is unknown; a web page instead of the API is a failure")
    func wrongAnswers() async throws {
        slack.plan(
            "chat.postMessage", .answer(500, "oops"), .answer(200, "<html>Please log in</html>"),
            .answer(200, "{\"ok\":tr"))
        let permission = try Scene.permission(post)
        let runner = runner()
        #expect(await runner.perform(permission, context: context).reason.hasPrefix("unknown: "))
        #expect(await runner.perform(permission, context: context).reason.contains("SLACK_BASE_URL"))
        #expect(await runner.perform(permission, context: context).reason.hasPrefix("unknown: "))
    }

    @Test("An update keeps the message, with buttons while a request is pending, and says what happened")
    func update() async throws {
        let runner = runner()
        let posted = await runner.perform(try Scene.permission(post), context: context)
        let action = Action.updatePost(incident: 7, text: "Approved by alice@host")
        var context = context
        context.message = MessageAddress(reference: try #require(posted.reference))
        let outcome = await runner.perform(try Scene.permission(action), context: context)
        #expect(outcome.reference == posted.reference)
        let sent = try #require(slack.provider.requests.last)
        #expect(sent.path == "/api/chat.update" && sent.json["channel"]?.string == "C0INCIDENTS")
        #expect(sent.text.contains("Approved by alice@\u{200B}host") && sent.text.contains("Raise retries"))
        #expect(sent.text.contains("sentinel_approve_12"))
        context.request = nil
        _ = await runner.perform(try Scene.permission(.updatePost(incident: 7, text: "Decided")), context: context)
        #expect(slack.provider.requests.last?.text.contains("sentinel_approve_") == false)
    }

    @Test("An update waits for the post, and gives up when the post failed")
    func updateWithoutMessage() async throws {
        let permission = try Scene.permission(.updatePost(incident: 7, text: "Expired"))
        var waiting = context
        waiting.incident = Scene.incident(acts: [Self.record(.waiting)])
        #expect(await runner().perform(permission, context: waiting).reason.hasPrefix("retry: "))
        waiting.incident = Scene.incident(acts: [Self.record(.failed)])
        #expect(await runner().perform(permission, context: waiting).reason.hasPrefix("failed: "))
        #expect(slack.provider.requests.isEmpty)
    }

    @Test("A review is requested in the thread of the incident's message, with the reasons")
    func review() async throws {
        var context = context
        context.incident = Scene.incident(acts: [Self.record(.done, reference: "C0INCIDENTS/1764000000.000000")])
        let action = Action.requestReview(incident: 7, commit: Scene.suspect.sha, author: "alice")
        let outcome = await runner().perform(try Scene.permission(action), context: context)
        #expect(outcome.reference == "C0INCIDENTS/1764000000.000000")
        let sent = try #require(slack.messages.first)
        #expect(sent["thread_ts"]?.string == "1764000000.000000")
        #expect(sent["text"]?.string?.contains("alice: please review commit 0123456") == true)
    }

    @Test("Without a token nothing is sent, and the error names the variable")
    func notConfigured() async throws {
        let runner = Scene.runner(["SLACK_BASE_URL": slack.provider.address])
        for action in [post, .updatePost(incident: 7, text: "x")] {
            let outcome = await runner.perform(try Scene.permission(action), context: context)
            #expect(outcome.reason.hasPrefix("failed: ") && outcome.reason.contains("SLACK_BOT_TOKEN"))
        }
        #expect(runner.dryRun(post, context: context)[0].contains("SLACK_BOT_TOKEN"))
        #expect(slack.provider.requests.isEmpty)
    }

    @Test("A dry run shows the request that perform then sends, without the token")
    func dryRun() async throws {
        let runner = runner()
        let shown = runner.dryRun(post, context: context)
        #expect(slack.provider.requests.isEmpty)
        _ = await runner.perform(try Scene.permission(post), context: context)
        let sent = try #require(slack.provider.requests.first)
        #expect(shown.count == 1 && shown[0].hasPrefix("POST \(slack.provider.address)/api/chat.postMessage"))
        #expect(shown[0].hasSuffix(sent.text) && shown[0].contains("Authorization: Bearer [masked]"))
        #expect(!shown[0].contains("canary"))
    }

    private static func record(_ state: AttemptState, reference: String? = nil) -> ActRecord {
        ActRecord(
            id: 1, action: .postIncident(incident: 7), incident: 7, state: state, tries: 1, createdAt: Scene.now,
            nextTryAt: nil, finishedAt: nil, detail: "", reference: reference, ground: .notice)
    }
}
