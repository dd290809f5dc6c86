import Basics

/// Opens the console, with an agent behind it when no other works on the store.
struct ConsoleHost: Sendable {
    let composition: Composition

    func run(onStart: @escaping @Sendable (LoopbackServer?) async -> Void = { _ in }) async throws -> ExitStatus {
        throw Failure("The console is not built yet.")
    }
}

extension Command {
    static let console = Command("", summary: "open the console, and the agent behind it", help: "") { arguments in
        try await ConsoleHost(composition: Composition(arguments)).run()
    }
}
