import SQLPrompt
import Testing

@Suite("The prompt's statements and commands")
struct PromptMachineTests {
    /// The steps of lines that are typed one after another.
    private func steps(_ lines: String...) -> [PromptMachine.Step] {
        var machine = PromptMachine()
        return lines.flatMap { machine.take($0) }
    }

    @Test("a statement ends with its semicolon, on any line")
    func severalLines() {
        var machine = PromptMachine()
        #expect(machine.take("  SELECT 1") == [])
        #expect(machine.isContinuing)
        #expect(machine.take("  FROM x ;") == [.statement("SELECT 1\n  FROM x")])
        #expect(!machine.isContinuing)
    }

    @Test("a line may have several statements, and the beginning of the next")
    func severalStatements() {
        var machine = PromptMachine()
        #expect(machine.take("SELECT 1; SELECT 2;;SELECT") == [.statement("SELECT 1"), .statement("SELECT 2")])
        #expect(machine.pending == "SELECT\n")
        #expect(machine.take("3;") == [.statement("SELECT\n3")])
    }

    @Test(
        "a semicolon in a quote or a comment does not end a statement",
        arguments: [
            "SELECT 'a;b'", "SELECT 'it''s;'", #"SELECT "a;b""#, "SELECT `a;b`", "SELECT [a;b]", "SELECT 1 /* ; */",
            "SELECT 1 -- ;\n, 2", "SELECT 1 /*/ ; */", "SELECT 'é;日'", "SELECT '--', 1",
        ])
    func quotes(statement: String) {
        #expect(steps(statement + ";") == [.statement(statement)])
    }

    @Test("a quote and a comment continue on the next line")
    func openAcrossLines() {
        #expect(steps("SELECT 'a;", "b', 1;") == [.statement("SELECT 'a;\nb', 1")])
        #expect(steps("SELECT /* a;", "' b; */ 1;") == [.statement("SELECT /* a;\n' b; */ 1")])
        #expect(steps("SELECT 1 -- it's", ";") == [.statement("SELECT 1 -- it's")])
    }

    @Test("blanks and comments do not begin a statement")
    func nothing() {
        var machine = PromptMachine()
        #expect(machine.take("  ") == [])
        #expect(machine.take("-- a remark") == [])
        #expect(machine.take("; ;") == [])
        #expect(!machine.isContinuing)
        #expect(machine.take("/* begun") == [])
        #expect(machine.isContinuing)
        #expect(machine.finish() == [])
    }

    @Test("a paste may have statements and commands, line by line")
    func paste() {
        #expect(
            steps(".stored on\nSELECT 1;\r\n.quit") == [
                .command(.offline(true)), .statement("SELECT 1"), .command(.quit),
            ])
    }

    @Test("at the end of the input the semicolon may be missing")
    func end() {
        var machine = PromptMachine()
        #expect(machine.take("SELECT 1\n") == [])
        #expect(machine.finish() == [.statement("SELECT 1")])
        #expect(machine.finish() == [])
    }

    @Test("Ctrl-C discards the incomplete statement and its open quotes")
    func reset() {
        var machine = PromptMachine()
        #expect(machine.take("SELECT 'a") == [])
        machine.reset()
        #expect(!machine.isContinuing)
        #expect(machine.take("SELECT 2;") == [.statement("SELECT 2")])
    }

    @Test("a dot command is valid only between statements")
    func commandInStatement() {
        #expect(steps("SELECT 1", ".5;") == [.statement("SELECT 1\n.5")])
    }

    @Test(
        "the commands",
        arguments: [
            (".tables", PromptCommand.tables(source: nil)), (".tables github;", .tables(source: "github")),
            ("  .schema github.commits ", .schema(table: "github.commits")), (".SOURCES", .sources),
            (".format CSV", .format(.csv)), (".format", .format(nil)), (".offline off", .offline(false)),
            (".explain on", .explain(true)), (".explain", .explain(nil)), (".help", .help), (".exit", .quit),
            ("quit", .quit), ("exit;", .quit), ("HELP", .help),
        ])
    func commands(line: String, command: PromptCommand) {
        #expect(steps(line) == [.command(command)])
    }

    @Test(
        "an invalid command is refused with a suggestion",
        arguments: [
            (".tabels", "Unknown command .tabels. Did you mean .tables? Type .help for help."),
            (".", "Unknown command .. Type .help for help."),
            (".schema", "Missing table. Usage: .schema github.commits"),
            (".format xml", ".format must be table, json, csv, markdown, not \"xml\"."),
            (".offline maybe", ".offline must be on or off, not \"maybe\"."),
            (".quit now", "Unexpected argument \"now\" for .quit."),
            (".tables a b", "Unexpected argument \"b\" for .tables."),
        ])
    func complaints(line: String, sentence: String) {
        #expect(steps(line) == [.complaint(sentence)])
    }
}
