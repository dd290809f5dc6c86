package import Basics
import WebServer

/// Everything that the simulated providers know, and what was asked of them. Shared by their servers, so it is locked.
package final class SandboxWorld: Sendable {
    package struct State: Sendable {
        /// Oldest first.
        package var observations: [SandboxObservation] = []
        package var issues: [SandboxIssue] = []
        /// Newest first.
        package var commits: [SandboxCommit] = []
        /// By channel id; newest first.
        package var messages: [String: [SandboxMessage]] = [:]
        package var gitHubIssues: [SandboxGitHubIssue] = []
        package var pagerDuty = PagerDutyAccount()
        package var datadog = DatadogAccount()
        package var linear = LinearWorkspace()
        package var langfuse = LangfuseMode.dual
        var faults: [Provider: [Fault]] = [:]
        var log: [Call] = []
        var lastSlackTime: Int64 = 0
    }

    package enum Provider: String, CaseIterable, Hashable, Sendable {
        case langfuse, sentry, github, slack, model, pagerduty, datadog, linear
    }

    /// Which of Langfuse's two reading APIs answers.
    package enum LangfuseMode: Hashable, Sendable { case v1, v2, dual }

    /// What a provider does instead of answering.
    package enum Fault: Hashable, Sendable {
        case status(Int)
        /// 429 with `Retry-After` in seconds.
        case rateLimited(seconds: Int)
        case loginPage
        case halfJSON
        /// Carries the request out and then loses the answer.
        case lostAnswer
    }

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

    /// What was asked of a provider so far.
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

    /// Writes a request down, and lets the next fault of its provider, if there is one, answer in its place.
    func serve(
        _ provider: Provider, _ request: WebRequest, _ answer: (WebRequest) -> WebResponse
    ) -> WebResponse {
        let fault = state.withLock { state -> Fault? in
            state.log.append(Call(provider: provider, method: request.method, path: request.path))
            guard var faults = state.faults[provider], !faults.isEmpty else { return nil }
            let fault = faults.removeFirst()
            state.faults[provider] = faults
            return fault
        }
        switch fault {
        case nil: return answer(request)
        case .status(let status): return .json(#"{"message":"injected"}"#, status: status)
        case .rateLimited(let seconds):
            return .json(
                #"{"ok":false,"error":"ratelimited","message":"injected"}"#, status: 429,
                headers: [.init("Retry-After", String(seconds))])
        case .loginPage:
            let page = "<!DOCTYPE html><html><body>Sign in to continue</body></html>"
            return WebResponse(status: 200, headers: [.init("Content-Type", "text/html")], body: Array(page.utf8))
        case .halfJSON:
            let whole = answer(request).body
            return .json(String(decoding: whole.prefix(max(1, whole.count / 2)), as: UTF8.self))
        case .lostAnswer:
            _ = answer(request)
            return .json(#"{"message":"the answer was lost"}"#, status: 502)
        }
    }
}
