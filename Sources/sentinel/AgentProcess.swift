import Basics
import Configuration
import FoundationEssentials
import Subprocess

/// The agent of a console, as a process of its own: it serves the kill flag while the console is suspended.
struct AgentProcess: Sendable {
    let workplace: Workplace
    /// The options of the console that the agent gets too.
    let options: [String]

    /// Runs until the task is cancelled, which ends the agent. Waits while another agent holds the lease. An agent that ends is
    /// started again after a pause. `report` gets what it complains about.
    func run(report: @escaping @Sendable (String) -> Void) async {
        while !Task.isCancelled {
            if !workplace.isAgentRunning { await runOnce(report) }
            try? await Task.sleep(for: .seconds(5))
        }
    }

    private func runOnce(_ report: @escaping @Sendable (String) -> Void) async {
        guard let program = Paths.executable else { return report("The program's own file was not found.") }
        var agent = ChildProcess(
            program, arguments: ["agent", "--child"] + options, environment: ProcessInfo.processInfo.environment,
            grace: .seconds(10))
        agent.holdsInput = true
        agent.onErrorLine = { line in
            let sentence = line.hasPrefix(Output.prefix) ? String(line.dropFirst(Output.prefix.count)) : line
            if !sentence.isEmpty { report(sentence) }
        }
        do {
            _ = try await agent.run()
        } catch is CancellationError {
            return
        } catch SubprocessError.killed(let signal, _) {
            report("The agent was ended by signal \(signal). It is started again.")
        } catch {
            report("The agent could not be started: \(error)")
        }
    }
}
