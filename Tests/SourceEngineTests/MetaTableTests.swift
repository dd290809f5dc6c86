import Basics
import SourceEngine
import Testing

@testable import SourceSpec

@Suite("The schema coral")
struct MetaTableTests {
    private let world = World(
        inputs: ["GITHUB_OWNER": "acme", "GITHUB_REPO": "app", "ACME_TOKEN": "s3cret", "ACME_SITE": ""]
    ) { specs in
        specs[1].functions[0].kind = .search
        specs[1].functions[0].searchLimits = SearchLimits(defaultTopK: 5, maximumTopK: 50, maximumCalls: 2)
        specs[1].functions[0].filters[1].allowedValues = ["created", "updated"]
        specs[1].inputs = [
            InputSpec(key: "ACME_TOKEN", kind: .secret, hint: "Ask ops."),
            InputSpec(key: "ACME_SITE", kind: .variable, defaultValue: "eu", isRequired: false),
            InputSpec(key: "ACME_TEAM", kind: .variable), InputSpec(key: "ACME_KEY", kind: .secret),
            InputSpec(key: "GITHUB_OWNER", kind: .variable),
        ]
    }

    private func rows(_ sql: String) async throws -> [[Value]] {
        try await world.engine.query(sql).rows.rows
    }

    @Test("lists every table with its required filters, its own tables too, and makes no call")
    func tables() async throws {
        let rows = try await rows(
            "SELECT table_name, required_filters, search_limits_json, catalog_name FROM coral.tables WHERE schema_name = 'github'"
        )
        #expect(
            rows == [
                ["commit_files", "ref", nil, ""], ["commits", "owner,repo", nil, ""], ["pulls", "owner,repo", nil, ""],
            ])
        let schemas = try await self.rows("SELECT DISTINCT schema_name FROM coral.tables")
        #expect(schemas == [["coral"], ["datadog"], ["github"], ["langfuse"], ["sentry"]])
        #expect(world.pages.takeScans().isEmpty)
    }

    @Test("lists the columns in order, with the filters, except those of functions")
    func columns() async throws {
        let rows = try await rows(
            """
            SELECT ordinal_position, column_name, data_type, is_nullable, is_required_filter, filter_mode
            FROM coral.columns WHERE table_name = 'commit_files' ORDER BY ordinal_position
            """)
        #expect(
            rows == [
                [0, "filename", "Utf8", 1, 0, nil], [1, "additions", "Int64", 1, 0, nil],
                [2, "ref", "Utf8", 1, 1, "equality"],
            ])
        #expect(try await self.rows("SELECT 1 FROM coral.columns WHERE table_name = 'search_issues'").isEmpty)
    }

    @Test("describes each of its own tables correctly")
    func own() async throws {
        for name in ["tables", "columns", "filters", "inputs", "table_functions"] {
            let described = try await rows(
                "SELECT column_name FROM coral.columns WHERE schema_name = 'coral' AND table_name = '\(name)'")
            let real = try await world.engine.query("SELECT * FROM coral.\(name) LIMIT 1").rows
            #expect(described.compactMap { $0[0].text } == real.columns)
            #expect(real.count == 1, "\(name)")
        }
    }

    @Test("lists the filters of every table")
    func filters() async throws {
        let rows = try await rows(
            """
            SELECT filter_name, filter_mode, is_required, data_type FROM coral.filters
            WHERE schema_name = 'github' AND table_name = 'commits'
            """)
        #expect(
            rows == [
                ["owner", "equality", 1, "Utf8"], ["path", "equality", 0, "Utf8"], ["repo", "equality", 1, "Utf8"],
            ])
    }

    @Test("shows which inputs are set, with their defaults and hints, and never the value of a secret")
    func inputs() async throws {
        let rows = try await rows(
            """
            SELECT key, kind, value, default_value, hint, required, is_set FROM coral.inputs
            WHERE schema_name = 'github'
            """)
        #expect(
            rows == [
                ["ACME_KEY", "secret", nil, nil, nil, 1, 0], ["ACME_SITE", "variable", "eu", "eu", nil, 0, 1],
                ["ACME_TEAM", "variable", nil, nil, nil, 1, 0], ["ACME_TOKEN", "secret", nil, nil, "Ask ops.", 1, 1],
                ["GITHUB_OWNER", "variable", "acme", nil, nil, 1, 1],
            ])
    }

    @Test("lists the functions with their arguments, columns, kind and search limits")
    func functions() async throws {
        let rows = try await rows(
            "SELECT function_name, arguments_json, result_columns_json, kind, search_limits_json FROM coral.table_functions"
        )
        #expect(rows.count == 1)
        #expect(rows[0][0] == "search_issues" && rows[0][3] == "search")
        #expect(
            rows[0][1]
                == #"[{"name":"q","required":true,"values":[]},{"name":"sort","required":false,"values":["created","updated"]}]"#
        )
        #expect(
            rows[0][2]
                == #"[{"name":"title","type":"Utf8","nullable":true,"description":""},{"name":"number","type":"Int64","nullable":true,"description":""}]"#
        )
        #expect(rows[0][4] == #"{"default_top_k":5,"max_top_k":50,"max_calls_per_query":2}"#)
    }
}
