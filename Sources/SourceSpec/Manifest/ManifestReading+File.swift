import YAML

extension ManifestReading {
    /// Tables of files, and of the older backends `parquet` and `jsonl`.
    func fileRelations(_ backend: String) -> (backend: SourceSpec.Backend, tables: [TableSpec]) {
        if fields.has("base_url") {
            context.log.report(
                fields.keyMark(of: "base_url"), "base_url", "a file backend has no base_url",
                "Remove it; each table has its own \"source: {location: …}\".")
        }
        var files: [String: FileTableSpec] = [:]
        let tables = fields.mappings("tables").map { table -> TableSpec in
            let file = fileSpec(table, backend)
            let spec = fileTable(table, file, isOlder: backend != "file")
            files[spec.name] = file
            return spec
        }
        return (.file(files), tables)
    }

    private func fileTable(_ table: MappingReader, _ file: FileTableSpec?, isOlder: Bool) -> TableSpec {
        table.allow([
            "name", "description", "guide", "format", "filters", "fetch_limit_default", "source", "format_options",
            "columns",
        ])
        let filters = isOlder ? filters(table) : []
        if isOlder { checkModes(table) } else { rejectFilters(table) }
        let areInferred = file?.format == .parquet && table.list("columns").isEmpty
        let scope = Scope(filters: filters.map(\.name), allows: isOlder ? [.filter, .input] : [])
        let columns = areInferred ? [Self.inferred] : columns(table, scope)
        if !isOlder { rejectExpressions(table) }
        if let file { checkPathColumns(table, file) }
        return TableSpec(
            name: table.requiredText("name"), description: table.text("description") ?? "",
            guide: table.text("guide") ?? "",
            filters: filters + (file?.partitions ?? []).map { FilterSpec(name: $0.name, type: $0.type) },
            fetchLimitDefault: table.integer("fetch_limit_default", in: 1...Int.max),
            request: RequestSpec(path: Template(parts: [])), columns: columns + (file?.pathColumns ?? []))
    }

    /// A placeholder for columns that only the files define: a table needs one column to be queried and to report why it is not read.
    private static let inferred = ColumnSpec(
        name: "row", type: .json, isVirtual: true, description: "The columns of the Parquet files.")

    private func fileSpec(_ table: MappingReader, _ backend: String) -> FileTableSpec? {
        let format =
            backend == "file"
            ? table.choice("format", FileTableSpec.Format.self) : FileTableSpec.Format(rawValue: backend)
        if format == nil { table.required("format", "jsonl") }
        table.required("source", "{location: file:///…}")
        guard let source = table.fields("source") else { return nil }
        source.allow(["location", "glob", "partitions", "metadata", "object_store"])
        source.fields("object_store")?.allow(["type", "region", "auth"])
        guard let format else { return nil }
        let options = csvOptions(table, format)
        return FileTableSpec(
            format: format, location: location(source), glob: glob(source), partitions: partitions(source, format),
            metadata: metadata(source, format), hasHeader: options.hasHeader, delimiter: options.delimiter)
    }

    private func location(_ source: MappingReader) -> Template {
        let location = source.requiredText("location")
        if !location.isEmpty, !["file://", "s3://", "{{"].contains(where: { location.hasPrefix($0) }) {
            source.report(
                "location", "unsupported location scheme", "Write an address that starts with file:// or s3://.")
        }
        return source.item("location").map { Template.read($0, .source, context) } ?? Template(parts: [])
    }

    private func glob(_ source: MappingReader) -> String? {
        guard let glob = source.text("glob") else { return nil }
        let segments = glob.split(separator: "/", omittingEmptySubsequences: false)
        if glob.isEmpty || glob.hasPrefix("/") || segments.contains("..") {
            source.report(
                "glob", "the glob leaves the location",
                "Write it relative to the location and without \"..\", such as \"**/*.jsonl\".")
        }
        return glob
    }

    private func partitions(_ source: MappingReader, _ format: FileTableSpec.Format) -> [FileTableSpec.Partition] {
        let partitions = source.mappings("partitions").map { partition -> FileTableSpec.Partition in
            partition.allow(["name", "type", "path"])
            let type = columnType(partition, isRequired: true)
            if type == .timestamp || type == .date {
                partition.report(
                    "type", "a partition cannot be a \(type.rawValue)", "Write Utf8; SQL compares it as text.")
            }
            return FileTableSpec.Partition(
                name: partition.requiredText("name"), type: type, place: place(partition, format))
        }
        checkNames(of: source.list("partitions")) { "duplicate partition \"\($0)\"" }
        return partitions
    }

    private func place(_ partition: MappingReader, _ format: FileTableSpec.Format) -> FileTableSpec.Partition.Place {
        guard let path = partition.fields("path") else { return .hive }
        path.allow(["kind", "index"])
        guard path.choice("kind", among: ["hive", "segment"]) == "segment" else { return .hive }
        if format == .csv || format == .parquet {
            path.report("kind", "a \(format.rawValue) table has only hive partitions", "Write \"kind: hive\".")
        }
        path.required("index", "0")
        return .segment(path.integer("index", in: 0...100) ?? 0)
    }

    private func metadata(_ source: MappingReader, _ format: FileTableSpec.Format) -> [FileTableSpec.Metadata] {
        let metadata = source.mappings("metadata").map { column -> FileTableSpec.Metadata in
            column.allow(["name", "kind"])
            column.required("kind", "relative_path")
            let kind = column.choice("kind", FileTableSpec.Metadata.Kind.self)
            if kind == .lineNumber, format != .jsonl {
                column.report("kind", "only a jsonl table has line numbers", "Remove the column.")
            }
            return FileTableSpec.Metadata(name: column.requiredText("name"), kind: kind ?? .relativePath)
        }
        checkNames(of: source.list("metadata")) { "duplicate metadata column \"\($0)\"" }
        return metadata
    }

    private func csvOptions(_ table: MappingReader, _ format: FileTableSpec.Format) -> (
        hasHeader: Bool, delimiter: UInt8
    ) {
        guard let options = table.fields("format_options") else { return (true, UInt8(ascii: ",")) }
        options.allow(["has_header", "delimiter"])
        for key in options.keys where format != .csv {
            options.report(key, "\(key) is allowed for csv only", "Remove it.")
        }
        let delimiter = options.text("delimiter") ?? ","
        if delimiter.utf8.count != 1 {
            options.report(
                "delimiter", "the delimiter must be one character of ASCII", "Write \",\", \";\" or \"\\t\".")
        }
        return (options.bool("has_header") ?? true, delimiter.utf8.first ?? UInt8(ascii: ","))
    }
}
