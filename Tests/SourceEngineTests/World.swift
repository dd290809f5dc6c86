import Basics
import FoundationEssentials
import SourceEngine
import SourceFetch

@testable import SourceSpec

/// Three sources with the shapes of the real ones, an engine over them, and a clock that tests move.
final class World {
    let pages = RecordedPages()
    let clock: Lock<Instant>
    let directory: String
    let engine: SourceEngine
    static let start = Instant(iso8601: "2026-11-24T03:00:00Z")!

    init(
        inputs: [String: String] = [
            "LANGFUSE_PUBLIC_KEY": "pk", "GITHUB_OWNER": "acme", "GITHUB_REPO": "app", "SENTRY_TOKEN": "t",
        ], directory: String? = nil, mirrors: Bool = true, change: (inout [SourceSpec]) -> Void = { _ in }
    ) {
        let time = Lock(Self.start)
        clock = time
        self.directory =
            directory ?? FileManager.default.temporaryDirectory.path + "/engine-\(UInt64.random(in: 0...(.max)))"
        var specs = [Self.langfuse, Self.github, Self.sentry, Self.datadog]
        change(&specs)
        var configuration = SourceEngineConfiguration(
            mirrorDirectory: self.directory, specs: specs, pages: pages, inputs: { inputs[$0] },
            clock: WallClock { time.withLock { $0 } })
        configuration.mirrors = mirrors
        engine = SourceEngine(configuration)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    func advance(_ span: Span) { clock.withLock { $0 = $0 + span } }

    static func table(_ name: String, _ columns: [(String, ColumnType)], filters: [FilterSpec] = []) -> TableSpec {
        TableSpec(
            name: name, filters: filters,
            request: RequestSpec(
                path: Template(literal: "/" + name),
                query: filters.map { ParameterSpec(name: $0.name, source: .given(.filter($0.name))) }),
            columns: columns.map { ColumnSpec(name: $0.0, type: $0.1) })
    }

    static func source(
        _ name: String, inputs: [String], tables: [TableSpec], functions: [TableSpec] = [],
        mirrors: [String: MirrorSpec]
    ) -> SourceSpec {
        SourceSpec(
            name: name, version: "1", inputs: inputs.map { InputSpec(key: $0, kind: .variable) },
            backend: .http(HTTPBackend(baseURL: Template(literal: "http://127.0.0.1"))), tables: tables,
            functions: functions, overlay: SourceOverlay(mirrors: mirrors))
    }

    static let langfuse = source(
        "langfuse", inputs: ["LANGFUSE_PUBLIC_KEY"],
        tables: [
            table(
                "observations",
                [
                    ("id", .utf8), ("trace_id", .utf8), ("type", .utf8), ("name", .utf8), ("model", .utf8),
                    ("start_time", .timestamp), ("end_time", .timestamp), ("total_cost", .float64),
                    ("input_tokens", .int64), ("output_tokens", .int64), ("level", .utf8), ("environment", .utf8),
                    ("prompt_name", .utf8), ("prompt_version", .int64), ("input", .json), ("output", .json),
                ], filters: [FilterSpec(name: "trace_id"), FilterSpec(name: "type")]),
            table("projects", [("id", .utf8), ("name", .utf8)]),
        ],
        mirrors: [
            "observations": MirrorSpec(
                bounds: TimeBounds(
                    column: "start_time", window: .between(from: "fromStartTime", to: "toStartTime")), key: ["id"],
                parameters: [.init(name: "fields", value: "core")],
                fallback: .init(path: Template(literal: "/v1"), pagination: PaginationSpec()),
                bodies: .init(
                    columns: ["input", "output"], groupColumn: "trace_id",
                    parameters: [.init(name: "fields", value: "core,io")]), rollups: true)
        ])

    static let github = source(
        "github", inputs: [],
        tables: [
            table(
                "commits",
                [
                    ("sha", .utf8), ("message", .utf8), ("author", .utf8), ("date", .utf8), ("owner", .utf8),
                    ("repo", .utf8),
                ],
                filters: [
                    FilterSpec(name: "owner", isRequired: true), FilterSpec(name: "repo", isRequired: true),
                    FilterSpec(name: "path"),
                ]),
            table(
                "commit_files", [("filename", .utf8), ("additions", .int64), ("ref", .utf8)],
                filters: [FilterSpec(name: "ref", isRequired: true)]),
            table(
                "pulls",
                [("number", .int64), ("title", .utf8), ("state", .utf8), ("merged_at", .utf8), ("user__login", .utf8)],
                filters: [
                    FilterSpec(name: "owner", isRequired: true), FilterSpec(name: "repo", isRequired: true),
                    FilterSpec(name: "state"),
                ]),
        ],
        functions: [
            table(
                "search_issues", [("title", .utf8), ("number", .int64)],
                filters: [FilterSpec(name: "q", isRequired: true), FilterSpec(name: "sort")])
        ],
        mirrors: [
            "commits": MirrorSpec(
                bounds: TimeBounds(column: "date", window: .between(from: "since", to: "until")), key: ["sha"],
                backfill: .days(90), slice: .days(90), retention: .days(120),
                filters: ["owner": "GITHUB_OWNER", "repo": "GITHUB_REPO"].sorted { $0.key < $1.key }.map {
                    .init(name: $0.key, value: Template(parts: [.placeholder(.init(namespace: .input, key: $0.value))]))
                })
        ])

    static let sentry = source(
        "sentry", inputs: ["SENTRY_TOKEN"],
        tables: [
            table(
                "issues",
                [("id", .utf8), ("title", .utf8), ("count", .int64), ("first_seen", .utf8), ("last_seen", .utf8)])
        ],
        mirrors: [
            "issues": MirrorSpec(
                bounds: TimeBounds(column: "last_seen", window: .newestFirst), key: ["id"], backfill: .days(14))
        ])

    static let datadog: SourceSpec = {
        var datadog = source(
            "datadog", inputs: [],
            tables: [
                table(
                    "logs", [("id", .utf8), ("service", .utf8), ("message", .utf8), ("timestamp", .timestamp)],
                    filters: [
                        FilterSpec(name: "start", isRequired: true), FilterSpec(name: "end", isRequired: true),
                        FilterSpec(name: "query"), FilterSpec(name: "service", isLookupKey: true),
                    ])
            ], mirrors: [:])
        datadog.overlay.bounds["logs"] = TimeBounds(column: "timestamp", window: .between(from: "start", to: "end"))
        return datadog
    }()

    static func log(_ id: String, service: String, minutesAgo: Double) -> [Value] {
        [.text(id), .text(service), .text("line \(id)"), Value(start - .minutes(minutesAgo))]
    }

    /// One observation, so many minutes before the start.
    static func observation(
        _ id: String, trace: String = "t1", minutesAgo: Double, cost: Value = 0.01, name: String = "step",
        type: String = "GENERATION", level: String = "DEFAULT", output: Value = .null, end: Value? = nil
    ) -> [Value] {
        [
            .text(id), .text(trace), .text(type), .text(name), "gpt-4o", Value(start - .minutes(minutesAgo)),
            end ?? Value(start - .minutes(minutesAgo) + .seconds(1)), cost,
            100, 50, .text(level), "production", "planner", 3, .null, output,
        ]
    }

    static func commit(_ sha: String, minutesAgo: Double, message: String = "change", repo: String = "app") -> [Value] {
        [.text(sha), .text(message), "ana", .text((start - .minutes(minutesAgo)).iso8601Seconds), "acme", .text(repo)]
    }

    static func issue(_ id: String, firstMinutesAgo: Double, lastMinutesAgo: Double, count: Int64 = 5) -> [Value] {
        [
            .text(id), .text("RateLimitError \(id)"), .integer(count),
            .text((start - .minutes(firstMinutesAgo)).iso8601Seconds),
            .text((start - .minutes(lastMinutesAgo)).iso8601Seconds),
        ]
    }
}
