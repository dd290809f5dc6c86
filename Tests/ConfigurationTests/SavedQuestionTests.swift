import Basics
import Configuration
import Testing

@Suite("Saved questions")
struct SavedQuestionTests {
    private static let now = Instant(iso8601: "2026-11-24T03:00:00Z") ?? Instant(milliseconds: 0)
    private static let text = """
        -- What a feature costs.
        -- @feature text
        -- @since time = 24h
        -- @top integer = 10
        SELECT ':feature', "top:x" FROM t -- :since
        WHERE name = :feature AND at >= :since LIMIT :top
        """

    private func ask(_ values: [String]) throws -> String {
        try SavedQuestion("cost", text: Self.text).statement(values, now: Self.now)
    }

    @Test("parameters become quoted values, only where SQL has a parameter")
    func values() throws {
        let question = try SavedQuestion("cost", text: Self.text)
        #expect(question.sentence == "What a feature costs.")
        #expect(
            try ask(["feature=it's'; DROP TABLE t; --"]) == """
                SELECT ':feature', "top:x" FROM t -- :since
                WHERE name = 'it''s''; DROP TABLE t; --' AND at >= '2026-11-23T03:00:00.000Z' LIMIT 10
                """)
        #expect(try ask(["feature=a=b", "top=3"]).hasSuffix("LIMIT 3"))
    }

    @Test(
        "a missing, unknown, doubled or wrongly typed parameter is refused with a sentence",
        arguments: [
            ([], "Missing parameter feature (text). Add feature=VALUE."),
            (
                ["feature=a", "top=1 OR 1"],
                "Invalid value \"1 OR 1\" for top, which is of type integer. Use a value like 42."
            ),
            (
                ["feature=a", "since=soon"],
                "Invalid value \"soon\" for since, which is of type time. Use a value like 2026-11-24T09:00:00Z or 24h."
            ),
            (["featur=a"], "cost has no parameter \"featur\". Did you mean \"feature\"?"),
            (["feature=a", "feature=b"], "The parameter feature is given twice."),
            (["feature"], "\"feature\" is not key=value."),
        ])
    func refusals(values: [String], sentence: String) {
        let problem = #expect(throws: QuestionProblem.self) { try ask(values) }
        #expect(problem?.description == sentence)
    }

    @Test("a file that uses an undeclared parameter or an unknown type is named with its line")
    func files() {
        let undeclared = #expect(throws: QuestionProblem.self) { try SavedQuestion("q", text: "SELECT :a") }
        #expect(undeclared?.description == "q.sql uses :a, which it does not declare. Add a line: -- @a text")
        let unknown = #expect(throws: QuestionProblem.self) {
            try SavedQuestion("q", text: "-- x\n-- @a date\nSELECT :a")
        }
        #expect(
            unknown?.description == "q.sql:2: unknown type \"date\". Use one of: text, integer, number, time.")
    }
}
