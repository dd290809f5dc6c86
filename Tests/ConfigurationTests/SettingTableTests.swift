import Basics
import Configuration
import OnCallModel
import Testing

@Suite("Settings that are tables")
struct SettingTableTests {
    @Test(
        "invalid rows change nothing, and the sentence names the row and the member",
        arguments: [
            ("people", #"{"name":"a"}"#, "people must be a list of at most 500 objects."),
            ("people", #"[7]"#, "people[0] must be an object, not 7."),
            ("people", #"[{"slack":"U1"}]"#, "people[0].name is missing."),
            ("people", #"[{"name":"a","slak":"U1"}]"#, #"people[0] has an unknown member "slak". Did you mean slack?"#),
            ("people", #"[{"name":"a","name":"b"}]"#, "people[0].name is there twice."),
            ("people", #"[{"name":"a"},{"name":"a"}]"#, #"Two people have the name "a"."#),
            (
                "people", #"[{"name":"a\u001b[2J"}]"#,
                #"people[0].name must be a text of at most 80 characters without control characters, not "a\u001b[2J"."#
            ),
            (
                "policies", #"[{"mode":"maybe"}]"#,
                #"policies[0].mode must be one of auto, ask, never, not "maybe"."#
            ),
            (
                "policies", #"[{"mode":"ask","generations":5}]"#,
                "policies[0] has limits, which only the mode auto uses."
            ),
            (
                "budgets", #"[{"scope":"user","period":"month","amount":5}]"#, "budgets[0].name is missing."
            ),
            (
                "budgets", #"[{"scope":"project","name":"x","period":"month","amount":5}]"#,
                "budgets[0].name must be empty: the scope project is everything together."
            ),
            (
                "budgets",
                #"[{"scope":"model","name":"m","period":"day","amount":5},{"scope":"model","name":"m","period":"day","amount":6}]"#,
                "Two budgets are for model m per day."
            ),
            (
                "digest_zone", #""Mars/Base""#,
                #"digest_zone must be a time zone such as Europe/Berlin, not "Mars/Base"."#
            ),
            (
                "exemptions", #"[{"author":"a","reason":"r","until":"2026-12-31"}]"#,
                "exemptions[0] must name a tool, an agent or a feature."
            ),
            (
                "exemptions", #"[{"tool":"t","author":"a","reason":"r","until":"soon"}]"#,
                #"exemptions[0].until must be a date such as 2026-12-31 or a time such as 2026-12-31T09:00:00Z, not "soon"."#
            ),
        ])
    func invalid(key: String, text: String, sentence: String) throws {
        let file = SettingsFile(path: temporaryPath())
        #expect {
            try file.change(key, to: text)
        } throws: {
            "\($0)" == sentence
        }
        #expect(try file.load() == Settings())
    }

    @Test("rows are added and removed one by one, and the file is read as it was written")
    func edit() throws {
        let file = SettingsFile(path: temporaryPath())
        try file.addRow(to: "people", [("name", "Alice"), ("unix", "alice"), ("approves", "false")])
        try file.addRow(
            to: "exemptions", [("tool", "poll_*"), ("author", "Alice"), ("reason", "poller"), ("until", "2026-12-31")])
        let settings = try file.load()
        #expect(settings.people == [.with { ($0.name, $0.unix, $0.approves) = ("Alice", "alice", false) }])
        #expect(settings.exemptions.first?.until == Instant(iso8601: "2026-12-31T00:00:00Z"))
        #expect(throws: SettingProblem.self) { try file.removeRow(2, of: "people") }
        #expect(throws: SettingProblem.self) { try file.removeRow(1, of: "theme") }
        try file.removeRow(1, of: "people")
        #expect(try file.load().people.isEmpty && file.load().exemptions.count == 1)
    }
}
