extension ManifestDiagnosticTests {
    /// Each is put behind the columns of a jsonl table, or in the place of the table's other half.
    static let fileFaults: [Fault] = [
        file("the glob leaves the location", "source: {location: \"file:///a\", glob: ../x/*.jsonl}", caret: 43),
        file("the glob leaves the location", "source: {location: \"file:///a\", glob: a/../../b}", caret: 43),
        file("the glob leaves the location", "source: {location: \"file:///a\", glob: /etc/passwd}", caret: 43),
        file(
            "a partition cannot be a Date", "source: {location: \"file:///a\", partitions: [{name: d, type: Date}]}",
            caret: 66),
        file(
            "index is missing",
            "source: {location: \"file:///a\", partitions: [{name: d, type: Utf8, path: {kind: segment}}]}", caret: 78),
        file(
            "duplicate partition",
            "source: {location: \"file:///a\", partitions: [{name: d, type: Utf8}, {name: D, type: Utf8}]}", caret: 80),
        file(
            "duplicates a partition column",
            "source: {location: \"file:///a\", partitions: [{name: ID, type: Utf8}]}\n    columns: [{name: id, type: Utf8}]",
            caret: 22, columns: ""),
        file(
            "duplicates a metadata column",
            "source: {location: \"file:///a\", metadata: [{name: id, kind: file_name}]}\n    columns: [{name: id, type: Utf8}]",
            caret: 22, columns: ""),
        file(
            "has no expr",
            "source: {location: \"file:///a\"}\n    columns: [{name: id, type: Utf8, expr: {kind: path, path: [a]}}]",
            caret: 44, columns: ""),
        file("declares no filters", "source: {location: \"file:///a\"}\n    filters: [{name: id}]", caret: 14),
        file(
            "has_header is allowed for csv only",
            "source: {location: \"file:///a\"}\n    format_options: {has_header: true}",
            caret: 34),
        file(
            "the delimiter must be one character",
            "source: {location: \"file:///a\"}\n    format: csv\n    format_options: {delimiter: ab}", caret: 33,
            format: ""),
        file(
            "has only hive partitions",
            "format: csv\n    source: {location: \"file:///a\", partitions: [{name: d, type: Utf8, path: {kind: segment, index: 0}}]}",
            caret: 85, format: ""),
        file(
            "only a jsonl table has line numbers",
            "format: json\n    source: {location: \"file:///a\", metadata: [{name: n, kind: line_number}]}", caret: 64,
            format: ""),
    ]

    private static func file(
        _ reason: String, _ rest: String, caret: Int, format: String = "    format: jsonl\n",
        columns: String = "    columns: [{name: id, type: Utf8}]\n"
    ) -> Fault {
        let mark = String(repeating: " ", count: caret - 1) + "^"
        return Fault(
            reason: reason,
            marked: "dsl_version: 3\nname: a\nversion: 1.0.0\nbackend: file\ntables:\n  - name: t\n" + columns + format
                + "    " + rest + "\n" + mark)
    }
}
