import SQLPrompt
import Testing

@Suite("What the prompt makes of typed lines")
struct PromptMachineTests {
    /// The steps of lines that are typed one after another.
    private func steps(_ lines: String...) -> [PromptMachine.Step] {
        var machine = PromptMachine()
        return lines.flatMap { machine.take($0) }
    }

    @Test("a statement ends with its semicolon, on whichever line")
    func severalLines() {
        var machine = PromptMachine()
        #expect(machine.take("  SELECT 1") == [])
        #expect(machine.isContinuing)
        #expect(machine.take("  FROM x ;") == [.statement("SELECT 1\n  FROM x")])
        #expect(!machine.isContinuing)
    }

    @Test("one line may hold several, and the beginning of the next")
    func severalStatements() {
        var machine = PromptMachine()
        #expect(machine.take("SELECT 1; SELECT 2;;SELECT") == [.statement("SELECT 1"), .statement("SELECT 2")])
        #expect(machine.pending == "SELECT\n")
        #expect(machine.take("3;") == [.statement("SELECT\n3")])
    }

    @Test(
        "a semicolon in a quote or a comment ends nothing",
        arguments: [
            "SELECT 'a;b'", "SELECT 'it''s;'", #"SELECT "a;b""#, "SELECT `a;b`", "SELECT [a;b]", "SELECT 1 /* ; */",
            "SELECT 1 -- ;\n, 2", "SELECT 1 /*/ ; */", "SELECT 'é;日'", "SELECT '--', 1",
        ])
    func quotes(statement: String) {
        #expect(steps(statement + ";") == [.statement(statement)])
    }

    @Test("a quote and a comment go on in the next line")
    func openAcrossLines() {
        #expect(steps("SELECT 'a;", "b', 1;") == [.statement("SELECT 'a;\nb', 1")])
        #expect(steps("SELECT /* a;", "' b; */ 1;") == [.statement("SELECT /* a;\n' b; */ 1")])
        #expect(steps("SELECT 1 -- it's", ";") == [.statement("SELECT 1 -- it's")])
    }

    @Test("blanks and comments alone are nothing to continue")
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

    @Test("a paste holds statements and commands, line by line")
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

    @Test("Ctrl-C forgets what was begun, open quotes too")
    func reset() {
        var machine = PromptMachine()
        #expect(machine.take("SELECT 'a") == [])
        machine.reset()
        #expect(!machine.isContinuing)
        #expect(machine.take("SELECT 2;") == [.statement("SELECT 2")])
    }

    @Test("a dot command stands between statements only")
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
        "a command that makes no sense says what is meant",
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
