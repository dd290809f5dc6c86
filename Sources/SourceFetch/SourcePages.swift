import SourceSpec

/// Sends each scan of a file source to the scanner, and every other one to the fetcher.
package struct SourcePages: PageSource {
    private let fetcher: SourceFetcher
    private let scanner: FileScanner

    package init(fetcher: SourceFetcher, scanner: FileScanner) {
        (self.fetcher, self.scanner) = (fetcher, scanner)
    }

    package func scan(
        _ scan: Scan, onPage: @Sendable (Page) async throws -> ScanProgress
    ) async throws -> ScanOutcome {
        try await pages(for: scan).scan(scan, onPage: onPage)
    }

    package func request(of scan: Scan) throws(SourceError) -> PlannedRequest {
        try pages(for: scan).request(of: scan)
    }

    private func pages(for scan: Scan) -> any PageSource {
        if case .file = scan.source.backend { scanner } else { fetcher }
    }
}
