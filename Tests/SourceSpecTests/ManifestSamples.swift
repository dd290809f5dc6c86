enum ManifestSamples {
    static let newer = """
        dsl_version: 3
        name: acme
        version: 2.1.0
        backend: http
        description: All of it.
        test_queries: [SELECT 1]
        inputs:
          ACME_SITE: {kind: variable, default: eu}
          ACME_TOKEN:
            kind: secret
            required: false
            hint: Ask ops.
            credential: {methods: [{type: source_config, label: Token}]}
        base_url: "https://{{ input.ACME_SITE | us }}.acme.example"
        auth:
          type: HeaderAuth
          headers: [{name: Authorization, from: bearer, key: ACME_TOKEN}]
        request_headers: [{name: Accept, from: literal, value: application/json}]
        rate_limit: {extra_statuses: [403], remaining_header: X-Left, reset_header: X-Reset}
        onboarding: {instructions: Make a token.}
        tables:
          - name: items
            description: Items.
            guide: Ask for little.
            fetch_limit_default: 50
            filters:
              - {name: kind, required: true}
              - {name: "tags[]", type: Boolean, mode: contains, lookup_key: true}
            search_limits: {default_top_k: 10, max_top_k: 100, max_calls_per_query: 10}
            detail_hints: [{table: items, search_result_column: id, detail_filter: kind, purpose: More.}]
            request:
              method: POST
              path: "/items/{{filter.kind}}"
              query:
                - {name: a, from: filter_split_int, key: kind, separator: ":", part: 1}
                - {name: b, explode: true, from: one_of, values: [{from: filter, key: kind}, {from: literal, value: 7}]}
                - {name: c, from: now_epoch_minus_seconds, seconds: 3600}
              body: [{path: [variables, first], from: literal, value: 100}]
            requests:
              - when_filters: ["tags[]"]
                path: /tagged
                body: {format: text, content: {from: state, key: cursor}}
            response: {rows_path: [data], ok_path: [ok], row_strategy: dict_entries}
            pagination:
              mode: cursor_body
              cursor_body_path: [variables, after]
              response_cursor_path: [next]
              max_pages: 5
              page_size: {default: 50, max: 100, body_path: [variables, first]}
            columns:
              - {name: plain, type: Utf8, nullable: false}
              - {name: dotted, type: Utf8, expr: {kind: path, path: [event.type, "0"]}}
              - {name: first, type: Int64, expr: {kind: coalesce, exprs: [{kind: path, path: [a]}, {kind: literal, value: 0}]}}
              - {name: echo, type: Utf8, virtual: true, expr: {kind: from_filter, key: kind}}
              - {name: joined, type: Utf8, expr: {kind: join_array, path: [x]}}
              - {name: names, type: Utf8, expr: {kind: join_array_path, path: [x], item_path: [name], separator: ";"}}
              - {name: tag, type: Utf8, expr: {kind: tag_value, path: [tags], key: env, value_field: v}}
              - {name: tags, type: Utf8, expr: {kind: join_tag_values, path: [tags], key: env}}
              - {name: present, type: Utf8, expr: {kind: if_present, check: {kind: path, path: [a]}, then_value: "yes"}}
              - {name: item, type: Json, expr: {kind: first_array_item_path, path: [x], item_path: [id]}}
              - {name: picked, type: Date, expr: {kind: object_filter_path, path: [x], filter_key: kind, item_path: [id]}}
              - {name: row, type: Json, expr: {kind: current_row}}
              - {name: nothing, type: Float64, expr: {kind: "null"}}
              - {name: at, type: Timestamp, expr: {kind: format_timestamp, expr: {kind: path, path: [t]}, input: milliseconds}}
              - {name: decoded, type: Utf8, expr: {kind: base64_decode, expr: {kind: path, path: [b]}}}
              - {name: replaced, type: Utf8, expr: {kind: replace, expr: {kind: path, path: [b]}, from: "-", to: ""}}
              - name: made
                type: Utf8
                expr:
                  kind: template
                  template: "{{expr.n}}/{{filter.kind}}"
                  values: {n: {kind: path, path: [n]}}
        functions:
          - name: find_items
            kind: search
            description: Finds.
            search_limits: {default_top_k: 5, max_top_k: 50, max_calls_per_query: 5}
            args:
              - {name: q, required: true, bind: {arg: query}}
              - {name: order, values: [asc, desc], bind: {arg: order}}
            request:
              path: /search
              query: [{name: q, from: arg, key: query}]
            columns: [{name: id, type: Utf8, expr: {kind: from_arg, key: query}}]
        """

    static let older = """
        dsl_version: 3
        name: acme
        version: 0.1.0
        backend: http
        base_url: "https://{{variable.ACME_SITE|eu}}.acme.example"
        auth:
          required_secrets: [ACME_TOKEN]
          headers:
            - {name: Authorization, from: template, template: "Token {{secret.ACME_TOKEN}}"}
        tables:
          - name: items
            description: Items.
            request:
              path: /items
              query: [{name: team, from: variable, key: ACME_TEAM}]
            columns: [{name: id, type: Utf8}]
        """

    static let file = """
        dsl_version: 3
        name: logs
        version: 1.0.0
        backend: file
        tables:
          - name: logs
            description: Lines.
            format: jsonl
            source:
              location: file://~/logs
              glob: "**/*.log"
              partitions: [{name: day, type: Utf8, path: {kind: hive}}, {name: host, type: Int64, path: {kind: segment, index: 1}}]
              metadata: [{name: path, kind: relative_path}, {name: line, kind: line_number}]
            columns: [{name: text, type: Utf8}]
        """

    static let olderFile = """
        dsl_version: 3
        name: events
        version: 1.0.0
        backend: jsonl
        tables:
          - name: events
            description: Events.
            filters: [{name: session, required: true}]
            source: {location: "file:///var/events"}
            columns:
              - {name: kind, type: Utf8, expr: {kind: path, path: [payload, kind]}}
              - {name: session, type: Utf8, virtual: true, expr: {kind: from_filter, key: session}}
        """

    static let csv = """
        dsl_version: 3
        name: sheets
        version: 1.0.0
        backend: file
        tables:
          - name: rows
            description: Rows.
            format: csv
            format_options: {has_header: false, delimiter: ";"}
            source: {location: "file:///var/sheets/"}
            columns: [{name: id, type: Int64}]
        """

    static let mcp = """
        dsl_version: 3
        name: tools
        version: 1.0.0
        backend: mcp
        inputs: {TOOLS_KEY: {kind: secret}}
        server:
          transport: streamable_http
          url: https://tools.example/mcp
          auth: {type: bearer, from: input, key: TOOLS_KEY}
        tables:
          - name: tickets
            description: Tickets.
            tool: list_tickets
            tool_args: {open: true}
            filters: [{name: team, tool_arg: team_id}]
            limit_binding: {tool_arg: limit, max: 100}
            pagination: {cursor_arg: cursor, response_cursor_path: [next], max_pages: 10}
            columns: [{name: id, type: Utf8}]
        """

    static let signed = """
        dsl_version: 3
        name: logs
        version: 1.0.0
        backend: http
        inputs:
          AWS_ACCESS_KEY_ID: {kind: secret}
          AWS_SECRET_ACCESS_KEY: {kind: secret}
          AWS_SESSION_TOKEN: {kind: secret, required: false}
        base_url: https://logs.eu-west-1.amazonaws.com
        auth:
          type: CustomAuth
          authenticator: aws_sigv4
          service: logs
          region: eu-west-1
          access_key_id: "{{input.AWS_ACCESS_KEY_ID}}"
          secret_access_key: "{{input.AWS_SECRET_ACCESS_KEY}}"
          session_token: "{{input.AWS_SESSION_TOKEN|}}"
        tables:
          - name: groups
            description: Groups.
            request: {method: POST, path: /}
            columns: [{name: id, type: Utf8}]
        """
}
