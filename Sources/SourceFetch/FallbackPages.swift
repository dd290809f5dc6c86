package import SourceSpec

/// Pages of sources that may have an older API, to which a mirror falls back after a 404.
package struct FallbackPages: PageSource {
    private let pages: any PageSource
    /// By source and table.
    private let fallbacks: [String: [String: MirrorSpec.Fallback]]

    package init(_ pages: any PageSource, of specs: [SourceSpec]) {
        self.pages = pages
        fallbacks = Dictionary(
            specs.map { ($0.name, $0.overlay.mirrors.compactMapValues(\.fallback)) },
            uniquingKeysWith: { first, _ in first })
    }

    package func scan(
        _ scan: Scan, onPage: @Sendable (Page) async throws -> ScanProgress
    ) async throws -> ScanOutcome {
        do {
            return try await pages.scan(scan, onPage: onPage)
        } catch let error as SourceError {
            guard error.kind == .notFound, scan.fallback == nil,
                let fallback = fallbacks[scan.source.name]?[scan.table.name]
            else { throw error }
            var older = scan
            older.fallback = fallback
            var outcome = try await pages.scan(older, onPage: onPage)
            outcome.calls += error.calls
            return outcome
        }
    }

    package func request(of scan: Scan) throws(SourceError) -> PlannedRequest { try pages.request(of: scan) }
}
