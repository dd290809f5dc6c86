import SourceSpec

/// A source with a table for every form of rows in a response, and in each a column for every kind of expression, in every type
/// that matters to it.
enum EveryExpression {
    static let source: SourceSpec = {
        do {
            return try ManifestParser.parse(text: manifest, file: "every.yaml")
        } catch {
            fatalError("\(error)")
        }
    }()

    private static let responses = [
        "direct": "{rows_path: [data]}",
        "root": "{}",
        "entries": "{rows_path: [data], row_strategy: dict_entries}",
        "points": "{row_strategy: series_point_list}",
        "lines": "{format: json_each_row}",
        "slack": "{rows_path: [data], ok_path: [ok], error_path: [error]}",
    ]

    private static let expressions = [
        "{kind: path, path: [a]}", "{kind: path, path: [n, \"0\", b]}", "{kind: path, path: [_value]}",
        "{kind: path, path: [timestamp]}", "{kind: path, path: [value]}", "{kind: from_filter, key: wanted}",
        "{kind: literal, value: {x: [1, 2.5, null]}}", "{kind: \"null\"}",
        "{kind: coalesce, exprs: [{kind: path, path: [a]}, {kind: path, path: [b]}, {kind: literal, value: \"7\"}]}",
        "{kind: join_array, path: [n], separator: \"|\"}",
        "{kind: join_array_path, path: [n], item_path: [b, c], separator: \",\"}",
        "{kind: tag_value, path: [n], key: x, key_field: k, value_field: v}",
        "{kind: join_tag_values, path: [n], key: x, key_field: k, value_field: v, separator: \"; \"}",
        "{kind: if_present, check: {kind: path, path: [b]}, then_value: \"true\"}",
        "{kind: first_array_item_path, path: [n], item_path: [b]}",
        "{kind: object_filter_path, path: [o], filter_key: wanted, item_path: [b]}", "{kind: current_row}",
        "{kind: format_timestamp, expr: {kind: path, path: [a]}, input: seconds}",
        "{kind: format_timestamp, expr: {kind: path, path: [a]}, input: milliseconds}",
        "{kind: format_timestamp, expr: {kind: path, path: [a]}, input: iso8601}",
        "{kind: base64_decode, expr: {kind: path, path: [b]}}",
        "{kind: replace, expr: {kind: path, path: [a]}, from: \"-\", to: \"\"}",
        "{kind: template, template: \"{{expr.a}}/{{expr.b|none}}\", "
            + "values: {a: {kind: path, path: [a]}, b: {kind: path, path: [b]}}}",
    ]

    private static var manifest: String {
        var columns = ""
        for (number, expression) in expressions.enumerated() {
            for type in ColumnType.allCases {
                columns += "      - {name: c\(number)_\(type.rawValue), type: \(type.rawValue), expr: \(expression)}\n"
            }
        }
        let tables = responses.sorted { $0.key < $1.key }.map { name, response in
            """
              - name: \(name)
                description: Rows of every kind.
                filters:
                  - {name: wanted, type: Utf8, required: true}
                request:
                  path: /items
                response: \(response)
                pagination: {mode: cursor_query, cursor_param: cursor, response_cursor_path: [meta, cursor]}
                columns:
            \(columns)
            """
        }
        return """
            dsl_version: 3
            name: every
            version: "1"
            backend: http
            base_url: http://127.0.0.1
            tables:
            \(tables.joined())
            """
    }
}
