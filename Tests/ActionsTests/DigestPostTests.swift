import Actions
import Basics
import Governance
import OnCallModel
import Testing

@Suite("The digest in Slack")
struct DigestPostTests {
    private let slack = SlackWorkspace()
    private let post = Action.postDigest(week: "2026-W48", channel: "")

    private var runner: ActionRunner {
        Scene.runner(["SLACK_BASE_URL": slack.provider.address, "SLACK_BOT_TOKEN": "xoxb-canary-token"])
    }

    private func context(_ lines: [String], gaps: [String] = []) -> ActContext {
        let document = DigestDocument.with {
            ($0.title, $0.summary, $0.gaps) = ("Week 2026-W48", "14 merged (+3), cost $12.00", gaps)
            $0.sections = [.with { ($0.heading, $0.lines) = ("What broke", lines) }]
        }
        var context = ActContext(attemptedAt: Scene.now)
        context.digest = DigestRecord(
            week: "2026-W48", zone: "UTC", from: Scene.now, until: Scene.now, madeAt: Scene.now, isFinal: true,
            document: document, markdown: "", facts: [:])
        return context
    }

    @Test("It has the key of its week, a header, Slack's bold and bullets, and what was not read")
    func message() async throws {
        let permission = try Scene.permission(post)
        #expect(permission.key.text == "digest-2026-W48/slack_digest" && permission.incident == nil)
        let outcome = await runner.perform(
            permission, context: context(["PR 41 Raise max_tokens"], gaps: ["Sentry could not be read."]))
        #expect(outcome.reference == "C0INCIDENTS/1764000000.000000")
        let request = try #require(slack.provider.requests.first)
        #expect(request.json["metadata"]?["event_payload"]?["sentinel_key"]?.string == permission.key.text)
        let blocks = request.json["blocks"]?.array ?? []
        #expect(blocks.first?["text"]?["text"]?.string == "Week 2026-W48")
        #expect(blocks.contains { $0["text"]?["text"]?.string == "*What broke*\n• PR 41 Raise max_tokens" })
        #expect(blocks.last?["elements"]?[0]?["text"]?.string == "Missing data: Sentry could not be read.")
    }

    @Test("Foreign text notifies nobody, makes no link and leaks no secret")
    func hostile() async throws {
        let line = "<!channel> <https://evil.example|here> @alice ghp_0123456789abcdefghijABCDEFGHIJ012345 \u{1B}[2J"
        _ = await runner.perform(try Scene.permission(post), context: context([line]))
        let text = try #require(slack.provider.requests.first).text
        #expect(text.contains("&lt;!channel&gt;") && !text.contains("<!channel>") && !text.contains("<https"))
        #expect(!text.contains("ghp_0123456789abcdefghijABCDEFGHIJ012345") && !text.contains("@alice"))
    }

    @Test("It stays within Slack's limits however long the digest is, and says how many lines are left out")
    func limits() async throws {
        let lines = (0..<80).map { "\($0) " + String(repeating: "&<>", count: 200) }
        let gaps = (0..<30).map { "Source \($0) could not be read." }
        _ = await runner.perform(try Scene.permission(post), context: context(lines, gaps: gaps))
        let blocks = try #require(slack.provider.requests.first).json["blocks"]?.array ?? []
        let texts = blocks.compactMap { $0["text"]?["text"]?.string }
        #expect(texts.allSatisfy { $0.unicodeScalars.count <= 3000 } && blocks.count <= 50)
        #expect(texts.last?.hasSuffix(" more") == true)
        #expect((blocks.last?["elements"]?.array ?? []).count <= 10)
    }

    @Test("It goes to the channel of the setting, and the incidents channel stays as it is")
    func channel() async throws {
        let other = Action.postDigest(week: "2026-W48", channel: "#weekly")
        _ = await runner.perform(try Scene.permission(other), context: context(["A line"]))
        #expect(try #require(slack.provider.requests.first).json["channel"]?.string == "#weekly")
        #expect(runner.dryRun(post, context: context(["A line"])).first?.contains("#incidents") == true)
    }

    @Test("A digest that is not in the store is not posted")
    func missing() async throws {
        let outcome = await runner.perform(try Scene.permission(post), context: ActContext(attemptedAt: Scene.now))
        #expect(outcome == .failed(reason: "The digest is not in the store; there is nothing to post."))
        #expect(slack.provider.requests.isEmpty)
    }

    @Test("A budget warning is one line with the key of its budget, period and level")
    func budget() async throws {
        let warning = Action.warnBudget(key: "user/<@U1>/month/2026-11-01/ahead", text: "Budget: <@U1> pays")
        let permission = try Scene.permission(warning)
        #expect(permission.key.text == "budget-user/<@U1>/month/2026-11-01/ahead/slack_budget")
        _ = await runner.perform(permission, context: ActContext(attemptedAt: Scene.now))
        let request = try #require(slack.provider.requests.first)
        #expect(request.json["text"]?.string?.contains("&lt;@\u{200B}U1&gt;") == true)
    }
}
