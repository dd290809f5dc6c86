package import Basics
package import SourceSpec

/// One read of a table or function: what to request, and when to stop.
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
    /// Unchanged pages may come from the page cache. A mirror does not use it: it does not read a page twice.
    package var usesPageCache: Bool
    /// Replaces the table's own request path and paging: an older API.
    package var fallback: MirrorSpec.Fallback?
    package var priority: RequestPriority
    /// The reader asks for less after a time-out, so the same request is not sent again.
    package var isDivisible = false

    package init(
        source: SourceSpec, table: TableSpec, filters: [String: Value] = [:],
        extraParameters: [MirrorSpec.Parameter] = [], rowLimit: Int? = nil, columns: Set<String>? = nil,
        maxWait: Span? = nil, usesPageCache: Bool = true, fallback: MirrorSpec.Fallback? = nil,
        priority: RequestPriority = .detection
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
        self.priority = priority
    }

    /// Bounds the time of the rows: by the table's filter of that name, else by a query parameter. A filter that is already
    /// set is kept.
    package mutating func limit(by bounds: TimeBounds, from: Instant?, to: Instant?) {
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
    /// Values that did not match the column's type and became NULL, or elements that were not rows.
    package var schemaWarnings: Int
    /// HTTP calls for this page, with retries.
    package var calls: Int
    /// The provider's clock at the response, from its `Date` header.
    package var serverDate: Instant?

    package init(rows: [[Value]], schemaWarnings: Int = 0, calls: Int = 1, serverDate: Instant? = nil) {
        (self.rows, self.schemaWarnings) = (rows, schemaWarnings)
        (self.calls, self.serverDate) = (calls, serverDate)
    }
}

/// How a scan ended, when it did not fail.
package struct ScanOutcome: Hashable, Sendable {
    package var rows: Int
    package var calls: Int
    package var schemaWarnings = 0
    /// More rows exist: the row limit, or the manifest's maximum of rows or pages, was reached.
    package var isTruncated: Bool
    package var serverDate: Instant?

    package init(rows: Int = 0, calls: Int = 0, isTruncated: Bool = false, serverDate: Instant? = nil) {
        (self.rows, self.calls, self.isTruncated, self.serverDate) = (rows, calls, isTruncated, serverDate)
    }

    /// Counts a page, which keeps at most the rows that `limit` leaves. True if rows were dropped: the scan ends.
    mutating func take(_ page: inout Page, limit: Int?) -> Bool {
        let isCut = page.rows.truncate(to: limit.map { max(0, $0 - rows) } ?? .max)
        rows += page.rows.count
        calls += page.calls
        schemaWarnings += page.schemaWarnings
        serverDate = page.serverDate ?? serverDate
        isTruncated = isTruncated || isCut
        return isCut
    }
}

extension [[Value]] {
    /// Drops the rows after the first `limit`. True if there were more.
    package mutating func truncate(to limit: Int) -> Bool {
        guard count > limit else { return false }
        removeLast(count - limit)
        return true
    }
}

/// Reads tables page by page. Only complete pages are passed on.
///
/// `SourceFetcher` reads from providers, `FileScanner` reads files, `SourcePages` chooses between the two. Tests and benchmarks use
/// recorded pages.
package protocol PageSource: Sendable {
    /// Calls `onPage` for each page in order; `.stop` ends the scan without truncating it. `onRetryPause` is called before the scan
    /// waits for a rate limit pause that is longer than the wait of a statement.
    ///
    /// - Throws: ``SourceError``, or `CancellationError`.
    func scan(
        _ scan: Scan, onRetryPause: @Sendable (RetryPause) async -> Void,
        onPage: @Sendable (Page) async throws -> ScanProgress
    ) async throws -> ScanOutcome

    /// The requests that were sent since the start, by source: every try, redirect and page. Empty where they are not counted.
    func requestCounts() -> [String: Int]

    /// Asks a source at most this often, whatever its provider would allow; nil to find out.
    func limitCalls(of source: String, to limit: RateLimit?)

    /// The limit of a source that was asked before; nil if none is known.
    func limit(of source: String) async -> RateLimit?

    /// The first request of a scan, without its secrets. Makes no calls.
    func request(of scan: Scan) throws(SourceError) -> PlannedRequest
}

extension PageSource {
    package func requestCounts() -> [String: Int] { [:] }

    package func limitCalls(of source: String, to limit: RateLimit?) {}

    package func limit(of source: String) async -> RateLimit? { nil }

    package func scan(_ scan: Scan, onPage: @Sendable (Page) async throws -> ScanProgress) async throws -> ScanOutcome {
        try await self.scan(scan, onRetryPause: { _ in }, onPage: onPage)
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
    /// The maximum rows of one request; nil where the provider decides.
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
        /// 404.
        case notFound
        case rateLimited(retryAfter: Span?)
        /// 422 of Langfuse, 413: request less.
        case tooMuch
        case unavailable
        case timedOut
        /// The response is not JSON, is incomplete, or has another shape.
        case malformed
        case refusedByProvider
        /// A part of the manifest language, or of SQL, that is parsed but not supported.
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
    /// Of the response, if a complete one came.
    package var status: Int?

    package init(
        kind: Kind, source: String, request: String = "", reason: String, remedy: String, calls: Int = 0
    ) {
        (self.kind, self.source, self.request) = (kind, source, request)
        (self.reason, self.remedy, self.calls) = (reason, remedy, calls)
    }

    /// The source, the reason and the request.
    package var sentence: String { "\(source): \(reason)" + (request.isEmpty ? "" : " (\(request))") }
    package var description: String { "\(sentence) \(remedy)" }
}
