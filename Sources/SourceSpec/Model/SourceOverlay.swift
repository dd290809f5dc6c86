package import Basics

/// The settings in `sources/<name>/overlay.yaml`, which Coral's DSL does not have.
package struct SourceOverlay: Hashable, Sendable {
    /// The provider's form of "retry after".
    package var retryDialect: RetryDialect = .retryAfter
    /// The rate budget shared by all readers of the source: at most this many requests in this time.
    package var budget: RateBudgetSpec = RateBudgetSpec()
    /// By table name.
    package var mirrors: [String: MirrorSpec] = [:]
    /// The environment variable that sets the address, and the path of the manifest's base that it replaces:
    /// `GITHUB_BASE_URL`.
    package var baseURLInput: String?
    /// The request path that the address of ``baseURLInput`` already is: `/graphql`.
    package var baseURLPath: String?
    /// By table name: how the API bounds the time of a live table.
    package var bounds: [String: TimeBounds] = [:]
    /// By table name: the path of the field that says whether more rows follow, `true` or `false`.
    package var morePaths: [String: [String]] = [:]
}

/// `reference`: provider-apis, cross-cutting consequence 1.
package enum RetryDialect: String, CaseIterable, Hashable, Sendable {
    /// `Retry-After` in seconds or as an HTTP date: Langfuse, Slack.
    case retryAfter = "retry_after"
    /// GitHub: 403 as well as 429, `retry-after`, else `x-ratelimit-reset` in epoch seconds when nothing remains.
    case github
    /// Sentry: `X-Sentry-Rate-Limit-Reset` in epoch seconds.
    case sentry
    /// Datadog, PagerDuty: seconds until the reset.
    case secondsUntilReset = "seconds_until_reset"
    /// Linear: HTTP 400 with `RATELIMITED` inside.
    case linear
}

package struct RateBudgetSpec: Hashable, Sendable {
    package var requests: Int
    package var per: Span
    package var concurrency: Int

    package init(requests: Int = 60, per: Span = .minutes(1), concurrency: Int = 4) {
        self.requests = requests
        self.per = per
        self.concurrency = concurrency
    }
}

/// How a table with a time column is mirrored.
package struct MirrorSpec: Hashable, Sendable {
    /// The column and the parameters that a window is bound by.
    package var bounds: TimeBounds
    package var key: [String]
    /// Read again before the watermark, for late rows.
    package var overlap = Span.minutes(15)
    /// How old it may become before a sync of everything reads it again; a statement that reads it asks for what it needs.
    package var every = Span.milliseconds(0)
    /// The history of the first read, and the longest window of one request chain.
    package var backfill = Span.days(8)
    package var slice = Span.days(1)
    package var retention = Span.days(35)
    /// Query parameters that only the mirror sends: `fields=core,basic`.
    package var parameters: [Parameter] = []
    /// An older API to use if this one returns 404.
    package var fallback: Fallback?
    /// Columns whose values are fetched only for the rows that a statement reads them of.
    package var bodies: Bodies?
    /// Hourly and per-trace sums are also kept.
    package var rollups = false
    /// Constant filters of the mirrored scan, as templates over inputs: `owner: "{{input.GITHUB_OWNER}}"`.
    package var filters: [Filter] = []

    package struct Parameter: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            (self.name, self.value) = (name, value)
        }
    }

    package struct Filter: Hashable, Sendable {
        package var name: String
        package var value: Template
    }

    package struct Fallback: Hashable, Sendable {
        package var path: Template
        package var pagination: PaginationSpec
        package var parameters: [Parameter] = []
    }

    package struct Bodies: Hashable, Sendable {
        package var columns: [String]
        /// The filter by which rows are fetched together: `trace_id`.
        package var groupColumn: String
        package var parameters: [Parameter]
    }
}
