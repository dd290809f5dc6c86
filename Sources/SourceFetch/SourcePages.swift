import SourceSpec

/// Chooses who reads each scan.
package struct SourcePages: PageSource {
    private let pages: @Sendable (Scan) -> any PageSource
    /// Those that are chosen among.
    private let all: [any PageSource]

    package init(among all: [any PageSource], choosing pages: @escaping @Sendable (Scan) -> any PageSource) {
        (self.all, self.pages) = (all, pages)
    }

    /// Sources of files are read by the scanner, all others by the fetcher.
    package init(fetcher: SourceFetcher, scanner: FileScanner) {
        self.init(among: [fetcher]) { if case .file = $0.source.backend { scanner } else { fetcher } }
    }

    package func scan(
        _ scan: Scan, onRetryPause: @Sendable (RetryPause) async -> Void,
        onPage: @Sendable (Page) async throws -> ScanProgress
    ) async throws -> ScanOutcome {
        try await pages(scan).scan(scan, onRetryPause: onRetryPause, onPage: onPage)
    }

    package func requestCounts() -> [String: Int] {
        all.reduce(into: [:]) { $0.merge($1.requestCounts()) { $0 + $1 } }
    }

    package func limitCalls(of source: String, to limit: RateLimit?) {
        for pages in all { pages.limitCalls(of: source, to: limit) }
    }

    package func limit(of source: String) async -> RateLimit? {
        for pages in all { if let limit = await pages.limit(of: source) { return limit } }
        return nil
    }

    package func request(of scan: Scan) throws(SourceError) -> PlannedRequest { try pages(scan).request(of: scan) }
}
