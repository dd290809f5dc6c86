import Basics
import HTTPClient
import SourceEngine
import SourceFetch
import SourceSpec

/// An input is a manifest, and after a line `%overlay` its overlay.
///
/// Problems are reported with positions in the text, in order, each once. A valid source has tables with a first request and names
/// that the SQL layer accepts.
enum ManifestSubject {
    private static let separator = "\n%overlay\n"

    static var seeds: [[UInt8]] {
        Seeds.specs.compactMap { spec in
            let folder = "\(Seeds.folder)/\(spec.name)"
            guard let manifest = Seeds.bytes(of: "\(folder)/manifest.yaml") else { return nil }
            return manifest + Array(separator.utf8) + (Seeds.bytes(of: "\(folder)/overlay.yaml") ?? [])
        }
    }

    static func check(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        let parts = text.split(separator: separator, maxSplits: 1, omittingEmptySubsequences: false).map { String($0) }
        guard
            var spec = read(
                parts[0],
                { text throws(ManifestDiagnostics) in
                    try ManifestParser.parse(text: text, file: "manifest.yaml")
                })
        else { return }
        if parts.count > 1,
            let overlay = read(
                parts[1],
                { text throws(ManifestDiagnostics) in
                    try OverlayParser.parse(text: text, file: "overlay.yaml", for: spec)
                })
        {
            spec.overlay = overlay
        }
        checkSource(spec)
    }

    private static func read<Spec: Hashable>(
        _ text: String, _ parse: (String) throws(ManifestDiagnostics) -> Spec
    ) -> Spec? {
        do throws(ManifestDiagnostics) {
            let spec = try parse(text)
            promise("a manifest is read the same twice", spec == (try parse(text)))
            return spec
        } catch {
            check(error.all, of: text)
            return nil
        }
    }

    private static func check(_ diagnostics: [ManifestDiagnostic], of text: String) {
        promise("a refusal says why", !diagnostics.isEmpty)
        promise("nothing is said twice", Set(diagnostics).count == diagnostics.count)
        let lines = YAMLLines(text).lines
        var last = (line: 1, column: 1)
        for diagnostic in diagnostics {
            let place = (line: diagnostic.line, column: diagnostic.column)
            promise("\(diagnostic) has a line", lines.indices.contains(place.line - 1))
            let line = lines[place.line - 1]
            promise("\(diagnostic) has a column", (1...line.count + 1).contains(place.column))
            promise("\(diagnostic) shows its line", Substring(line) == diagnostic.lineText)
            promise("\(diagnostic) is in order", last <= place)
            promise("\(diagnostic) says why", !diagnostic.reason.isEmpty && !diagnostic.remedy.isEmpty)
            promise("its caret is drawn", diagnostic.illustrated.hasSuffix("^"))
            last = place
        }
    }

    private static func checkSource(_ spec: SourceSpec) {
        let tables = spec.tables + spec.functions
        promise("a source has tables", !tables.isEmpty)
        promise("names differ", Set(tables.map { $0.name.lowercased() }).count == tables.count)
        for table in tables {
            promise("\(table.name) has columns", !table.columns.isEmpty)
            let filters = table.filters.map { ($0.name, Value.text($0.allowedValues.first ?? "7")) }
            checkRequest(of: Scan(source: spec, table: table))
            let all = Dictionary(filters, uniquingKeysWith: { first, _ in first })
            checkRequest(of: Scan(source: spec, table: table, filters: all))
        }
        promise(
            "a statement of nothing is one", (try? DialectProbe(specs: [spec], now: now).rewrite("SELECT 1")) != nil)
    }

    private static let now = Instant(milliseconds: 1_795_489_200_000)
    /// Says what it would ask, and asks nothing.
    private static let pages = SourcePages(
        fetcher: SourceFetcher(client: HTTPClient(), inputs: { _ in "given" }, clock: WallClock { now }),
        scanner: FileScanner(inputs: { _ in "/given" }, clock: WallClock { now }))

    /// A request, or a sentence why there is none.
    private static func checkRequest(of scan: Scan) {
        do throws(SourceError) {
            let request = try pages.request(of: scan)
            promise("a request is something", !request.text.isEmpty)
        } catch {
            promise("a refusal says why", !error.reason.isEmpty)
        }
    }
}
