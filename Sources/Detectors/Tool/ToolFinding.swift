import Basics
import OnCallModel

/// A failing tool as a finding: what its outputs say, what Sentry says, or both.
enum ToolFinding {
    /// Of the latest outputs, so many decide how bad it is.
    private static let recent = 10
    private static let mostTraces = 100

    static func make(
        _ tool: String, _ severity: Severity, _ sentence: String, _ facts: ToolFacts, sql: String,
        onset: Instant, lastSeen: Instant, costPerHour: Double = 0, links: FindingLinks
    ) -> Finding {
        Finding(
            facts: .tool(facts), severity: severity,
            fingerprint: Fingerprint(DetectionType.toolFailure.rawValue, tool), subject: tool, description: sentence,
            sql: sql, onset: onset, lastSeen: lastSeen, costPerHour: costPerHour, links: links)
    }

    private static func links(_ tool: String, _ rows: [ToolOutput], traces: [String] = []) -> FindingLinks {
        let all = Set(rows.map(\.trace) + traces).filter { !$0.isEmpty }
        return FindingLinks(
            traces: Set(all.sorted().prefix(mostTraces)),
            releases: Set(rows.map(\.release).filter { !$0.isEmpty }.sorted().prefix(20)),
            features: Set([tool] + rows.map(\.traceName).filter { !$0.isEmpty }.sorted().prefix(20)))
    }

    // MARK: what its outputs say

    /// - Parameter costs: what each trace cost, as far as it is known.
    static func make(
        _ tool: String, _ failing: ToolJudgement.Failing, correlation: ToolCorrelation?, costs: [String: Double],
        sql: String
    ) -> Finding? {
        guard let sign = failing.signs.first, let first = failing.failures.first, let last = failing.failures.last
        else { return nil }
        let failures = failing.failures
        let traces = Set(failures.map(\.trace)).filter { !$0.isEmpty }
        let cost = traces.reduce(0) { $0 + (costs[$1] ?? 0) }
        let hours = max((last.at - first.at).seconds, 600) / 3600
        let links = links(tool, failures, traces: correlation?.traces ?? [])
        return make(
            tool, severity(of: failing), sentence(tool, failing, sign, traces: traces.count, correlation),
            .outputs(facts(failing, correlation, cost: cost)), sql: sql, onset: first.at, lastSeen: last.at,
            costPerHour: cost / hours, links: links)
    }

    /// Few failures are a matter for the morning; a tool whose latest outputs fail is one for now. Whether to act unasked
    /// is never a tool's matter.
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
        let share = Format.percent(Double(hits) / Double(of))
        let range = WilsonInterval.of(hits, of: of).map { range in
            ", \(Format.decimal(range.lowerBound * 100, digits: 0)) to \(Format.percent(range.upperBound))"
        }
        let clock = failing.failures.first.map { String($0.at.iso8601.dropFirst(11).prefix(5)) } ?? "?"
        var parts = [
            """
            \(name(tool)): \(hits) of its last \(of) outputs (\(share)\(range ?? "")) \(phrase(sign, failing.past)) \
            (since \(clock)\(failing.beganEarlier ? " or earlier" : ""))
            """
        ]
        parts.append("\(traces) trace\(traces == 1 ? "" : "s")")
        if let collapse = collapse(of: failing) { parts.append(collapse) }
        if let correlation {
            parts.append("\(correlation.hits) of its calls came before Sentry's \(correlation.issueName)")
        }
        parts.append(chance(sign.p))
        return parts.joined(separator: "; ") + "."
    }

    private static func phrase(_ sign: ToolSign, _ past: ToolProfile) -> String {
        let before = "\(sign.pastHits) of \(sign.pastOf)"
        let without = "\(sign.pastOf - sign.pastHits) of \(sign.pastOf)"
        switch sign.kind {
        case .error: return "say an error inside a success where \(before) did"
        case .page: return "are pages of HTML where \(without) were \(usual(past))"
        case .form: return "are not JSON where \(without) were \(usual(past))"
        case .empty: return "are empty where \(before) were"
        case .short:
            return "are shorter than a fifth of the usual \(past.medianLength) characters where \(before) were"
        case .repeated: return "repeat another input's output where \(before) did"
        case .shape(let deviation):
            let path = name(deviation.path)
            guard let kind = deviation.kind else { return "lack \(path) where \(without) had it" }
            return "have \(path) as \(kind.rawValue) where \(without) had \(usualKind(deviation.path, past))"
        }
    }

    private static func usual(_ past: ToolProfile) -> String {
        guard past.documents > 0 else { return "other text" }
        let kinds = past.profile.places[OutputProfile.root]?.kinds ?? [:]
        return (kinds[.array] ?? 0) > (kinds[.object] ?? 0) ? "JSON lists" : "JSON objects"
    }

    private static func usualKind(_ path: String, _ past: ToolProfile) -> String {
        let kinds = past.profile.places[path]?.kinds ?? [:]
        return kinds.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key.rawValue ?? "another kind"
    }

    /// Instant answers: no proof, but it fits.
    private static func collapse(of failing: ToolJudgement.Failing) -> String? {
        guard let now = failing.latency, let past = failing.pastLatency, past > 0, now < past / 5 else { return nil }
        return "answered in \(milliseconds(now)) where \(milliseconds(past)) were usual"
    }

    private static func milliseconds(_ seconds: Double) -> String {
        Format.decimal(seconds * 1000, digits: 0) + " ms"
    }

    private static func facts(
        _ failing: ToolJudgement.Failing, _ correlation: ToolCorrelation?, cost: Double
    ) -> ToolOutputFacts {
        let letters = Set(failing.signs.map(\.kind.strategy) + (correlation == nil ? [] : ["B"]))
        return .with { facts in
            facts.strategies = letters.sorted()
            (facts.failing, facts.outputs) = (failing.failures.count, failing.rows.count)
            facts.failRate = Double(facts.failing) / Double(facts.outputs)
            facts.failRateInterval = WilsonInterval.of(facts.failing, of: facts.outputs)
                .map { [$0.lowerBound, $0.upperBound] }
            facts.p = failing.signs.first?.p
            facts.signs = failing.signs.map(\.fact)
            facts.traces = Set(failing.failures.map(\.trace)).count
            (facts.pastOutputs, facts.pastMedianLength) = (failing.past.outputs, failing.past.medianLength)
            (facts.latencySeconds, facts.pastLatencySeconds) = (failing.latency, failing.pastLatency)
            facts.tracesCost = cost
            facts.beganEarlier = failing.beganEarlier
            facts.examples = failing.failures.suffix(3).map(example)
            facts.sentry = correlation?.fact
        }
    }

    private static func example(_ output: ToolOutput) -> ToolOutputFacts.Example {
        .with { fact in
            (fact.observation, fact.trace, fact.at) = (output.id, output.trace, output.at)
            (fact.characters, fact.begins) = (output.length, output.snippet)
        }
    }

    // MARK: the original's rules

    static func bare(_ tool: String, _ failures: [ToolOutput], of count: Int, sql: String) -> Finding? {
        guard let first = failures.map(\.at).min(), let last = failures.map(\.at).max() else { return nil }
        return make(
            tool, .high,
            """
            \(name(tool)): \(failures.count) of \(count) outputs of 6 h fail by the bare rules A and C, as \
            tool_requires_contrast is off.
            """,
            .outputs(
                .with { facts in
                    facts.strategies = ["A", "C"]
                    (facts.failing, facts.outputs) = (failures.count, count)
                    facts.examples = failures.prefix(3).map(example)
                }), sql: sql, onset: first, lastSeen: last, links: links(tool, failures))
    }

    // MARK: nothing but failure

    static func never(
        _ tool: String, _ kind: ToolSign.Kind, of count: Int, _ rows: [ToolOutput], sql: String
    ) -> Finding? {
        guard let first = rows.map(\.at).min(), let last = rows.map(\.at).max() else { return nil }
        let isError = kind == .error
        let what = isError ? "say an error inside a success" : "are empty"
        let advice =
            isError ? "it never returned anything else" : "this may be normal, or it never worked, so no one is paged"
        return make(
            tool, isError ? .medium : .info, "\(name(tool)): all of its \(count) known outputs \(what); \(advice).",
            .outputs(
                .with { facts in
                    facts.strategies = [kind.strategy]
                    (facts.failing, facts.outputs, facts.pastOutputs) = (count, count, 0)
                    facts.examples = rows.suffix(3).map(example)
                }), sql: sql, onset: first, lastSeen: last, links: links(tool, rows))
    }

    // MARK: what Sentry says

    static func make(_ correlation: ToolCorrelation, sql: String) -> Finding {
        let tool = correlation.tool
        let (hits, of) = (correlation.hits, correlation.of)
        let others = "\(correlation.otherHits) of \(correlation.others)"
        let calls =
            correlation.isNamed
            ? "\(hits) of \(of) traces that called it failed afterwards, none of its \(correlation.others) calls before"
            : "\(hits) of its \(of) calls were followed by one within a minute, \(others) of the others"
        let what =
            correlation.feature.map { feature in
                "\(hits) of \(of) traces of \(name(feature)) that called it failed afterwards, \(others) of those without it"
            } ?? calls
        var links = links(tool, [], traces: correlation.traces)
        if let feature = correlation.feature, !feature.isEmpty { links.features.insert(feature) }
        if !correlation.issue.release.isEmpty { links.releases.insert(correlation.issue.release) }
        return make(
            tool, .medium,
            "\(name(tool)): Sentry's \(correlation.issueName) follows its calls: \(what); \(chance(correlation.p)).",
            .outputs(
                .with { facts in
                    facts.strategies = ["B"]
                    (facts.failing, facts.outputs, facts.p) = (hits, of, correlation.p)
                    facts.sentry = correlation.fact
                }), sql: sql, onset: correlation.issue.onset, lastSeen: correlation.issue.lastSeen, links: links)
    }

    // MARK: words

    static func name(_ text: String) -> String {
        text.count > 60 ? String(text.prefix(59)) + "…" : text
    }

    /// `p < 1e-9`: the power of ten that it is below.
    static func chance(_ p: Double) -> String {
        var exponent = 0
        while exponent < 99, p < Self.tenth(exponent + 1) { exponent += 1 }
        return "p < 1e-\(exponent)"
    }

    private static func tenth(_ exponent: Int) -> Double { (0..<exponent).reduce(1) { product, _ in product / 10 } }
}

extension ToolSign {
    fileprivate var fact: ToolOutputFacts.Sign {
        .with { fact in
            (fact.kind, fact.strategy, fact.path) = (word, kind.strategy, path)
            (fact.hits, fact.of, fact.pastHits, fact.pastOf, fact.p) = (hits, of, pastHits, pastOf, p)
        }
    }

    private var word: ToolOutputFacts.Sign.Kind {
        switch kind {
        case .error: .error
        case .page: .page
        case .form: .form
        case .empty: .empty
        case .short: .short
        case .repeated: .repeated
        case .shape(let deviation): deviation.kind == nil ? .missing : .typeChanged
        }
    }

    private var path: String? {
        guard case .shape(let deviation) = kind else { return nil }
        return String(deviation.path.prefix(120))
    }
}
