import Basics
import YAML

/// Reads one table's entry of `mirrors:`.
struct MirrorReading {
    let fields: MappingReader
    let context: ManifestContext
    let table: TableSpec

    func mirror() -> MirrorSpec {
        fields.allow([
            "time_column", "key", "window", "time_format", "overlap", "every", "backfill", "slice", "retention",
            "rollups", "parameters", "filters", "bodies", "fallback",
        ])
        let bounds = BoundsReading(fields: fields, table: table).bounds()
        var mirror = MirrorSpec(bounds: bounds, key: key())
        mirror.overlap = fields.span("overlap") ?? mirror.overlap
        mirror.every = fields.span("every") ?? mirror.every
        mirror.backfill = fields.span("backfill") ?? mirror.backfill
        mirror.slice = fields.span("slice") ?? mirror.slice
        mirror.retention = fields.span("retention") ?? mirror.retention
        mirror.rollups = fields.bool("rollups") ?? false
        mirror.parameters = parameters(fields)
        mirror.filters = filters()
        mirror.bodies = bodies()
        mirror.fallback = fallback()
        if mirror.retention < mirror.backfill {
            fields.report(
                fields.has("retention") ? "retention" : "backfill", "the retention is shorter than the backfill",
                "Keep at least the rows of the first read.")
        }
        if mirror.slice.milliseconds == 0 {
            fields.report("slice", "the window must be longer than 0", "Write 1h or more.")
        }
        requireFilters(mirror)
        return mirror
    }

    private func key() -> [String] {
        let names = fields.texts("key")
        if names.isEmpty { fields.report("key is missing", "Add \"key: [id]\", the columns that identify a row.") }
        for name in names { fields.column(name, "key", of: table) }
        return names
    }

    private func parameters(_ fields: MappingReader) -> [MirrorSpec.Parameter] {
        (fields.fields("parameters")?.items ?? []).compactMap { key, _, item in
            fields.text(item).map { MirrorSpec.Parameter(name: key, value: $0) }
        }
    }

    private func filters() -> [MirrorSpec.Filter] {
        (fields.fields("filters")?.items ?? []).map { key, mark, item in
            Scope(filters: table.filters.map(\.name)).check(
                .filter, key, "", mark: mark, path: fields.path(of: "filters"), context)
            return MirrorSpec.Filter(name: key, value: Template.read(item, .source, context))
        }
    }

    /// The mirror needs a value for each required filter.
    private func requireFilters(_ mirror: MirrorSpec) {
        for filter in table.filters
        where filter.isRequired && !mirror.filters.contains(where: { $0.name == filter.name })
            && !mirror.bounds.names.contains(filter.name)
        {
            fields.report(
                "the required filter \"\(filter.name)\" has no value in the mirror",
                "Add \"filters: {\(filter.name): …}\".")
        }
    }

    private func bodies() -> MirrorSpec.Bodies? {
        guard let bodies = fields.fields("bodies") else { return nil }
        bodies.allow(["columns", "group", "name", "parameters"])
        let columns = bodies.texts("columns")
        if columns.isEmpty { bodies.report("columns is missing", "Add \"columns: [output]\".") }
        for name in columns { fields.column(name, "bodies", of: table) }
        let group = bodies.requiredText("group")
        fields.column(group, "bodies", of: table)
        if !group.isEmpty {
            Scope(filters: table.filters.map(\.name)).check(
                .filter, group, "", mark: bodies.mark(of: "group"), path: bodies.path(of: "group"), context)
        }
        let names = bodies.texts("name")
        for name in names {
            bodies.column(name, "bodies", of: table)
            Scope(filters: table.filters.map(\.name)).check(
                .filter, name, "", mark: bodies.mark(of: "name"), path: bodies.path(of: "name"), context)
        }
        return MirrorSpec.Bodies(
            columns: columns, groupColumn: group, parameters: parameters(bodies), nameColumns: names)
    }

    private func fallback() -> MirrorSpec.Fallback? {
        guard let fallback = fields.fields("fallback") else { return nil }
        fallback.allow(["path", "pagination", "parameters"])
        guard let path = fallback.required("path", "/…") else { return nil }
        return MirrorSpec.Fallback(
            path: Template.read(path, .table(filters: table.filters.map(\.name)), context),
            pagination: fallback.fields("pagination").map { PaginationReader(fields: $0).pagination() }
                ?? PaginationSpec(),
            parameters: parameters(fallback))
    }
}

extension MappingReader {
    /// A length of time: `30s`, `15m`, `4h`, `8d`.
    func span(_ key: String) -> Span? {
        guard let item = item(key) else { return nil }
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        if case .text(let text) = item.node.scalar, let unit = text.last.flatMap({ units[$0] }),
            let count = Int(text.dropLast()), (0...100_000).contains(count)
        {
            return .seconds(Double(count) * unit)
        }
        report(key, "a duration is required", "Write a whole number and a unit: 30s, 15m, 4h or 8d.")
        return nil
    }
}
