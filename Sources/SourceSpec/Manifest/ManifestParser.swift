import YAML

/// Reads `manifest.yaml`: Coral's source DSL, version 3, in both of its dialects.
package enum ManifestParser {
    /// - Parameter file: the name in diagnostics.
    package static func parse(text: String, file: String) throws(ManifestDiagnostics) -> SourceSpec {
        let log = DiagnosticLog(text: text, file: file)
        let fields = try log.fields(of: text)
        try checkVersion(fields)
        let isOlderDialect = !fields.has("inputs") && fields.item("auth")?.node["type"] == nil
        let context = ManifestContext(log: log, isOlderDialect: isOlderDialect)
        let spec = ManifestReading(fields: fields, context: context).spec()
        try log.throwIfAny()
        return spec
    }

    private static func checkVersion(_ fields: MappingReader) throws(ManifestDiagnostics) {
        fields.required("dsl_version", "3")
        guard let version = fields.integer("dsl_version") else { throw ManifestDiagnostics(fields.log.diagnostics) }
        if version == 4 {
            fields.report(
                "dsl_version", "version 4 derives its tables from an API description, which is not supported",
                "Write the tables in version 3, or query this source with the real coral.")
        } else if version != 3 {
            fields.report(
                "dsl_version", "unknown version \(version) of the manifest language", "Write \"dsl_version: 3\".")
        }
        try fields.log.throwIfAny()
    }
}

/// The top level of one manifest.
struct ManifestReading {
    let fields: MappingReader
    let context: ManifestContext

    static let backends = ["http", "file", "mcp", "parquet", "jsonl"]
    /// Coral's own schemas, and those that SQL engines keep for themselves.
    static let reservedNames = ["coral", "coral_admin", "public", "information_schema", "main", "temp"]

    func spec() -> SourceSpec {
        let backend = backendWord
        fields.allow(Self.keys(for: backend))
        let name = sourceName()
        let version = fields.requiredText("version")
        readInputs()
        readOnboarding()
        var spec = SourceSpec(
            name: name, version: version, description: fields.text("description") ?? "", backend: .mcp,
            testQueries: testQueries())
        switch backend {
        case "http":
            spec.backend = .http(httpBackend())
            spec.tables = tables()
            spec.functions = functions()
        case "mcp":
            (spec.tables, spec.functions) = mcpRelations()
        case "file", "parquet", "jsonl":
            (spec.backend, spec.tables) = fileRelations(backend)
        default: break
        }
        checkRelations(spec, backend)
        spec.inputs = context.inputs
        return spec
    }

    private var backendWord: String {
        guard fields.required("backend", "http") != nil else { return "http" }
        return fields.choice("backend", among: Self.backends) ?? ""
    }

    private static func keys(for backend: String) -> [String] {
        let common = ["dsl_version", "name", "version", "backend", "description", "test_queries", "inputs", "tables"]
        return switch backend {
        case "mcp": common + ["server", "functions", "onboarding"]
        case "file", "parquet", "jsonl": common + ["onboarding", "base_url"]
        default: common + ["base_url", "auth", "request_headers", "rate_limit", "functions", "onboarding"]
        }
    }

    /// The schema's name is also the name of a mirror's file, so only letters, digits and underscores are allowed.
    private func sourceName() -> String {
        let name = fields.requiredText("name")
        guard !name.isEmpty else { return name }
        if Self.reservedNames.contains(name.lowercased()) {
            fields.report("name", "the schema name \"\(name)\" is reserved", "Choose another name.")
        } else if !Self.isIdentifier(name) {
            fields.report(
                "name", "\"\(name)\" is not a valid SQL schema name",
                "Use letters, digits and underscores, and start with a letter.")
        }
        return name
    }

    static func isIdentifier(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, first.properties.isAlphabetic || first == "_" else { return false }
        return text.utf8.count <= 64
            && text.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || $0 == "_" || ("0"..."9").contains($0))
            }
    }

    private func testQueries() -> [String] {
        fields.list("test_queries").compactMap { item in
            guard let query = fields.text(item) else { return nil }
            let word = query.drop(while: \.isWhitespace).prefix(while: \.isLetter).lowercased()
            if word.isEmpty {
                fields.log.report(item, "the test query is empty", "Write a SELECT, or remove it.")
            } else if !["select", "with", "explain", "describe", "values", "show"].contains(word) {
                fields.log.report(item, "the test query is not read-only", "Write a SELECT statement.")
            }
            return query
        }
    }

    private func readOnboarding() {
        guard let onboarding = fields.fields("onboarding") else { return }
        onboarding.allow(["instructions", "input_help"])
        _ = onboarding.text("instructions")
    }

    private func checkRelations(_ spec: SourceSpec, _ backend: String) {
        if spec.tables.isEmpty && spec.functions.isEmpty && !backend.isEmpty {
            let what = ["http", "mcp"].contains(backend) ? "tables and no functions" : "tables"
            fields.report("the source has no \(what)", "Declare at least one under \"tables:\".")
        }
        checkNames(of: fields.list("tables") + (backend.isEmpty ? [] : fields.list("functions"))) {
            "the name \"\($0)\" is taken by another table or function of this source"
        }
    }

    /// Names in one list must differ by more than case.
    func checkNames(of items: [ManifestNode], _ reason: (String) -> String) {
        var seen: Set<String> = []
        for item in items {
            guard let name = Self.name(of: item), !seen.insert(name.lowercased()).inserted else { continue }
            context.log.report(
                item.node["name"]?.mark ?? item.node.mark, item.path, reason(name),
                "Names differ by more than case; rename or remove one of the two.")
        }
    }
}
