package import Basics
import SourceSpec

/// Reads the tables of sources of files: JSON, JSON lines and CSV below a `file://` location. Parquet and S3 are not supported.
package struct FileScanner: PageSource {
    private let inputs: @Sendable (String) -> String?
    private let clock: WallClock
    private let redaction: Redaction

    /// `inputs` returns the value of an environment variable; `~` is `HOME`.
    package init(
        inputs: @escaping @Sendable (String) -> String?, clock: WallClock = .system,
        redaction: Redaction = Redaction()
    ) {
        self.inputs = inputs
        self.clock = clock
        self.redaction = redaction
    }

    package func scan(
        _ scan: Scan, onRetryPause: @Sendable (RetryPause) async -> Void,
        onPage: @Sendable (Page) async throws -> ScanProgress
    ) async throws -> ScanOutcome {
        let plan = try FilePlan(scan, inputs: inputs, now: clock.now(), redaction: redaction)
        let pages = FilePages(plan)
        var outcome = ScanOutcome()
        while var page = try await pages.next() {
            try Task.checkCancellation()
            let isCut = outcome.take(&page, limit: plan.rowCap)
            if try await onPage(page) == .stop || isCut { return outcome }
        }
        return outcome
    }

    package func request(of scan: Scan) throws(SourceError) -> PlannedRequest {
        PlannedRequest(text: try FilePlan(scan, inputs: inputs, now: clock.now(), redaction: redaction).text)
    }
}
