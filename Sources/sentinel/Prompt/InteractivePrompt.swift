import Basics
import LineEditor
import SQLPrompt
import Subprocess

/// Reads statements from a terminal and runs them until the input ends.
struct InteractivePrompt {
    private var session: PromptSession
    private var machine = PromptMachine()
    private let terminal: PromptTerminal
    private let signals: PromptSignals

    init(_ session: PromptSession, history: String, pager: Pager?) async throws {
        self.session = session
        terminal = PromptTerminal(pager: pager)
        let waker = try await terminal.open(history: history)
        signals = PromptSignals { waker() }
    }

    mutating func run() async -> ExitStatus {
        Output.line("End a statement with a semicolon. Type .help for help.")
        while true {
            let input = await terminal.line(
                prompt: machine.isContinuing ? "...> " : "sql> ", pending: machine.pending, names: session.names)
            switch input {
            case .interrupted: machine.reset()
            case .end:
                Output.line()
                return .done
            case .line(let line): guard await run(line: line) else { return .done }
            }
        }
    }

    /// False when the input has ended.
    private mutating func run(line: String) async -> Bool {
        let begun = machine.pending
        let steps = machine.take(line)
        if !steps.isEmpty { await terminal.remember((begun + line).trimmed) }
        for step in steps {
            do {
                guard let answer = try await run(step) else { return false }
                await terminal.show(answer.text)
                for warning in answer.warnings { Output.remark(warning) }
            } catch {
                Output.remark(error is CancellationError ? "Stopped." : "\(error)")
                // Statements pasted after this one assume that it succeeded.
                machine.reset()
                return true
            }
        }
        return true
    }

    private mutating func run(_ step: PromptMachine.Step) async throws -> SQLSession.Answer? {
        guard case .statement(let statement) = step else {
            var answer = try await session.run(step)
            let isList = session.sql.format == .table && step != .command(.help)
            if isList, let text = answer?.text { answer?.text = await terminal.cut(text) }
            return answer
        }
        return try await signals.run { [sql = session.sql] in try await sql.answer(statement) }
    }
}
