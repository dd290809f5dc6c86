import Basics
import OnCallModel

/// A failing tool as a finding: by its outputs, by Sentry, or both.
enum ToolFinding {
    /// How many of the latest outputs decide the severity.
    private static let recent = 10

    static func make(
        _ tool: String, _ severity: Severity, _ sentence: String, _ facts: ToolFacts, sql: String,
        onset: Instant, lastSeen: Instant, costPerHour: Double = 0, links: FindingLinks
    ) -> Finding {
        Finding(
            facts: .tool(facts), severity: severity,
            fingerprint: Fingerprint(DetectionType.toolFailure.rawValue, tool), subject: tool, description: sentence,
            sql: sql, onset: onset, lastSeen: lastSeen, costPerHour: costPerHour, links: links)
    }

    static func links(
        _ tool: String, traces: [String], releases: [String] = [], features: [String] = []
    ) -> FindingLinks {
        FindingLinks(
            traces: traces.first(100), releases: releases.first(20), features: features.first(20).union([tool]))
    }

    /// A finding that lists some of the outputs; nil without outputs.
    private static func make(
        _ tool: String, _ severity: Severity, _ sentence: String, _ rows: [ToolOutput], sql: String,
        costPerHour: Double = 0, traces: [String] = [], _ setFacts: (inout ToolOutputFacts) -> Void
    ) -> Finding? {
        guard let first = rows.map(\.at).min(), let last = rows.map(\.at).max() else { return nil }
        let facts = ToolOutputFacts.with { facts in
            facts.examples = rows.suffix(3).map(example)
            setFacts(&facts)
        }
        return make(
            tool, severity, sentence, .outputs(facts), sql: sql, onset: first, lastSeen: last,
            costPerHour: costPerHour,
            links: links(
                tool, traces: rows.map(\.trace) + traces, releases: rows.map(\.release), features: rows.map(\.traceName)
            ))
    }

    private static func example(_ output: ToolOutput) -> ToolOutputFacts.Example {
        .with { fact in
            (fact.observation, fact.trace, fact.at) = (output.id, output.trace, output.at)
            (fact.characters, fact.begins) = (output.length, ToolOutput.snippet(of: output.head))
        }
    }

    // MARK: by its outputs

    /// - Parameter costs: the known costs of traces, in US dollars.
    static func make(
        _ tool: String, _ failing: ToolJudgement.Failing, correlation: ToolCorrelation?, costs: [String: Double],
        sql: String
    ) -> Finding? {
        let failures = failing.failures
        guard let sign = failing.signs.first, let first = failures.first, let last = failures.last else { return nil }
        let traces = Set(failures.map(\.trace)).subtracting([""])
        let cost = traces.reduce(0) { $0 + (costs[$1] ?? 0) }
        let hours = max((last.at - first.at).seconds, 600) / 3600
        return make(
            tool, severity(of: failing), sentence(tool, failing, sign, traces: traces.count, correlation), failures,
            sql: sql, costPerHour: cost / hours, traces: correlation?.traces ?? []
        ) { facts in
            let strategies = failing.signs.map(\.kind.strategy) + (correlation == nil ? [] : ["B"])
            facts.strategies = Set(strategies).sorted()
            (facts.failing, facts.outputs) = (failures.count, failing.rows.count)
            facts.failRate = Double(facts.failing) / Double(facts.outputs)
            facts.failRateInterval = WilsonInterval.of(facts.failing, of: facts.outputs)
                .map { [$0.lowerBound, $0.upperBound] }
            (facts.p, facts.signs) = (sign.p, failing.signs.map(\.fact))
            facts.traces = Set(failures.map(\.trace)).count
            (facts.pastOutputs, facts.pastMedianLength) = (failing.past.outputs, failing.past.medianLength)
            (facts.latencySeconds, facts.pastLatencySeconds) = (failing.latency, failing.pastLatency)
            (facts.tracesCost, facts.beganEarlier) = (cost, failing.beganEarlier)
            facts.sentry = correlation?.fact
        }
    }

    /// High if most of the latest outputs fail. Never critical: no action on a tool runs without approval.
    private static func severity(of failing: ToolJudgement.Failing) -> Severity {
        let latest = failing.failed.suffix(recent)
        let hits = latest.count { $0 }
        return hits >= 5 && hits * 2 >= latest.count ? .high : .medium
    }

    /// "search_kb: 9 of its last 12 outputs (75 %, 47 to 91 %) are not JSON where 480 of 480 were (since 13:02); 14 traces;
    /// p < 1e-9."
    private static func sentence(
        _ tool: String, _ failing: ToolJudgement.Failing, _ sign: ToolSign, traces: Int, _ correlation: ToolCorrelation?
    ) -> String {
        let (hits, of) = (failing.failures.count, failing.rows.count)
        let range = WilsonInterval.of(hits, of: of).map { range in
            ", \(Format.decimal(range.lowerBound * 100, digits: 0)) to \(Format.percent(range.upperBound))"
        }
        let clock = failing.failures.first.map { Phrase.clock($0.at) } ?? "?"
        var parts = [
            """
            \(name(tool)): \(hits) of its last \(of) outputs (\(Format.percent(Double(hits) / Double(of)))\(range ?? "")) \
            \(phrase(sign, failing.past)) (since \(clock)\(failing.beganEarlier ? " or earlier" : ""))
            """,
            Phrase.traces(traces),
        ]
        // Instant answers fit a failure, but do not prove it.
        if let now = failing.latency, let past = failing.pastLatency, past > 0, now < past / 5 {
            parts.append("answered in \(milliseconds(now)) where \(milliseconds(past)) were usual")
        }
        if let correlation {
            parts.append("\(correlation.own.hits) of its calls came before Sentry's \(correlation.issueName)")
        }
        parts.append(Phrase.probability(sign.p))
        return parts.joined(separator: "; ") + "."
    }

    private static func phrase(_ sign: ToolSign, _ past: ToolProfile) -> String {
        let before = "\(sign.past.hits) of \(sign.past.of)"
        let without = "\(sign.past.of - sign.past.hits) of \(sign.past.of)"
        let path = name(sign.kind.deviation?.path ?? "")
        switch sign.kind.name {
        case .error: return "return an error inside a success where \(before) did"
        case .page: return "are pages of HTML where \(without) were \(usualForm(past))"
        case .form: return "are not JSON where \(without) were \(usualForm(past))"
        case .empty: return "are empty where \(before) were"
        case .short:
            return "are shorter than a fifth of the usual \(past.medianLength) characters where \(before) were"
        case .repeated: return "repeat another input's output where \(before) did"
        case .missing: return "lack \(path) where \(without) had it"
        case .typeChanged:
            let kinds = past.profile.places[sign.kind.deviation?.path ?? ""]?.kinds ?? [:]
            let usual = kinds.top?.rawValue ?? "another kind"
            return "have \(path) as \(sign.kind.deviation?.word ?? "") where \(without) had \(usual)"
        }
    }

    private static func usualForm(_ past: ToolProfile) -> String {
        guard past.documents > 0 else { return "other text" }
        let kinds = past.profile.places[OutputProfile.root]?.kinds ?? [:]
        return (kinds[.array] ?? 0) > (kinds[.object] ?? 0) ? "JSON lists" : "JSON objects"
    }

    private static func milliseconds(_ seconds: Double) -> String {
        Format.decimal(seconds * 1000, digits: 0) + " ms"
    }

    // MARK: other rules

    /// By the original system's rules.
    static func bySeedRule(_ tool: String, _ failures: [ToolOutput], of count: Int, sql: String) -> Finding? {
        let sentence = """
            \(name(tool)): \(failures.count) of \(count) outputs of 6 h fail by the original rules A and C, because \
            tool_requires_contrast is off.
            """
        return make(tool, .high, sentence, failures, sql: sql) { facts in
            facts.strategies = ["A", "C"]
            (facts.failing, facts.outputs) = (failures.count, count)
        }
    }

    /// A tool that never worked.
    static func never(_ tool: String, _ sign: ToolSign.Name, of count: Int, _ rows: [ToolOutput], sql: String)
        -> Finding?
    {
        let isError = sign == .error
        let what =
            isError
            ? "return an error inside a success; it never returned anything else"
            : "are empty; this may be normal, or it never worked, so no one is paged"
        return make(
            tool, isError ? .medium : .info, "\(name(tool)): all of its \(count) known outputs \(what).", rows, sql: sql
        ) { facts in
            facts.strategies = [ToolSign.Kind(sign).strategy]
            (facts.failing, facts.outputs, facts.pastOutputs) = (count, count, 0)
        }
    }

    /// By Sentry.
    static func make(_ correlation: ToolCorrelation, sql: String) -> Finding {
        let (tool, issue, own) = (correlation.tool, correlation.issue, correlation.own)
        let others = "\(correlation.others.hits) of \(correlation.others.of)"
        let what =
            if let feature = correlation.feature {
                "\(own.hits) of \(own.of) traces of \(name(feature)) that called it failed afterwards, \(others) of the others"
            } else if correlation.isNamed {
                """
                \(own.hits) of \(own.of) traces that called it failed afterwards, none of its \(correlation.others.of) \
                calls before
                """
            } else {
                "\(own.hits) of its \(own.of) calls were followed by one within a minute, \(others) of the others"
            }
        return make(
            tool, .medium,
            "\(name(tool)): Sentry's \(correlation.issueName) follows its calls: \(what); \(Phrase.probability(correlation.p)).",
            .outputs(
                .with { facts in
                    facts.strategies = ["B"]
                    (facts.failing, facts.outputs, facts.p) = (own.hits, own.of, correlation.p)
                    facts.sentry = correlation.fact
                }), sql: sql, onset: issue.onset, lastSeen: issue.lastSeen,
            links: links(
                tool, traces: correlation.traces, releases: [issue.release], features: [correlation.feature ?? ""]))
    }

    static func name(_ text: String) -> String {
        text.count > 60 ? String(text.prefix(59)) + "…" : text
    }
}
