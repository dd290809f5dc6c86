import Basics
import SQLPrompt

/// Runs the statements of an input that is not a terminal, until one fails.
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
                guard let answer = try await session.run(step) else { return status }
                Output.writeUnmasked(answer.text)
                for warning in answer.warnings { Output.complain(warning) }
                if answer.isPartial { status = .partial }
            }
            if line == nil { return status }
        }
    }
}

/// Reads standard input by line, on its own thread.
actor StandardInput {
    private let thread = QueueExecutor(label: "input")

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Nil at the end. Bytes that are not UTF-8 become U+FFFD.
    func line() -> String? { readLine() }

    /// The rest of the input.
    func rest() -> String {
        var text = ""
        while let line = readLine(strippingNewline: false) { text += line }
        return text
    }
}
