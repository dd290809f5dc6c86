import Actions
import Basics
import OnCallModel
import Testing

@Suite("Slack messages of hostile incidents")
struct BlockKitTests {
    private static let fragments = [
        "<!channel>", "<!here|x>", "<@U123>", "@channel", "&", "<https://evil|bank>", "\u{1B}[31m",
        "\u{1B}]52;c;x\u{7}",
        "\u{9B}31m", "\u{202E}", "\u{200B}", "```", "**", "\n## ", "é", "👩‍👩‍👧‍👦", "漢",
        "a\u{301}\u{302}\u{303}\u{304}\u{305}", "\"", "\\",
        "word ", "\r\n", "\0", "{\"type\":\"actions\"}", "sentinel_approve_12",
    ]

    private static func text(_ random: inout SeededRandom, atMost pieces: Int) -> String {
        (0..<Int.random(in: 0...pieces, using: &random)).map { _ in fragments.randomElement(using: &random) ?? "" }
            .joined()
    }

    @Test("Every limit is kept and no text of an incident is executed (row 41)", arguments: 0..<24)
    func limits(seed: UInt64) async throws {
        var random = SeededRandom(seed)
        let size = [3, 60, 900][Int(seed) % 3]
        let trace = Self.text(&random, atMost: size)
        let why = (0..<9).map { _ in Self.text(&random, atMost: size) }
        let suspects = (0..<4).map { _ in
            Suspect(
                sha: Self.text(&random, atMost: size), title: Self.text(&random, atMost: size),
                author: Self.text(&random, atMost: size), score: 1, why: why)
        }
        var loop = Scene.loop
        loop.repeatedStep = Self.text(&random, atMost: size)
        loop.agent = Self.text(&random, atMost: size)
        var incident = Scene.incident(
            headline: Self.text(&random, atMost: size), subject: trace, report: Self.text(&random, atMost: size),
            suspects: suspects, gaps: why)
        incident.memory.cause = "a change of tokens"
        incident.memory.record = CauseRecord(right: 14, wrong: 2)
        incident.memory.runbooks = [RunbookName(name: "x", title: Self.text(&random, atMost: size))]
        let context = ActContext(
            incident: incident,
            loops: [loop], request: Scene.request(.killLoop(trace: trace, agent: loop.agent)), attemptedAt: Scene.now)
        let slack = SlackWorkspace()
        let runner = Scene.runner(["SLACK_BASE_URL": slack.provider.address, "SLACK_BOT_TOKEN": "xoxb-1"])
        let outcome = await runner.perform(try Scene.permission(.postIncident(incident: 7)), context: context)
        #expect(outcome.reference != nil)
        let message = try #require(slack.messages.first)
        let blocks = try #require(message["blocks"]?.array)
        #expect(blocks.count <= 50)
        #expect(
            Set(blocks.compactMap { $0["block_id"]?.string }).count == blocks.filter { $0["block_id"] != nil }.count)
        for block in blocks { Self.check(block) }
        let texts = Self.strings(message)
        #expect(Self.strings(.array(blocks)).reduce(0) { $0 + $1.unicodeScalars.count } < 13_000)
        for text in texts {
            #expect(
                !text.contains("<!") && !text.contains("<@") && !text.contains("@channel") && !text.contains("<http"))
            #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || (0x7F..<0xA0).contains($0.value) })
        }
    }

    private static func check(_ block: JSONValue) {
        switch block["type"]?.string {
        case "header":
            #expect(size(block["text"]) <= 150)
        case "section":
            #expect(block["text"] != nil || block["fields"] != nil)
            if block["text"] != nil { #expect((1...3000).contains(size(block["text"]))) }
            #expect((block["fields"]?.array ?? []).count <= 10)
            for field in block["fields"]?.array ?? [] { #expect((1...2000).contains(size(field))) }
        case "context":
            #expect((1...10).contains(block["elements"]?.array?.count ?? 0))
            for element in block["elements"]?.array ?? [] { #expect((1...3000).contains(size(element))) }
        case "actions":
            let buttons = block["elements"]?.array ?? []
            #expect((2...25).contains(buttons.count))
            #expect(Set(buttons.compactMap { $0["action_id"]?.string }).count == buttons.count)
            for button in buttons { checkButton(button) }
        default:
            Issue.record("unknown block")
        }
    }

    private static func checkButton(_ button: JSONValue) {
        #expect(size(button["text"]) <= 75)
        #expect((button["action_id"]?.string?.unicodeScalars.count ?? 999) <= 255)
        #expect((button["value"]?.string?.unicodeScalars.count ?? 9999) <= 2000)
        guard let confirm = button["confirm"] else { return }
        #expect(size(confirm["title"]) <= 100 && size(confirm["text"]) <= 300)
        #expect(size(confirm["confirm"]) <= 30 && size(confirm["deny"]) <= 30)
    }

    private static func size(_ text: JSONValue?) -> Int { text?["text"]?.string?.unicodeScalars.count ?? 0 }

    private static func strings(_ value: JSONValue) -> [String] {
        switch value {
        case .string(let text): [text]
        case .array(let elements): elements.flatMap(strings)
        case .object(let members): members.flatMap { strings($0.value) }
        case .null, .bool, .integer, .number: []
        }
    }
}
