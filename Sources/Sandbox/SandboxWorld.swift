package import Basics
package import WebServer

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
        /// The arguments of messages that one person alone sees, oldest first.
        package var ephemeral: [JSONValue] = []
        /// Those of the bot's token.
        package var slackScopes = [
            "chat:write", "channels:history", "channels:read", "groups:history", "groups:read", "users:read",
        ]
        package var gitHubIssues: [SandboxGitHubIssue] = []
        package var pulls: [SandboxPull] = []
        package var releases: [SandboxRelease] = []
        package var deployments: [SandboxDeployment] = []
        package var runs: [SandboxRun] = []
        package var pagerDuty = PagerDutyAccount()
        package var datadog = DatadogAccount()
        package var linear = LinearWorkspace()
        package var gateways = SandboxGateways()
        package var git = SandboxGit()
        /// Rows that nothing else refers to, in the provider's own form, by the path of their list without the common root.
        package var lists: [Provider: [String: [JSONValue]]] = [:]
        package var langfuse = LangfuseMode.dual
        /// How a Langfuse of mode `v1` refuses its newer APIs.
        package var langfuseRefusal = LangfuseRefusal.status(404)
        /// Langfuse's list of observations fails for longer windows, with this status.
        package var longestWindow: (span: Span, status: Int)?
        var faults: [Provider: [Fault]] = [:]
        var writeFaults: [Provider: Fault] = [:]
        var standingFaults: [StandingFault] = []
        var paces: [Provider: Pace] = [:]
        var log: [Call] = []
        /// How many requests were served, forgotten ones as well.
        var served = 0
        var lastSlackTime: Int64 = 0
    }

    package enum Provider: String, CaseIterable, Hashable, Sendable {
        case langfuse, sentry, github, slack, model, pagerduty, datadog, linear
        /// LiteLLM and LaunchDarkly.
        case gateway
    }

    /// Which of Langfuse's two reading APIs answers.
    package enum LangfuseMode: Hashable, Sendable { case v1, v2, dual }

    package enum LangfuseRefusal: Hashable, Sendable {
        case status(Int)
        case webPage
        /// The list is there, and has no rows.
        case emptyList
    }

    package struct Call: Hashable, Sendable {
        package var provider: Provider
        package var method: String
        package var path: String
        /// The body of a request that writes.
        package var body: [UInt8] = []
    }

    struct StandingFault: Sendable {
        var provider: Provider
        var fault: Fault
        var meets: @Sendable (WebRequest) -> Bool
    }

    /// So many requests are allowed in each minute from the first one on.
    struct Pace: Sendable {
        var perMinute: Int
        var began: Instant?
        var count = 0

        /// Counts a request; the seconds until the next minute if it is one too many.
        mutating func refusal(at now: Instant) -> Int? {
            if began.map({ now - $0 >= .minutes(1) }) ?? true { (began, count) = (now, 0) }
            count += 1
            guard count > perMinute, let began else { return nil }
            return max(1, Int((began + .minutes(1) - now).seconds.rounded(.up)))
        }
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

    /// Nil if there is no such list.
    func list(_ provider: Provider, _ path: String) -> [JSONValue]? { read { $0.lists[provider]?[path] } }

    /// The next `times` requests to a provider meet this fault.
    package func fail(_ provider: Provider, _ fault: Fault, times: Int = 1) {
        state.withLock { $0.faults[provider, default: []] += Array(repeating: fault, count: times) }
    }

    /// The requests to a provider meet no fault any more.
    package func recover(_ provider: Provider) { state.withLock { $0.faults[provider] = nil } }

    /// Every request of a provider that is not a GET meets this fault.
    package func failWrites(_ provider: Provider, _ fault: Fault) {
        state.withLock { $0.writeFaults[provider] = fault }
    }

    /// Every request that meets the condition has this fault.
    package func fail(_ provider: Provider, _ fault: Fault, whenever meets: @escaping @Sendable (WebRequest) -> Bool) {
        state.withLock { $0.standingFaults.append(StandingFault(provider: provider, fault: fault, meets: meets)) }
    }

    /// A provider refuses more requests than this in a minute, and says only then how long to wait.
    package func allow(_ provider: Provider, perMinute: Int) {
        state.withLock { $0.paces[provider] = Pace(perMinute: perMinute) }
    }

    package func heal() {
        state.withLock { state in
            (state.faults, state.writeFaults, state.standingFaults, state.paces) = ([:], [:], [], [:])
        }
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
    /// Every response has the world's time.
    func serve(
        _ provider: Provider, _ request: WebRequest, _ answer: @escaping @Sendable (WebRequest) -> WebResponse
    ) async -> WebResponse {
        let (fault, number) = state.withLock { state -> (Fault?, Int) in
            let body = request.method == "GET" ? [] : request.body
            state.log.append(
                Call(provider: provider, method: request.method, path: request.path, body: body))
            state.served += 1
            if let seconds = state.paces[provider]?.refusal(at: clock.now()) {
                return (.rateLimited(seconds: seconds), state.served)
            }
            if request.method != "GET", let fault = state.writeFaults[provider] { return (fault, state.served) }
            guard var faults = state.faults[provider], !faults.isEmpty else {
                let standing = state.standingFaults.first { $0.provider == provider && $0.meets(request) }
                return (standing?.fault, state.served)
            }
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
