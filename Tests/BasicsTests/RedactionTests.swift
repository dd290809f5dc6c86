import Basics
import TestSupport
import Testing

@Suite("Redaction")
struct RedactionTests {
    private let redaction = Redaction()

    @Test("Every published form is masked, alone, in a sentence and inside of JSON", arguments: PlantedSecret.all)
    func forms(_ planted: PlantedSecret) {
        let inJSON = JSONValue.object([.init("a", .string(planted.text)), .init("b", 1)]).serialized
        for text in [planted.text, "login of \(planted.text) failed", "see \(planted.text).", inJSON] {
            expectMasked(planted, in: text)
        }
        let masked = redaction.apply(to: inJSON)
        #expect(masked.hasPrefix("{\"a\":\"") && masked.hasSuffix("\",\"b\":1}"), "\(masked)")
    }

    @Test("A disguised key is masked", arguments: PlantedSecret.keys)
    func disguises(_ planted: PlantedSecret) {
        for disguise in planted.disguises { expectMasked(disguise, in: "login of \(disguise.text) failed") }
    }

    @Test("A key right behind a word is masked", arguments: PlantedSecret.keys)
    func glued(_ planted: PlantedSecret) {
        guard !["r8_", "hf_", "ya29.", "hvs."].contains(where: planted.text.hasPrefix) else { return }
        expectMasked(planted, in: "alice" + planted.text)
    }

    private func expectMasked(_ planted: PlantedSecret, in text: String) {
        let masked = redaction.apply(to: text)
        #expect(!masked.contains(planted.secret), "\(text) became \(masked)")
        #expect(masked.contains("[redacted]"))
        #expect(redaction.apply(to: masked) == masked, "a second time changes more")
    }

    private static let ordinary: [String] = [
        "commit b1946ac92492d2347c6235b4d2611184aabbccdd in acme/app", "550e8400-e29b-41d4-a716-446655440000",
        "trace 4bf92f3577b34da6a3ce929d0e0e4736 of task-4bf92f3577b34da6a3ce929d0e0e4736",
        "task-550e8400-e29b-41d4-a716-446655440000 failed", "task-01H8XGJWBWBAQ4Z0M9V3P7K2ND",
        "cache-key-4bf92f3577b34da6a3ce929d0e0e4736", "tokens: 123456789012", "max_tokens=4096",
        #"{"token": 1.2345678e-05, "password": 12345678, "total_tokens": 1234567890123456}"#,
        "Invalid password: please try again", "The password=None default", "secret: not found", "Token: expired",
        #"password = os.environ["DB_PASSWORD"]"#, "token=get_token()", "connect(password=settings.db_password)",
        "ask-for-help-with-the-risk-assessment-service-2024", "asia-southeast1-b", "npm_config_registry_url",
        "hf_hub_download_retries", "sk-learn-pipeline", "claude-3-5-sonnet-20241022", "12:30:45 10.0.0.1:8080",
        "https://cloud.langfuse.com/project/cl1/traces/4bf92f3577b34da6a3ce929d0e0e4736?timestamp=2026-01-01",
        "SELECT name, sum(total_cost) FROM langfuse.observations WHERE start_time >= '2026-11-30T00:00:00Z'",
        "PWD=/home/alice/src", "Authorization: required", "bearer token authentication is missing",
        "Set SLACK_BOT_TOKEN=xoxb-… in .env", "c2hvcnQgcGxhaW4gdGV4dCB3aXRob3V0IGFueXRoaW5n",
        "eyJwYWdlIjoyLCJsaW1pdCI6MTAwfQ==", "next_page_token=CAESBkFCQ0RFRhgC1234567", "50% of 100% &amp; more",
        "disk-usage-2024-11-30T10:00:00Z", "postgres://db.internal:5432/app",
        "sha256:" + String(repeating: "ab12", count: 16),
    ]

    @Test("Text without secrets stays as it is", arguments: ordinary)
    func clean(_ text: String) {
        #expect(redaction.apply(to: text) == text)
        #expect(redaction.apply(to: text.uppercased()) == text.uppercased() || text.uppercased().contains("SK-"))
    }

    @Test("Texts put together at random are masked the same the second time")
    func idempotence() {
        var random = SeededRandom(16)
        let glue = [
            " ", "", "\"", "=", ": ", "\\\"", ",", "\n", "\u{200B}", "-", "&", "@", "password=", "token: ", "://",
        ]
        let words =
            ["alice", "[redacted]", "task", "4bf92f3577b34da6", "ok", "api_key"] + PlantedSecret.all.map(\.text)
        for _ in 0..<2000 {
            let text = (0..<6).map { _ in
                words[Int(random.next() % UInt64(words.count))] + glue[Int(random.next() % UInt64(glue.count))]
            }.joined()
            let masked = redaction.apply(to: text)
            #expect(redaction.apply(to: masked) == masked, "\(text.debugDescription)")
        }
    }

    @Test("The secrets of this process are masked in any spelling")
    func known() {
        let redaction = Redaction(secrets: ["canary-kill-secret", "short"])
        let masked = redaction.apply(
            to:
                "a canary-kill-secret, xcanary\u{200B}-kill-secret, canary%2Dkill-secret, \(Base64.encode("u:canary-kill-secret")) short"
        )
        #expect(masked == "a [redacted], x[redacted], [redacted], [redacted] short")
    }

    @Test("A column's name marks a secret as a name in a text does")
    func columns() {
        let rows = RowSet(
            columns: ["trace_id", "api_key"],
            rows: [
                [.text("4bf92f3577b34da6a3ce929d0e0e4736"), .text("4bf92f3577b34da6a3ce929d0e0e4736")],
                [.integer(1), .null],
            ])
        #expect(
            rows.redacted(by: redaction).rows == [
                [.text("4bf92f3577b34da6a3ce929d0e0e4736"), .text("[redacted]")], [.integer(1), .null],
            ])
    }
}
