import SQLPrompt

/// Statements from an input that is no terminal: run one after another, up to the first that fails.
struct StatementScript {
    var session: PromptSession
    private var machine = PromptMachine()

    init(_ session: PromptSession) {
        self.session = session
    }

    mutating func run() async throws -> ExitStatus {
        let input = StandardInput()
        var status = ExitStatus.done
        while true {
            let line = await input.line()
            let steps = line.map { machine.take($0) } ?? machine.finish()
            for step in steps {
                guard let answer = try await session.carryOut(step) else { return status }
                Output.write(answer.text)
                for warning in answer.warnings { Output.complain(warning) }
                if answer.isPartial { status = .partial }
            }
            if line == nil { return status }
        }
    }
}

/// Standard input, line by line, waited for on a thread of its own.
actor StandardInput {
    private let thread = BlockingExecutor(label: "input")

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Nil at the end. Bytes that are no UTF-8 become U+FFFD.
    func line() -> String? { readLine() }

    /// All that is still to come.
    func rest() -> String {
        var text = ""
        while let line = readLine(strippingNewline: false) { text += line }
        return text
    }
}
