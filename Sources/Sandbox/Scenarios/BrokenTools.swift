package import Basics

/// The ways in which a tool fails without saying so.
package enum ToolFailureKind: String, CaseIterable, Hashable, Sendable {
    /// A: a tool of JSON gives the page of a proxy.
    case errorPage
    /// A: the text of an error where the call succeeded.
    case errorText
    /// B: an issue of Sentry in the same traces; the outputs look as ever.
    case sentryIssue
    /// B: the same, with calls of level ERROR.
    case raisedError
    /// C: four kilobytes become eight bytes.
    case collapse
    /// `{}` where there always was something.
    case emptyObject
    /// One output, whatever goes in.
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

    /// As the tool is when it is well.
    fileprivate func tool(_ name: String) -> Tool {
        switch self {
        case .errorPage: Tools.articles(name)
        case .collapse: Tools.policy(name, length: 540...620)
        case .errorText, .sentryIssue, .raisedError, .emptyObject, .staleCache: Tools.profile(name)
        }
    }

    fileprivate func fault(_ tool: Tool, _ dice: inout SeededRandom) -> ToolFault? {
        switch self {
        case .errorPage:
            return ToolFault { _, dice in
                """
                <html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\
                \r\n<hr><center>nginx/1.25.\(dice.whole(in: 1...5))</center>\r\n</body>\r\n</html>
                """
            }
        case .errorText:
            return ToolFault { _, dice in
                "Error: request failed with status \(dice.pick([429, 500, 503])): "
                    + dice.pick(["quota exceeded", "upstream timed out", "connection reset by peer"])
            }
        case .sentryIssue: return nil
        case .raisedError:
            return ToolFault(level: "ERROR", statusMessage: "ConnectError: carrier gateway is unreachable") { _, _ in ""
            }
        case .collapse: return ToolFault { _, _ in "No data." }
        case .emptyObject: return ToolFault { _, _ in "{}" }
        case .staleCache:
            let input = tool.input(&dice)
            let output = tool.output(input, &dice)
            return ToolFault { _, _ in output }
        }
    }

    /// What was committed, and in which file of the tool's folder; nil where nothing was.
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

extension Plant {
    /// An agent with one tool, which was well in a hundred calls over three days and fails since `onset`: 45 to 110 minutes ago by
    /// chance.
    package static func toolFailure(
        _ ground: Ground, _ kind: ToolFailureKind, agent agentName: String? = nil, tool toolName: String? = nil,
        calls: Int = 18, onset given: Instant? = nil
    ) -> Plant {
        let (agentName, toolName) = (agentName ?? kind.names.agent, toolName ?? kind.names.tool)
        var dice = ground.dice("tool/\(kind.rawValue)/\(toolName)")
        let onset = given ?? ground.now - .minutes(dice.next(in: 45.0...110.0))
        let tool = kind.tool(toolName)
        var agent = ToolAgent(agentName, [tool])
        let well = agent.runs(
            at: dice.moments(100, from: onset - .days(3), to: onset - .minutes(2)), &dice)
        var plant = Plant()
        var cause = Truth.Cause.noCode
        if let change = kind.change {
            agent.release = "\(agentName)@1.9.0"
            let made = Change.deployed(
                "\(toolName): \(change.message)", by: "dave", path: "tools/\(toolName)/\(change.file)",
                patch: "@@ -18,4 +18,4 @@\n\(change.patch)", release: agent.release, before: onset, &dice)
            (plant, cause) = (made.plant, made.cause)
        }
        let fault = kind.fault(tool, &dice)
        let ill = agent.runs(
            at: dice.moments(calls, from: onset, to: ground.now - .minutes(1)), fault: fault, &dice)
        plant.observations = well + ill
        plant.truths = [
            .found(
                .toolFailure, toolName, cause: cause, onset: onset,
                "\(toolName) fails in its last \(calls) calls (\(kind.rawValue)) and was well in 100 before them.")
        ]
        if let title = kind.issueTitle {
            let issue = Self.issue(title, in: ill, tool: toolName, release: agent.release, &dice)
            plant.issues = [issue]
            plant.truths.append(
                .silent(.errorCascade, issue.id, "The error of \(toolName) goes with no generations worth a cent."))
        }
        return plant
    }

    /// One event for each run.
    private static func issue(
        _ title: String, in runs: [SandboxObservation], tool: String, release: String, _ dice: inout SeededRandom
    ) -> SandboxIssue {
        let calls = runs.filter { $0.name == tool }
        let moments = calls.map { $0.start + .seconds($0.latency) }
        return SandboxIssue(
            id: String(dice.whole(in: 1_000_000...9_999_999)), title: title, count: calls.count,
            firstSeen: moments.min() ?? .init(milliseconds: 0), lastSeen: moments.max() ?? .init(milliseconds: 0),
            culprit: "tools.\(tool) in call", location: "tools/\(tool)/client.py", release: release,
            traces: calls.map(\.traceID))
    }

    /// A tool that failed for four hours and is well again since two, and a healthy tool beside an error that comes every
    /// few minutes since weeks and has nothing to do with it.
    package static func toolDecoys(
        _ ground: Ground, recovered: String = "fetch_weather", neighbour: String = "get_balance"
    ) -> Plant {
        var dice = ground.dice("tool-decoys")
        let (broke, mended) = (ground.now - .hours(6), ground.now - .hours(2))
        let agent = ToolAgent("garden-desk", [Tools.articles(recovered)])
        let page = ToolFault { _, _ in "<html><body><h1>503 Service Unavailable</h1></body></html>" }
        var plant = Plant()
        plant.observations =
            agent.runs(at: dice.moments(90, from: broke - .days(3), to: broke), &dice)
            + agent.runs(at: dice.moments(14, from: broke, to: mended - .minutes(5)), fault: page, &dice)
            + agent.runs(at: dice.moments(24, from: mended, to: ground.now - .minutes(1)), &dice)
            + ToolAgent("wallet-desk", [Tools.profile(neighbour)]).runs(
                at: dice.moments(120, from: ground.now - .days(3), to: ground.now - .minutes(1)), &dice)
        let frequent = SandboxIssue(
            id: String(dice.whole(in: 1_000_000...9_999_999)), title: "ConnectionClosed: keepalive ping timed out",
            level: "warning", count: 7000, firstSeen: ground.now - .days(20), lastSeen: ground.now - .minutes(1),
            culprit: "web.socket in ping", location: "web/socket.py")
        plant.issues = [frequent]
        plant.truths = [
            .silent(.toolFailure, recovered, "\(recovered) failed and has been well for two hours."),
            .silent(.toolFailure, neighbour, "\(neighbour) is well; a frequent error is its neighbour in time alone."),
            .silent(.errorCascade, frequent.id, "An error every four minutes since 20 days rises nowhere."),
        ]
        return plant
    }
}
