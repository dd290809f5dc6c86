import Basics
import YAML

/// Reads `overlay.yaml`, the settings that Coral's DSL does not have. `docs/SOURCES.md` describes its keys.
///
///     retry: github                              # a RetryDialect
///     budget: {requests: 900, per: 1m, concurrency: 4}   # or {learned: true, concurrency: 8}
///     buckets: {metrics: [/api/public/metrics]}  # paths that have a rate limit of their own
///     base_url_input: LINEAR_BASE_URL            # for a manifest whose base_url has no input of its own
///     base_url_path: /graphql                    # the request path that this address already contains
///     paging: {incidents: {more: [more]}}        # the field that says whether more pages follow
///     bounds:                                    # for live tables
///       logs: {time_column: timestamp, window: {from: start, to: end}, time_format: iso8601}
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
        let fields = try log.fields(of: text)
        let context = ManifestContext(log: log, isOlderDialect: false)
        spec.inputs.forEach(context.declare)
        let overlay = OverlayReading(fields: fields, context: context, spec: spec).overlay()
        try log.throwIfAny()
        return overlay
    }
}

private struct OverlayReading {
    let fields: MappingReader
    let context: ManifestContext
    let spec: SourceSpec

    func overlay() -> SourceOverlay {
        fields.allow(["retry", "budget", "buckets", "base_url_input", "base_url_path", "mirrors", "bounds", "paging"])
        var overlay = SourceOverlay(
            retryDialect: fields.choice("retry") ?? .retryAfter, budget: budget(),
            baseURLInput: fields.text("base_url_input"), baseURLPath: fields.text("base_url_path"))
        if let buckets = fields.fields("buckets") {
            for (name, _, _) in buckets.items { overlay.buckets[name] = buckets.texts(name) }
        }
        for (fields, table) in tables("mirrors", among: spec.tables) {
            overlay.mirrors[table.name] = MirrorReading(fields: fields, context: context, table: table).mirror()
        }
        let relations = spec.tables + spec.functions
        for (fields, table) in tables("bounds", among: relations) {
            fields.allow(["time_column", "window", "time_format"])
            overlay.bounds[table.name] = BoundsReading(fields: fields, table: table).bounds()
        }
        for (fields, table) in tables("paging", among: relations) {
            fields.allow(["more"])
            overlay.morePaths[table.name] = fields.texts("more")
        }
        return overlay
    }

    /// The entries of a map by table.
    private func tables(_ key: String, among tables: [TableSpec]) -> [(MappingReader, TableSpec)] {
        (fields.fields(key)?.items ?? []).compactMap { name, mark, item in
            guard let table = tables.first(where: { $0.name == name }) else {
                context.log.report(
                    mark, key, "\(spec.name) has no table \"\(name)\"",
                    Suggestion.question(for: name, among: tables.map(\.name)) ?? "Name a table of the manifest.")
                return nil
            }
            return MappingReader(item, context.log).map { ($0, table) }
        }
    }

    private func budget() -> RateBudgetSpec {
        var budget = RateBudgetSpec()
        guard let fields = fields.fields("budget") else { return budget }
        fields.allow(["learned", "requests", "per", "concurrency"])
        budget.isLearned = fields.bool("learned") ?? false
        budget.requests = fields.integer("requests", in: 1...1_000_000) ?? budget.requests
        budget.per = fields.span("per") ?? budget.per
        budget.concurrency = fields.integer("concurrency", in: 1...64) ?? budget.concurrency
        return budget
    }
}
