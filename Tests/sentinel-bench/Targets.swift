import Basics
import FoundationEssentials
import Glibc
import OnCallModel
import Sandbox

/// The targets of the first page, measured on the built program with 60 000 observations.
struct Targets {
    private static let observations = 60_000

    /// One line: what was measured, its limit, and whether it holds.
    struct Line {
        let name: String
        /// Nil if it did not come in time.
        let figure: Double?
        let limit: Double
        let unit: String

        var isMet: Bool { figure.map { $0 <= limit } ?? false }

        var text: String {
            func shown(_ number: Double) -> String {
                unit == "calls" ? "\(Int(number)) calls" : "\((number * 10).rounded() / 10) \(unit)"
            }
            let figure = figure.map(shown) ?? "not seen"
            return [
                name.padded(to: 68), figure.padded(to: 12), "at most \(shown(limit))".padded(to: 20),
                isMet ? "ok" : "missed",
            ].joined(separator: " ")
        }
    }

    let program: String

    /// Prints each line as soon as it is measured; true if all are met.
    /// - Parameter names: the parts to measure; empty for all.
    func run(only names: [String] = []) async throws -> Bool {
        guard access(program, X_OK) == 0 else {
            print("The program \(program) is missing: build it with `make bench`.")
            return false
        }
        var isMet = true
        let parts = [
            ("scans", scans), ("start", start), ("slow-start", slowStart), ("later", later), ("server", server),
        ]
        for (name, part) in parts where names.isEmpty || names.contains(name) {
            for line in try await part() {
                print(line.text)
                fflush(nil)
                isMet = isMet && line.isMet
            }
        }
        return isMet
    }

    private func fresh(callsPerMinute: Int? = nil) throws -> TargetRun {
        try TargetRun(program: program, observations: Self.observations, callsPerMinute: callsPerMinute)
    }

    /// Two scans, the second right after the first.
    private func scans() async throws -> [Line] {
        let run = try fresh()
        defer { run.end() }
        let first = try await run.scan()
        let seen = run.world.calls(to: .langfuse).count
        var lines = [
            Line(name: "whole first scan", figure: first.seconds, limit: 20, unit: "s"),
            Line(name: "Langfuse calls of the first scan", figure: Double(seen), limit: 120, unit: "calls"),
            difference("first", first.report, run),
        ]
        run.world.forgetCalls()
        let second = try await run.scan()
        lines.append(difference("second", second.report, run))
        for provider in Self.providers {
            let calls = run.world.calls(to: provider).count
            lines.append(
                Line(
                    name: "\(provider.rawValue) calls of a second scan", figure: Double(calls), limit: 2, unit: "calls")
            )
        }
        return lines
    }

    private static let providers = SandboxWorld.Provider.allCases.filter { $0 != .model && $0 != .gateway }

    /// By how much the calls that a scan reports differ from those that Langfuse has seen.
    private func difference(_ name: String, _ report: JSONValue, _ run: TargetRun) -> Line {
        let reported = report["sources"]?["langfuse"]?["calls"]?.int
        let seen = run.world.calls(to: .langfuse).count
        return Line(
            name: "reported calls of the \(name) scan, less those that Langfuse saw",
            figure: reported.map { abs(Double($0 - seen)) }, limit: 0, unit: "calls")
    }

    /// A loop that is active at the start of the agent; its kill is approved at once, during the first scan.
    private func start() async throws -> [Line] {
        let run = try fresh()
        defer { run.end() }
        run.startLooping(TargetWorld.loopTrace, from: 12, every: 4)
        return try await run.withAgent { start in
            let found = try await run.loop(TargetWorld.loopTrace, since: start, within: 60)
            let killed = try await kill(TargetWorld.loopTrace, run)
            return [
                Line(name: "loop in the store after the start", figure: found, limit: 5, unit: "s"),
                Line(
                    name: "proof of a kill during a first scan, a step every 4 s", figure: killed.proof, limit: 15,
                    unit: "s"),
            ]
        }
    }

    /// The milliseconds from the approval of a kill to its flag, and the seconds to its proof.
    private func kill(_ trace: String, _ run: TargetRun) async throws -> (flag: Double?, proof: Double?) {
        guard let moment = try await run.approveKill(of: trace, within: 60) else { return (nil, nil) }
        let flag = try await run.flag(of: trace, since: moment)
        return (flag, try await run.loop(trace, since: moment, within: 120) { $0.status == .killed })
    }

    private func slowStart() async throws -> [Line] {
        let run = try fresh(callsPerMinute: 30)
        defer { run.end() }
        run.startLooping(TargetWorld.loopTrace, from: 12, every: 4)
        return try await run.withAgent { start in
            let found = try await run.loop(TargetWorld.loopTrace, since: start, within: 120)
            return [
                Line(
                    name: "loop in the store after the start, 30 calls a minute", figure: found, limit: 10, unit: "s")
            ]
        }
    }

    /// The kill flag while 300 clients hang. A request without an answer misses the target.
    private func server() async throws -> [Line] {
        let (crowd, requests) = (300, 500)
        let times = try await ServerBench.times(crowd: crowd, requests: requests)
        return [("kill_flag_ms", ""), ("kill_flag_ms_new_connection", ", each on a new connection")].map { name, how in
            let isComplete = times[name]?["answered"]?.int == requests
            return Line(
                name: "kill flag beside \(crowd) slow clients, 99 of 100 requests\(how)",
                figure: isComplete ? times[name]?["p99"]?.double : nil, limit: 5, unit: "ms")
        }
    }

    /// A loop that begins when the first scan is over.
    private func later() async throws -> [Line] {
        let run = try fresh()
        defer { run.end() }
        return try await run.withAgent { start in
            guard try await run.loop(TargetWorld.loopTrace, since: start, within: 60) != nil else { return [] }
            try await Task.sleep(for: .seconds(25))
            let crossed = Lock<ContinuousClock.Instant?>(nil)
            // A trace with more than ten steps may loop.
            run.startLooping(TargetWorld.lateTrace, from: 0, every: 2) { steps in
                if steps == Settings().agentLoopGenerationThreshold + 1 { crossed.withLock { $0 = .now } }
            }
            while crossed.withLock({ $0 }) == nil { try await Task.sleep(for: .milliseconds(50)) }
            let moment = crossed.withLock { $0 } ?? .now
            let found = try await run.loop(TargetWorld.lateTrace, since: moment, within: 180)
            let killed = try await kill(TargetWorld.lateTrace, run)
            return [
                Line(name: "loop that begins while the agent runs", figure: found, limit: 30, unit: "s"),
                Line(name: "an approval to the kill flag", figure: killed.flag, limit: 30, unit: "ms"),
                Line(name: "proof of a kill, a step every 2 s", figure: killed.proof, limit: 15, unit: "s"),
            ]
        }
    }
}

extension String {
    fileprivate func padded(to length: Int) -> String {
        self + String(repeating: " ", count: max(0, length - count))
    }
}
