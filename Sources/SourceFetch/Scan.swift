package import Basics
package import SourceSpec

/// One reading of a table or function: what to ask for, and when to stop.
package struct Scan: Hashable, Sendable {
    package var source: SourceSpec
    package var table: TableSpec
    /// Filter or argument values by name; only declared ones.
    package var filters: [String: Value]
    /// Query parameters beyond those of the manifest: the bounds of a mirror's window, its `fields`.
    package var extraParameters: [MirrorSpec.Parameter]
    /// The maximum number of rows; the outcome says if it was reached.
    package var rowLimit: Int?
    /// The requested columns; the others may be NULL. Nil for all. Only ClickHouse and Coral use it.
    package var columns: Set<String>?
    /// The maximum wait of one request for its turn or for a rate limit pause; nil for that of a statement.
    package var maxWait: Span?
    /// Pages may be answered by those that were read a moment ago. A mirror never reads the same page twice on purpose.
    package var usesPageCache: Bool
    /// Replaces the table's own request path and paging: an older API.
    package var fallback: MirrorSpec.Fallback?

    package init(
        source: SourceSpec, table: TableSpec, filters: [String: Value] = [:],
        extraParameters: [MirrorSpec.Parameter] = [], rowLimit: Int? = nil, columns: Set<String>? = nil,
        maxWait: Span? = nil, usesPageCache: Bool = true, fallback: MirrorSpec.Fallback? = nil
    ) {
        self.source = source
        self.table = table
        self.filters = filters
        self.extraParameters = extraParameters
        self.rowLimit = rowLimit
        self.columns = columns
        self.maxWait = maxWait
        self.usesPageCache = usesPageCache
        self.fallback = fallback
    }

    /// Bounds the rows' time: by a filter of the table where one has the name, else by a query parameter. A filter that
    /// is given already stays.
    package mutating func bound(by bounds: TimeBounds, from: Instant?, to: Instant?) {
        for bound in bounds.values(from: from, to: to) {
            guard let filter = table.filters.first(where: { $0.name == bound.name }) else {
                extraParameters.append(bound)
                continue
            }
            guard filters[filter.name] == nil else { continue }
            let number = filter.type == .int64 ? Int64(bound.value) : nil
            filters[filter.name] = number.map { .integer($0) } ?? .text(bound.value)
        }
    }
}

/// One page, already turned into rows in the order of the table's columns.
package struct Page: Hashable, Sendable {
    package var rows: [[Value]]
    /// Values that did not fit the column's type and became NULL, or members that were no rows.
    package var schemaWarnings: Int
    /// HTTP calls that this page took, retries counted.
    package var calls: Int
    /// The provider's clock at the answer, from its `Date` header.
    package var serverDate: Instant?

    package init(rows: [[Value]], schemaWarnings: Int = 0, calls: Int = 1, serverDate: Instant? = nil) {
        self.rows = rows
        self.schemaWarnings = schemaWarnings
        self.calls = calls
        self.serverDate = serverDate
    }
}

/// How a scan ended, when it did not fail.
package struct ScanOutcome: Hashable, Sendable {
    package var rows: Int
    package var calls: Int
    package var schemaWarnings: Int
    /// More rows exist than were taken: the row limit, the manifest's cap or the most pages was reached.
    package var isTruncated: Bool
    package var serverDate: Instant?

    package init(
        rows: Int = 0, calls: Int = 0, schemaWarnings: Int = 0, isTruncated: Bool = false, serverDate: Instant? = nil
    ) {
        self.rows = rows
        self.calls = calls
        self.schemaWarnings = schemaWarnings
        self.isTruncated = isTruncated
        self.serverDate = serverDate
    }
}

/// Reads tables page by page. Only complete pages are passed on.
///
/// `SourceFetcher` reads from providers, `FileScanner` reads files, `SourcePages` chooses between the two. Tests and benchmarks use
/// recorded pages.
package protocol PageSource: Sendable {
    /// Calls `onPage` for each page in order; `.stop` ends the scan without truncating it.
    ///
    /// - Throws: ``SourceError``, or `CancellationError`.
    func scan(
        _ scan: Scan, onPage: @Sendable (Page) async throws -> ScanProgress
    ) async throws -> ScanOutcome

    /// The same. `onSilence` is called before the scan waits for a rate limit pause that is longer than the wait of a statement.
    func scan(
        _ scan: Scan, onRetryPause: @Sendable (RetryPause) async -> Void,
        onPage: @Sendable (Page) async throws -> ScanProgress
    ) async throws -> ScanOutcome

    /// What the first request of a scan would be, without its secrets. Asks nothing.
    func request(of scan: Scan) throws(SourceError) -> PlannedRequest
}

extension PageSource {
    /// For sources without rate limit pauses.
    package func scan(
        _ scan: Scan, onRetryPause: @Sendable (RetryPause) async -> Void,
        onPage: @Sendable (Page) async throws -> ScanProgress
    ) async throws -> ScanOutcome {
        try await self.scan(scan, onPage: onPage)
    }
}

/// A rate limit pause: the provider is not called before `until`; `error` is its response.
package struct RetryPause: Hashable, Sendable {
    package var error: SourceError
    package var until: Instant
}

/// A request that was not made.
package struct PlannedRequest: Hashable, Sendable {
    /// `GET https://api.github.com/repos/acme/app/commits?since=…`, or a statement of another engine.
    package var text: String
    /// Rows that one request brings at most; nil where the provider decides.
    package var pageSize: Int?

    package init(text: String, pageSize: Int? = nil) {
        (self.text, self.pageSize) = (text, pageSize)
    }
}

package enum ScanProgress: Hashable, Sendable { case more, stop }

/// Why a source returned no rows, and what to do. Never contains a secret.
package struct SourceError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        case notConfigured
        /// 401, 403, or a login page with status 200.
        case notAuthorised
        /// 404. On a table with a fallback it means: use the older API.
        case notFound
        case rateLimited(retryAfter: Span?)
        /// 422 of Langfuse, 413: ask for less.
        case tooMuch
        case unavailable
        case timedOut
        /// An answer that is no JSON, half a JSON, or JSON of another shape.
        case malformed
        case refusedByProvider
        /// A part of the DSL, or of SQL, that is parsed but not supported.
        case unsupported
        case missingFilter
    }

    package var kind: Kind
    package var source: String
    /// The request, without secrets: `GET https://api.github.com/repos/acme/app/commits`.
    package var request: String
    /// The response and why it is an error, as a sentence.
    package var reason: String
    /// What to do, as a sentence.
    package var remedy: String
    package var calls: Int

    package init(
        kind: Kind, source: String, request: String = "", reason: String, remedy: String, calls: Int = 0
    ) {
        self.kind = kind
        self.source = source
        self.request = request
        self.reason = reason
        self.remedy = remedy
        self.calls = calls
    }

    package var description: String {
        let what = request.isEmpty ? "" : " (\(request))"
        return "\(source): \(reason)\(what) \(remedy)"
    }
}
