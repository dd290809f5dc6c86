import Basics
import FoundationEssentials
import Testing

@testable import SourceSpec

@Suite("Overlays and the catalog")
struct OverlayTests {
    private static let manifest = """
        dsl_version: 3
        name: acme
        version: 1.0.0
        backend: http
        inputs: {ACME_TEAM: {kind: variable}}
        base_url: https://acme.example
        tables:
          - name: items
            description: Items.
            filters: [{name: team, required: true}]
            request: {path: "/teams/{{filter.team}}/items"}
            columns: [{name: id, type: Utf8}, {name: at, type: Timestamp}, {name: team, type: Utf8}]
        """

    private func parse(_ text: String) throws -> SourceOverlay {
        let spec = try ManifestParser.parse(text: Self.manifest, file: "manifest.yaml")
        return try OverlayParser.parse(text: text, file: "overlay.yaml", for: spec)
    }

    private static func mirror(_ rest: String) -> String {
        "mirrors:\n  items:\n    time_column: at\n    key: [id]\n    window: {from: since, to: until}\n"
            + "    filters: {team: \"{{input.ACME_TEAM}}\"}\n" + rest
    }

    @Test("an overlay is read completely")
    func whole() throws {
        let overlay = try parse(
            "retry: github\nbudget: {requests: 7, per: 10s, concurrency: 2}\nbase_url_input: ACME_BASE_URL\n"
                + Self.mirror(
                    """
                        time_format: epoch_seconds
                        overlap: 10m
                        backfill: 2d
                        slice: 6h
                        retention: 9d
                        rollups: true
                        parameters: {fields: "a,b"}
                        bodies: {columns: [team], group: team, parameters: {fields: c}}
                        fallback: {path: /v1/items, pagination: {mode: page, page_param: p, page_start: 1}}
                    """))
        #expect(overlay.retryDialect == .github && overlay.baseURLInput == "ACME_BASE_URL")
        #expect(overlay.budget == RateBudgetSpec(requests: 7, per: .seconds(10), concurrency: 2))
        let expected = MirrorSpec(
            bounds: TimeBounds(column: "at", window: .between(from: "since", to: "until"), format: .epochSeconds),
            key: ["id"],
            overlap: .minutes(10), backfill: .days(2), slice: .hours(6), retention: .days(9),
            parameters: [.init(name: "fields", value: "a,b")],
            fallback: .init(
                path: Template(literal: "/v1/items"),
                pagination: PaginationSpec(mode: .page(parameter: "p", start: 1, step: 1))),
            bodies: .init(columns: ["team"], groupColumn: "team", parameters: [.init(name: "fields", value: "c")]),
            rollups: true,
            filters: [
                .init(name: "team", value: Template(parts: [.placeholder(.init(namespace: .input, key: "ACME_TEAM"))]))
            ])
        #expect(overlay.mirrors == ["items": expected])
    }

    private static let misfits: [(String, String)] = [
        ("retry: githib", "1:8: retry: unknown value \"githib\". Did you mean \"github\"?"),
        ("mirrors: {itms: {}}", "1:11: mirrors: acme has no table \"itms\". Did you mean \"items\"?"),
        (
            "budget: {per: 1 minute}",
            "1:15: budget.per: a duration is required. Write a whole number and a unit: 30s, 15m, 4h or 8d."
        ),
        (
            "mirrors:\n  items:\n    time_column: at\n    key: [id]\n    window: newest_first",
            """
            3:5: mirrors.items: the required filter "team" has no value in the mirror. \
            Add "filters: {team: …}".
            """
        ),
        (mirror("    backfil: 1d"), "7:5: mirrors.items: unknown key \"backfil\". Did you mean \"backfill\"?"),
        (
            mirror("    backfill: 40d"),
            """
            7:15: mirrors.items.backfill: the retention is shorter than the backfill. \
            Keep at least the rows of the first read.
            """
        ),
        (
            mirror("").replacing("time_column: at", with: "time_column: id"),
            """
            3:18: mirrors.items.time_column: the column "id" is of type Utf8. \
            The time column must be a Timestamp.
            """
        ),
        (
            mirror("").replacing("[id]", with: "[ids]"),
            "4:10: mirrors.items.key: items has no column \"ids\". Did you mean \"id\"?"
        ),
    ]

    @Test("an overlay that does not match its manifest is reported with line and column", arguments: Self.misfits)
    func misfit(text: String, message: String) throws {
        let error = try #require(throws: ManifestDiagnostics.self) { try parse(text) }
        #expect(error.all.map(\.description) == ["overlay.yaml:\(message)"])
    }

    @Test("a broken source is a problem, and the others keep working")
    func catalog() throws {
        let directory =
            FileManager.default.temporaryDirectory.path + "/sentinel-catalog-\(UInt64.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        func write(_ file: String, _ bytes: [UInt8]) throws {
            let folder = "\(directory)/\(file.split(separator: "/")[0])"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Data(bytes).write(to: URL(filePath: "\(directory)/\(file)"))
        }
        try write("acme/manifest.yaml", Array(Self.manifest.utf8))
        try write("acme/overlay.yaml", Array("retry: sentry\n".utf8))
        try write("broken/manifest.yaml", Array("dsl_version: 3\nname: [\n".utf8))
        try write("latin/manifest.yaml", [0x6E, 0xE9])
        try write("twin/manifest.yaml", Array(Self.manifest.utf8))
        try write("notes/readme.txt", [])
        let catalog = SourceCatalog.load(directory: directory)
        #expect(catalog.specs.map(\.name) == ["acme"] && catalog["acme"]?.overlay.retryDialect == .sentry)
        #expect(catalog.problems.map(\.source) == ["broken", "latin", "twin"])
        #expect(catalog.problems[0].description.hasPrefix("\(directory)/broken/manifest.yaml:"))
        #expect(catalog.problems[1].description.contains("is not UTF-8"))
        #expect(catalog.problems[2].description.contains("another source is already named \"acme\""))
    }

    @Test("a missing sources folder is a problem")
    func missing() {
        let catalog = SourceCatalog.load(directory: "/nowhere/sources")
        #expect(
            catalog.specs.isEmpty
                && catalog.problems.map(\.description) == [
                    "The sources folder /nowhere/sources could not be read. Set another one with --sources."
                ])
    }
}
