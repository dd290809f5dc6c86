import YAML

extension ManifestReading {
    /// Tables of files, and of the older backends `parquet` and `jsonl`. Checked in shape; refused when queried.
    func fileTables(_ backend: String) -> [TableSpec] {
        if fields.has("base_url") {
            context.log.report(
                fields.keyMark(of: "base_url"), "base_url", "a file backend has no base_url",
                "Remove it; each table says its \"source: {location: …}\".")
        }
        return fields.list("tables").compactMap { item in
            Fields(item, context.log).map { fileTable($0, backend) }
        }
    }

    private func fileTable(_ table: Fields, _ backend: String) -> TableSpec {
        table.allow([
            "name", "description", "guide", "format", "filters", "fetch_limit_default", "source", "format_options",
            "columns", "location", "partitions",
        ])
        let format = backend == "file" ? table.choice("format", among: ["parquet", "jsonl", "json", "csv"]) : backend
        if format == nil, !table.has("format") { table.report("format is missing", "Add \"format: jsonl\".") }
        let partitions = readSource(table)
        let columns = format == "parquet" && table.list("columns").isEmpty ? [] : columns(table, Scope(allows: []))
        for item in table.list("columns") {
            guard let name = Self.name(of: item), partitions.contains(name.lowercased()) else { continue }
            context.log.report(
                item.node["name"]?.mark ?? item.node.mark, item.path,
                "the column \"\(name)\" duplicates a partition column", "Remove it; the partition gives it.")
        }
        return TableSpec(
            name: table.requiredText("name"), description: table.text("description") ?? "",
            guide: table.text("guide") ?? "", filters: filters(table),
            fetchLimitDefault: table.integer("fetch_limit_default", in: 1...Int.max),
            request: RequestSpec(path: Template(parts: [])), columns: columns)
    }

    /// The names of the partition columns.
    private func readSource(_ table: Fields) -> Set<String> {
        guard let source = table.fields("source") else {
            if !table.has("source") { table.report("source is missing", "Add \"source: {location: file:///…}\".") }
            return []
        }
        source.allow(["location", "glob", "partitions", "metadata", "object_store"])
        let location = source.requiredText("location")
        if !location.isEmpty, !["file://", "s3://", "{{"].contains(where: { location.hasPrefix($0) }) {
            source.report(
                "location", "unsupported location scheme", "Write an address that begins with file:// or s3://.")
        }
        _ = source.item("location").map { Template.read($0, .source, context) }
        for item in source.list("metadata") {
            guard let column = Fields(item, context.log) else { continue }
            column.allow(["name", "kind"])
            _ = column.choice("kind", among: ["relative_path", "file_name", "file_stem", "line_number"])
        }
        var names: [String] = []
        for item in source.list("partitions") {
            guard let partition = Fields(item, context.log) else { continue }
            partition.allow(["name", "type", "path"])
            names.append(partition.requiredText("name"))
            _ = columnType(partition, isRequired: true)
        }
        refuseDuplicates(of: "partition", source, "partitions")
        return Set(names.map { $0.lowercased() })
    }
}
