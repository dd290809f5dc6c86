extension ManifestDiagnosticTests {
    private static func request(_ reason: String, _ request: String) -> Fault {
        Fault(reason: reason, marked: request + "\n    columns: [{name: id, type: Utf8}]")
    }

    private static func paging(_ reason: String, _ paging: String) -> Fault {
        request(reason, "    request: {path: /items}\n    pagination:\n" + paging)
    }

    private static func columns(_ reason: String, _ columns: String) -> Fault {
        Fault(
            reason: reason, marked: "    filters: [{name: kind}]\n    request: {path: /items}\n    columns:\n" + columns
        )
    }

    static let tableFaults: [Fault] = [
        request("unknown key \"colums\"", "    request: {path: /items}\n    colums: []\n    ^"),
        request("request.path is empty", "    request: {path: \"\"}\n                    ^"),
        request(
            "the path is an absolute address", "    request: {path: \"https://x.example/a\"}\n                    ^"),
        request("the path is an absolute address", "    request: {path: //x.example/a}\n                    ^"),
        request(
            "references unknown filter \"id\"", "    request: {path: \"/items/{{filter.id}}\"}\n                    ^"),
        request(
            "references unknown input \"ACME_TOKN\"",
            "    request: {path: \"/{{input.ACME_TOKN}}\"}\n                    ^"),
        request(
            "unsupported template token \"{{env.HOME}}\"",
            "    request: {path: \"/{{env.HOME}}\"}\n                    ^"),
        request(
            "unsupported template token \"{{arg.x}}\"", "    request: {path: \"/{{arg.x}}\"}\n                    ^"),
        request("\"{{\" is not closed", "    request: {path: \"/{{input.ACME_TOKEN\"}\n                    ^"),
        request("is of the older dialect", "    request: {path: \"/{{secret.ACME_TOKEN}}\"}\n                    ^"),
        request(
            "unknown value",
            "    request: {path: /items, method: PUT}\n                                    ^"),
        request(
            "references unknown filter \"q\"",
            "    request:\n      path: /items\n      query:\n        - {name: q, from: filter, key: q}\n                                       ^"
        ),
        request(
            "\"from: arg\" is not allowed here",
            "    request:\n      path: /items\n      query:\n        - {name: q, from: arg, key: q}\n                          ^"
        ),
        request(
            "unknown value",
            "    request:\n      path: /items\n      query:\n        - {name: q, from: filtr, key: q}\n                          ^"
        ),
        request(
            "references unknown state \"pages\"",
            "    request:\n      path: /items\n      query:\n        - {name: q, from: state, key: pages}\n                                      ^"
        ),
        request(
            "the route names no filters",
            "    request: {path: /items}\n    requests:\n      - {path: /items/1}\n        ^"),
        request(
            "references unknown filter \"id\"",
            "    request: {path: /items}\n    requests:\n      - {when_filters: [id], path: /items/1}\n                        ^"
        ),
        request(
            "a whole number is required here",
            "    request: {path: /items}\n    fetch_limit_default: \"5\"\n                         ^"),
        request(
            "0 is out of range", "    request: {path: /items}\n    fetch_limit_default: 0\n                         ^"),
        request(
            "true or false is required here",
            "    request: {path: /items}\n    response: {allow_404_empty: yes}\n                                ^"),
        paging(
            "mode=cursor_query requires cursor_param",
            "      mode: cursor_query\n      ^\n      response_cursor_path: [next]"),
        paging(
            "mode=cursor_query requires response_cursor_path",
            "      mode: cursor_query\n      ^\n      cursor_param: cursor"),
        paging(
            "mode=cursor_body requires cursor_body_path",
            "      mode: cursor_body\n      ^\n      response_cursor_path: [next]"),
        paging("mode=page requires page_param", "      mode: page\n      ^"),
        paging(
            "page_step must be > 0", "      mode: page\n      page_param: page\n      page_step: 0\n                 ^"),
        paging("mode=offset requires offset_param", "      mode: offset\n      ^\n      offset_step: 10"),
        paging(
            "mode=offset requires offset_step or page_size", "      mode: offset\n      ^\n      offset_param: offset"),
        paging(
            "max must be > 0",
            "      page_size: {default: 1, max: 0, query_param: n}\n                                   ^"),
        paging(
            "page_size must define query_param or body_path",
            "      page_size: {default: 1, max: 2}\n                 ^"),
        paging("unknown value", "      mode: pages\n            ^"),
        columns(
            "unsupported data type 'utf8' in source manifest",
            "      - {name: id, type: utf8}\n                         ^"),
        columns("type is missing", "      - {name: id}\n        ^"),
        columns(
            "duplicate column \"Id\"",
            "      - {name: id, type: Utf8}\n      - {name: Id, type: Utf8}\n               ^"),
        columns(
            "references unknown filter \"knd\"",
            "      - {name: id, type: Utf8, expr: {kind: from_filter, key: knd}}\n                                                              ^"
        ),
        columns(
            "unknown value",
            "      - {name: id, type: Utf8, expr: {kind: pth, path: [a]}}\n                                            ^"
        ),
        columns(
            "references unknown value \"b\"",
            "      - name: id\n        type: Utf8\n        expr:\n          kind: template\n          values: {a: {kind: current_row}}\n"
                + "          template: \"{{expr.b}}\"\n                    ^"),
        columns(
            "exprs is empty",
            "      - {name: id, type: Utf8, expr: {kind: coalesce, exprs: []}}\n                                     ^"),
    ]

    private static func top(_ reason: String, name: String = "name: acme", _ rest: String) -> Fault {
        Fault(
            reason: reason,
            marked: "dsl_version: 3\n\(name)\nversion: 1.0.0\nbackend: http\n\(rest)\n"
                + "tables: [{name: a, description: A., request: {path: /a}, columns: [{name: id, type: Utf8}]}]")
    }

    static let topFaults: [Fault] = [
        Fault(
            reason: "version 4 derives its tables", marked: "dsl_version: 4\n             ^\nname: acme\nsurfaces: []"),
        Fault(reason: "version 2 of the manifest language", marked: "dsl_version: 2\n             ^\nname: acme"),
        Fault(reason: "dsl_version is missing", marked: "name: acme\n^"),
        Fault(reason: "the text is not YAML", marked: "name: {acme\nversion: 1\n       ^"),
        top("the schema name \"public\" is reserved", name: "name: public\n      ^", "base_url: https://a.example"),
        top("is not a valid SQL schema name", name: "name: ../acme\n      ^", "base_url: https://a.example"),
        top("base_url is empty", "base_url: \"\"\n          ^"),
        top("base_url is missing", name: "name: acme", "description: A.\n").atStart,
        top("looks like a credential", "base_url: https://a.example\ninputs:\n  ACME_API_KEY: {kind: variable}\n  ^"),
        top(
            "a secret has no default",
            "base_url: https://a.example\ninputs:\n  A: {kind: secret, default: x}\n                    ^"),
        top("is reserved", "base_url: https://a.example\ninputs:\n  __coral_x: {kind: variable}\n  ^"),
        top(
            "type is missing", "base_url: https://a.example\ninputs: {A: {kind: secret}}\nauth: {headers: []}\n      ^"),
        top(
            "200 is out of range",
            "base_url: https://a.example\nrate_limit: {extra_statuses: [200]}\n                              ^"),
        top(
            "the test query is not read-only",
            "base_url: https://a.example\ntest_queries: [DROP TABLE a]\n               ^"),
        top(
            "is taken by another table or function",
            "base_url: https://a.example\nfunctions:\n  - name: A\n          ^\n    request: {path: /a}\n    columns: [{name: id, type: Utf8}]"
        ),
        top(
            "bind is missing",
            "base_url: https://a.example\nfunctions:\n  - name: b\n    args: [{name: x}]\n           ^\n    request: {path: /a}\n"
                + "    columns: [{name: id, type: Utf8}]"),
        Fault(
            reason: "the source has no tables and no functions",
            marked: "dsl_version: 3\n^\nname: a\nversion: 1.0.0\nbackend: http\nbase_url: https://a.example"),
        Fault(
            reason: "a file backend has no base_url",
            marked: "dsl_version: 3\nname: a\nversion: 1.0.0\nbackend: file\nbase_url: https://a.example\n^\n"
                + "tables: [{name: t, format: parquet, source: {location: \"file:///a\"}}]"),
        Fault(
            reason: "unsupported location scheme",
            marked: "dsl_version: 3\nname: a\nversion: 1.0.0\nbackend: file\n"
                + "tables: [{name: t, format: parquet, source: {location: \"ftp://a\"}}]\n                                                       ^"
        ),
        Fault(
            reason: "columns",
            marked: "dsl_version: 3\nname: a\nversion: 1.0.0\nbackend: file\n"
                + "tables: [{name: t, format: csv, source: {location: \"file:///a\"}}]\n         ^"),
        Fault(
            reason: "tool is missing",
            marked: "dsl_version: 3\nname: a\nversion: 1.0.0\nbackend: mcp\nserver: {transport: stdio, command: x}\n"
                + "tables: [{name: t, columns: [{name: id, type: Utf8}]}]\n         ^"),
    ]
}

extension ManifestDiagnosticTests.Fault {
    /// The place is the start of the document.
    fileprivate var atStart: Self {
        var fault = self
        fault.marked = marked.replacing("dsl_version: 3\n", with: "dsl_version: 3\n^\n")
        return fault
    }
}
