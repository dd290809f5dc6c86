import Basics
import YAML

/// Reads `overlay.yaml`: what Coral's DSL cannot say of a source. `docs/SOURCES.md` describes its keys.
///
///     retry: github                              # a RetryDialect
///     budget: {requests: 900, per: 1m, concurrency: 4}
///     base_url_input: GITHUB_BASE_URL            # for a manifest whose base_url has no input of its own
///     mirrors:
///       commits:
///         time_column: date
///         key: [sha]
///         window: {from: since, to: until}       # or {from: since}, or newest_first
///         time_format: iso8601_seconds           # a MirrorSpec.TimeFormat
///         overlap: 10m                           # spans: 30s, 15m, 4h, 8d
///         backfill: 8d
///         slice: 1d
///         retention: 35d
///         rollups: false
///         parameters: {per_page: "100"}
///         filters: {owner: "{{input.GITHUB_OWNER}}"}
///         bodies: {columns: [output], group: trace_id, parameters: {fields: "core,io"}}
///         fallback: {path: /v1/commits, pagination: {mode: page, page_param: page}, parameters: {}}
package enum OverlayParser {
    /// The overlay of `spec`, checked against its tables, columns, filters and inputs.
    package static func parse(
        text: String, file: String, for spec: SourceSpec
    ) throws(ManifestDiagnostics) -> SourceOverlay {
        let log = DiagnosticLog(text: text, file: file)
        guard let fields = Fields(Item(node: try log.document(text), path: ""), log) else {
            throw ManifestDiagnostics(log.diagnostics)
        }
        let context = ManifestContext(log: log, isOlderDialect: false)
        spec.inputs.forEach(context.declare)
        let overlay = OverlayReading(fields: fields, context: context, spec: spec).overlay()
        try log.throwIfAny()
        return overlay
    }
}

private struct OverlayReading {
    let fields: Fields
    let context: ManifestContext
    let spec: SourceSpec

    func overlay() -> SourceOverlay {
        fields.allow(["retry", "budget", "base_url_input", "mirrors"])
        var mirrors: [String: MirrorSpec] = [:]
        for (name, mark, item) in fields.fields("mirrors")?.items ?? [] {
            guard let table = spec.tables.first(where: { $0.name == name }) else {
                let nearest = Suggestion.nearest(to: name, among: spec.tables.map(\.name))
                context.log.report(
                    mark, "mirrors", "\(spec.name) has no table \"\(name)\"",
                    nearest.map { "Did you mean \"\($0)\"?" } ?? "Name a table of the manifest.")
                continue
            }
            guard let fields = Fields(item, context.log) else { continue }
            mirrors[name] = MirrorReading(fields: fields, context: context, table: table).mirror()
        }
        return SourceOverlay(
            retryDialect: fields.choice("retry") ?? .retryAfter, budget: budget(), mirrors: mirrors,
            baseURLInput: fields.text("base_url_input"))
    }

    private func budget() -> RateBudgetSpec {
        var budget = RateBudgetSpec()
        guard let fields = fields.fields("budget") else { return budget }
        fields.allow(["requests", "per", "concurrency"])
        budget.requests = fields.integer("requests", in: 1...1_000_000) ?? budget.requests
        budget.per = fields.span("per") ?? budget.per
        budget.concurrency = fields.integer("concurrency", in: 1...64) ?? budget.concurrency
        return budget
    }
}
