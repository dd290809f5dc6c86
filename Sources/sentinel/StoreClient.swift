import AgentCore
import Basics
import Configuration
import FoundationEssentials
import IncidentStore
import OnCallModel

/// The command line's access to the store: it reads directly, and sends requests to the agent.
struct StoreClient: Sendable {
    let reader: StoreReader
    let composition: Composition
    var now: Instant { composition.clock.now() }

    init(_ arguments: Arguments) throws {
        composition = try Composition(arguments)
        reader = StoreReader(composition.paths.database)
    }

    /// Why an empty list of what these classes find does not mean that there is nothing; nil if it does.
    func unknown(of types: [DetectionType] = DetectionType.detected) async throws -> String? {
        let states = try await reader.read(StoreQuery { try $0.detectors() })
        return states.unknown(of: types, try await reader.read(.agentStatus), at: now)
    }

    /// Sends a request, waits for the outcome and prints it. `orHere`: this process answers if no agent runs on the store.
    func ask(_ intent: Intent, orHere: Bool = false) async throws -> ExitStatus {
        let answer = try await answer(to: intent, orHere: orHere)
        guard !answer.isRefused else { throw Failure(TextTable.inert(answer.text)) }
        Output.line(TextTable.inert(answer.text))
        return .done
    }

    /// Sends a request and waits for the answer: four seconds for an agent that runs, unless the intent itself takes long.
    func answer(to intent: Intent, orHere: Bool = false) async throws -> IntentAnswer {
        let isAgentRunning = composition.isAgentRunning
        guard isAgentRunning || orHere else { throw Failure.noAgent(on: composition.paths.database) }
        if !isAgentRunning, !FileManager.default.fileExists(atPath: composition.paths.database) {
            // The agent creates the store.
            try await composition.agent().answerOnce()
        }
        let id = try await composition.workplace.send(intent, as: "command line")
        if !isAgentRunning { try await composition.agent().answerOnce() }
        let limit = isAgentRunning ? Self.longestWait(for: intent) : nil
        guard let answer = try await reader.answer(toIntent: id, within: limit) else {
            throw Failure.noAnswer(on: composition.paths.database)
        }
        return answer
    }

    /// Reading a trace or a pull request asks its source.
    private static func longestWait(for intent: Intent) -> Span {
        switch intent {
        case .inspect: .seconds(60)
        case .scorePull: .minutes(10)
        case .backfillRisk: .hours(1)
        default: .seconds(4)
        }
    }
}
