package import Basics
import WebServer

/// The data of the simulated providers, and their requests. Shared by their servers, so it is locked.
package final class SandboxWorld: Sendable {
    package struct State: Sendable {
        /// Oldest first.
        package var observations: [SandboxObservation] = []
        package var prompts: [SandboxPrompt] = []
        package var scores: [SandboxScore] = []
        package var issues: [SandboxIssue] = []
        /// Newest first.
        package var commits: [SandboxCommit] = []
        /// By channel id; newest first.
        package var messages: [String: [SandboxMessage]] = [:]
        package var gitHubIssues: [SandboxGitHubIssue] = []
        package var pulls: [SandboxPull] = []
        package var releases: [SandboxRelease] = []
        package var deployments: [SandboxDeployment] = []
        package var runs: [SandboxRun] = []
        package var pagerDuty = PagerDutyAccount()
        package var datadog = DatadogAccount()
        package var linear = LinearWorkspace()
        /// What no other part of the story refers to.
        package var lists: [Provider: ListedRecords] = [:]
        package var langfuse = LangfuseMode.dual
        var faults: [Provider: [Fault]] = [:]
        var log: [Call] = []
        /// How many requests were served, forgotten ones as well.
        var served = 0
        var lastSlackTime: Int64 = 0
    }

    package enum Provider: String, CaseIterable, Hashable, Sendable {
        case langfuse, sentry, github, slack, model, pagerduty, datadog, linear
    }

    /// Which of Langfuse's two reading APIs answers.
    package enum LangfuseMode: Hashable, Sendable { case v1, v2, dual }

    package struct Call: Hashable, Sendable {
        package var provider: Provider
        package var method: String
        package var path: String
    }

    private let state = Lock(State())
    package let clock: WallClock

    package init(clock: WallClock) {
        self.clock = clock
    }

    package func read<Result>(_ body: (State) throws -> Result) rethrows -> Result {
        try state.withLock { try body($0) }
    }

    package func change<Result>(_ body: (inout State) throws -> Result) rethrows -> Result {
        try state.withLock { try body(&$0) }
    }

    /// The next `times` requests to a provider meet this fault.
    package func fail(_ provider: Provider, _ fault: Fault, times: Int = 1) {
        state.withLock { $0.faults[provider, default: []] += Array(repeating: fault, count: times) }
    }

    package func heal() {
        state.withLock { $0.faults = [:] }
    }

    /// The requests to a provider so far.
    package func calls(to provider: Provider) -> [Call] {
        state.withLock { $0.log.filter { $0.provider == provider } }
    }

    package func forgetCalls() {
        state.withLock { $0.log = [] }
    }

    /// Slack's timestamps are unique in a channel.
    func nextSlackTimestamp() -> String {
        let now = clock.now().milliseconds * 1000
        let micros = state.withLock { state -> Int64 in
            state.lastSlackTime = max(now, state.lastSlackTime + 1)
            return state.lastSlackTime
        }
        let fraction = String(micros % 1_000_000)
        return "\(micros / 1_000_000).\(String(repeating: "0", count: 6 - fraction.count))\(fraction)"
    }

    /// Writes a request down, and lets the next fault of its provider, if there is one, have its way with the answer.
    /// Every answer bears the world's time.
    func serve(
        _ provider: Provider, _ request: WebRequest, _ answer: @escaping @Sendable (WebRequest) -> WebResponse
    ) async -> WebResponse {
        let (fault, number) = state.withLock { state -> (Fault?, Int) in
            state.log.append(Call(provider: provider, method: request.method, path: request.path))
            state.served += 1
            guard var faults = state.faults[provider], !faults.isEmpty else { return (nil, state.served) }
            let fault = faults.removeFirst()
            state.faults[provider] = faults
            return (fault, state.served)
        }
        let now = clock.now()
        var response: WebResponse
        if let fault {
            let faulty = FaultyAnswer(provider: provider, request: request, number: number, now: now, answer: answer)
            response = await faulty.response(to: fault)
        } else {
            response = answer(request)
        }
        if !response.headers.contains(where: { $0.name == "Date" }) {
            response.headers.append(.init("Date", now.httpDate))
        }
        return response
    }
}
