package import Basics
import Sandbox

/// The ways in which a tool fails without reporting an error.
package enum ToolFailureKind: String, CaseIterable, Hashable, Sendable {
    /// A: a tool that returns JSON returns the error page of a proxy.
    case errorPage
    /// A: the call succeeds, and its output is the text of an error.
    case errorText
    /// B: an issue of Sentry in the same traces; the outputs did not change.
    case sentryIssue
    /// B: the same, with calls of level ERROR.
    case raisedError
    /// C: four kilobytes become eight bytes.
    case collapse
    /// `{}` in place of a result.
    case emptyObject
    /// The same output for every input.
    case staleCache

    fileprivate var names: (agent: String, tool: String) {
        switch self {
        case .errorPage: ("help-centre", "search_kb")
        case .errorText: ("fraud-desk", "score_payment")
        case .sentryIssue: ("parcel-desk", "track_parcel")
        case .raisedError: ("carrier-desk", "quote_rates")
        case .collapse: ("travel-desk", "fetch_forecast")
        case .emptyObject: ("billing-desk", "lookup_invoice")
        case .staleCache: ("stock-desk", "check_stock")
        }
    }

    /// The tool when it works.
    fileprivate func tool(_ name: String) -> Tool {
        switch self {
        case .errorPage: Tools.articles(name)
        case .collapse: Tools.policy(name, length: 540...620)
        case .errorText, .sentryIssue, .raisedError, .emptyObject, .staleCache: Tools.profile(name)
        }
    }

    fileprivate func fault(_ tool: Tool, _ random: inout SeededRandom) -> ToolFault? {
        switch self {
        case .errorPage:
            return ToolFault { _, random in
                """
                <html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\
                \r\n<hr><center>nginx/1.25.\(random.whole(in: 1...5))</center>\r\n</body>\r\n</html>
                """
            }
        case .errorText:
            return ToolFault { _, random in
                "Error: request failed with status \(random.pick([429, 500, 503])): "
                    + random.pick(["quota exceeded", "upstream timed out", "connection reset by peer"])
            }
        case .sentryIssue: return nil
        case .raisedError:
            return ToolFault(level: "ERROR", statusMessage: "ConnectError: carrier gateway is unreachable") { _, _ in ""
            }
        case .collapse: return ToolFault { _, _ in "No data." }
        case .emptyObject: return ToolFault { _, _ in "{}" }
        case .staleCache:
            let input = tool.input(&random)
            let output = tool.output(input, &random)
            return ToolFault { _, _ in output }
        }
    }

    /// The commit and its file in the tool's folder; nil without a commit.
    fileprivate var change: (message: String, file: String, patch: String)? {
        switch self {
        case .errorPage, .errorText: nil
        case .sentryIssue, .raisedError:
            (
                "read the carrier from the new gateway", "client.py",
                "-BASE = \"https://v1.carrier\"\n+BASE = GATEWAY_URL"
            )
        case .collapse: ("ask for the compact format", "client.py", "-    format=\"full\"\n+    format=\"compact\"")
        case .emptyObject:
            ("parse the second version of the payload", "parse.py", "-    return data\n+    return data.v2")
        case .staleCache: ("cache what upstream answers", "cache.py", "+    key = self.name\n+    return CACHE[key]")
        }
    }

    fileprivate var issueTitle: String? {
        switch self {
        case .sentryIssue: "KeyError: 'events'"
        case .raisedError: "ConnectError: carrier gateway is unreachable"
        case .errorPage, .errorText, .collapse, .emptyObject, .staleCache: nil
        }
    }
}

extension ScenarioPart {
    /// An agent with one tool that worked in a hundred calls over three days and has failed since `onset`, 45 to 110 minutes ago at
    /// random.
    package static func toolFailure(
        _ clock: ScenarioClock, _ kind: ToolFailureKind, agent agentName: String? = nil, tool toolName: String? = nil,
        calls: Int = 18, onset given: Instant? = nil
    ) -> ScenarioPart {
        let (agentName, toolName) = (agentName ?? kind.names.agent, toolName ?? kind.names.tool)
        var random = clock.random("tool/\(kind.rawValue)/\(toolName)")
        let onset = given ?? clock.now - .minutes(random.next(in: 45.0...110.0))
        let tool = kind.tool(toolName)
        var agent = ToolAgent(agentName, [tool])
        let well = agent.runs(
            at: random.moments(100, from: onset - .days(3), to: onset - .minutes(2)), &random)
        var part = ScenarioPart()
        var cause = ScenarioExpectation.Cause.noCode
        if let change = kind.change {
            agent.release = "\(agentName)@1.9.0"
            let made = Change.deployed(
                "\(toolName): \(change.message)", by: "dave", path: "tools/\(toolName)/\(change.file)",
                patch: "@@ -18,4 +18,4 @@\n\(change.patch)", release: agent.release, before: onset, &random)
            (part, cause) = (made.part, made.cause)
        }
        let fault = kind.fault(tool, &random)
        let ill = agent.runs(
            at: random.moments(calls, from: onset, to: clock.now - .minutes(1)), fault: fault, &random)
        part.observations = well + ill
        part.expectations = [
            .found(
                .toolFailure, toolName, cause: cause, onset: onset,
                "\(toolName) fails in its last \(calls) calls (\(kind.rawValue)) and worked in the 100 before.")
        ]
        if let title = kind.issueTitle {
            let issue = Self.issue(title, in: ill, tool: toolName, release: agent.release, &random)
            part.issues = [issue]
            part.expectations.append(
                .silent(
                    .errorCascade, issue.id,
                    "The error of \(toolName) comes with generations that cost less than a cent."))
        }
        return part
    }

    /// One event for each run.
    private static func issue(
        _ title: String, in runs: [SandboxObservation], tool: String, release: String, _ random: inout SeededRandom
    ) -> SandboxIssue {
        let calls = runs.filter { $0.name == tool }
        let moments = calls.map { $0.start + .seconds($0.latency) }
        return SandboxIssue(
            id: String(random.whole(in: 1_000_000...9_999_999)), title: title, count: calls.count,
            firstSeen: moments.min() ?? .init(milliseconds: 0), lastSeen: moments.max() ?? .init(milliseconds: 0),
            culprit: "tools.\(tool) in call", location: "tools/\(tool)/client.py", release: release,
            traces: calls.map(\.traceID))
    }

    /// A tool that failed for four hours and has worked for two, and a healthy tool next to an unrelated error that has come every few
    /// minutes for weeks.
    package static func toolDecoys(
        _ clock: ScenarioClock, recovered: String = "fetch_weather", neighbour: String = "get_balance"
    ) -> ScenarioPart {
        var random = clock.random("tool-decoys")
        let (broke, mended) = (clock.now - .hours(6), clock.now - .hours(2))
        let agent = ToolAgent("garden-desk", [Tools.articles(recovered)])
        let page = ToolFault { _, _ in "<html><body><h1>503 Service Unavailable</h1></body></html>" }
        var part = ScenarioPart()
        part.observations =
            agent.runs(at: random.moments(90, from: broke - .days(3), to: broke), &random)
            + agent.runs(at: random.moments(14, from: broke, to: mended - .minutes(5)), fault: page, &random)
            + agent.runs(at: random.moments(24, from: mended, to: clock.now - .minutes(1)), &random)
            + ToolAgent("wallet-desk", [Tools.profile(neighbour)]).runs(
                at: random.moments(120, from: clock.now - .days(3), to: clock.now - .minutes(1)), &random)
        let frequent = SandboxIssue(
            id: String(random.whole(in: 1_000_000...9_999_999)), title: "ConnectionClosed: keepalive ping timed out",
            level: "warning", count: 7000, firstSeen: clock.now - .days(20), lastSeen: clock.now - .minutes(1),
            culprit: "web.socket in ping", location: "web/socket.py")
        part.issues = [frequent]
        part.expectations = [
            .silent(.toolFailure, recovered, "\(recovered) failed and has worked for two hours."),
            .silent(.toolFailure, neighbour, "\(neighbour) works; a frequent error is at the same time by chance."),
            .silent(.errorCascade, frequent.id, "An error that has come every four minutes for 20 days does not rise."),
        ]
        return part
    }
}
