import SourceSpec

/// Sends each scan of a file source to the scanner, and every other one to the fetcher.
package struct SourcePages: PageSource {
    private let pages: @Sendable (Scan) -> any PageSource

    package init(choosing pages: @escaping @Sendable (Scan) -> any PageSource) {
        self.pages = pages
    }

    /// A source of files goes to the scanner, every other one to the fetcher.
    package init(fetcher: SourceFetcher, scanner: FileScanner) {
        self.init { if case .file = $0.source.backend { scanner } else { fetcher } }
    }

    package func scan(
        _ scan: Scan, onPage: @Sendable (Page) async throws -> ScanProgress
    ) async throws -> ScanOutcome {
        try await pages(scan).scan(scan, onPage: onPage)
    }

    package func scan(
        _ scan: Scan, onRetryPause: @Sendable (RetryPause) async -> Void,
        onPage: @Sendable (Page) async throws -> ScanProgress
    ) async throws -> ScanOutcome {
        try await pages(scan).scan(scan, onRetryPause: onRetryPause, onPage: onPage)
    }

    package func request(of scan: Scan) throws(SourceError) -> PlannedRequest { try pages(scan).request(of: scan) }
}
