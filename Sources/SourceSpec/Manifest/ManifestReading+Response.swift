import YAML

extension ManifestReading {
    func response(_ table: MappingReader) -> ResponseSpec {
        guard let response = table.fields("response") else { return ResponseSpec() }
        response.allow(["format", "rows_path", "ok_path", "error_path", "allow_404_empty", "row_strategy"])
        return ResponseSpec(
            format: response.choice("format") ?? .json, rowsPath: response.texts("rows_path"),
            okPath: response.texts("ok_path"), errorPath: response.texts("error_path"),
            allows404AsEmpty: response.bool("allow_404_empty") ?? false,
            rowStrategy: response.choice("row_strategy") ?? .direct)
    }

    func pagination(_ table: MappingReader) -> PaginationSpec {
        table.fields("pagination").map { PaginationReader(fields: $0).pagination() } ?? PaginationSpec()
    }
}

/// Reads `pagination:`, of a table or of an overlay's fallback.
struct PaginationReader {
    let fields: MappingReader

    private static let modes = ["none", "auto", "cursor_query", "cursor_body", "page", "offset", "link_header"]

    func pagination() -> PaginationSpec {
        fields.allow([
            "mode", "page_size", "cursor_param", "cursor_body_path", "response_cursor_path", "page_param", "page_start",
            "page_step", "offset_param", "offset_start", "offset_step", "link_header_require_results", "max_pages",
        ])
        let size = pageSize()
        return PaginationSpec(
            mode: mode(fields.choice("mode", among: Self.modes) ?? "none", size), pageSize: size,
            maximumPages: fields.integer("max_pages", in: 1...Int.max) ?? 10_000)
    }

    private func mode(_ word: String, _ size: PaginationSpec.PageSize?) -> PaginationSpec.Mode {
        switch word {
        case "auto", "link_header":
            return .linkHeader(requiresResults: fields.bool("link_header_require_results") ?? false)
        case "cursor_query":
            return .cursorQuery(
                parameter: required("cursor_param", "cursor", mode: word),
                responsePath: required(path: "response_cursor_path", mode: word))
        case "cursor_body":
            return .cursorBody(
                path: required(path: "cursor_body_path", mode: word),
                responsePath: required(path: "response_cursor_path", mode: word))
        case "page":
            return .page(
                parameter: required("page_param", "page", mode: word),
                start: fields.integer("page_start", in: 0...Int.max) ?? 0, step: step(fields, "page_step") ?? 1)
        case "offset":
            let step = step(fields, "offset_step")
            if !fields.has("offset_step"), size == nil {
                fields.report(
                    "mode=offset requires offset_step or page_size", "Add \"offset_step: 100\", or \"page_size:\".")
            }
            return .offset(
                parameter: required("offset_param", "offset", mode: word),
                start: fields.integer("offset_start", in: 0...Int.max) ?? 0, step: step)
        default: return .none
        }
    }

    private func required(_ key: String, _ example: String, mode: String) -> String {
        guard fields.has(key) else {
            fields.report("mode=\(mode) requires \(key)", "Add \"\(key): \(example)\".")
            return ""
        }
        return fields.requiredText(key)
    }

    private func required(path key: String, mode: String) -> [String] {
        let path = fields.texts(key)
        if path.isEmpty { fields.report("mode=\(mode) requires \(key)", "Add \"\(key): [next_cursor]\".") }
        return path
    }

    private func step(_ fields: MappingReader, _ key: String) -> Int? {
        guard let step = fields.integer(key) else { return nil }
        if step <= 0 { fields.report(key, "\(key) must be > 0", "Write 1 or more.") }
        return max(1, step)
    }

    private func pageSize() -> PaginationSpec.PageSize? {
        guard let size = fields.fields("page_size") else { return nil }
        size.allow(["default", "max", "query_param", "body_path"])
        let bodyPath = size.texts("body_path")
        if !size.has("query_param"), bodyPath.isEmpty {
            size.report("page_size must define query_param or body_path", "Add \"query_param: limit\".")
        }
        return PaginationSpec.PageSize(
            defaultSize: positive(size, "default"), maximum: positive(size, "max"),
            queryParameter: size.text("query_param"), bodyPath: bodyPath)
    }

    private func positive(_ size: MappingReader, _ key: String) -> Int {
        size.required(key, "100")
        return step(size, key) ?? 1
    }
}
