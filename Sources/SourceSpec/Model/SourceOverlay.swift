package import Basics

/// The settings in `sources/<name>/overlay.yaml`, which Coral's DSL does not have.
package struct SourceOverlay: Hashable, Sendable {
    /// The provider's form of "retry after".
    package var retryDialect: RetryDialect = .retryAfter
    /// The rate budget shared by all readers of the source.
    package var budget: RateBudgetSpec = RateBudgetSpec()
    /// Rate limits of their own by name: the request paths that they count.
    package var buckets: [String: [String]] = [:]
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

extension SourceOverlay {
    /// The name of the rate limit that counts the requests of a path; empty for the source's general one.
    package func bucket(of path: String) -> String {
        buckets.sorted { $0.key < $1.key }.first { $0.value.contains { path.hasPrefix($0) } }?.key ?? ""
    }
}

/// At most this many requests in this time, and this many at once.
package struct RateBudgetSpec: Hashable, Sendable {
    /// The provider's refusals show the limit; ``requests`` and ``per`` have no meaning.
    package var isLearned: Bool
    package var requests: Int
    package var per: Span
    package var concurrency: Int

    package init(isLearned: Bool = false, requests: Int = 60, per: Span = .minutes(1), concurrency: Int = 4) {
        (self.isLearned, self.requests, self.per, self.concurrency) = (isLearned, requests, per, concurrency)
    }
}

/// How a table with a time column is mirrored.
package struct MirrorSpec: Hashable, Sendable {
    /// The column and the parameters that bound a window.
    package var bounds: TimeBounds
    package var key: [String]
    /// Read again before the watermark, for late rows.
    package var overlap = Span.minutes(15)
    /// A sync of all tables reads it again only after this time. A statement that reads it can request a newer state.
    package var every = Span.milliseconds(0)
    /// The history of the first read.
    package var backfill = Span.days(8)
    /// The longest window of one chain of requests.
    package var slice = Span.days(1)
    package var retention = Span.days(35)
    /// Query parameters that only the mirror sends: `fields=core,basic`.
    package var parameters: [Parameter] = []
    /// An older API to use if this one is refused.
    package var fallback: Fallback?
    /// Columns whose values are fetched only when a statement reads them.
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
        /// The filters that select the rows of one name: `type`, `name`.
        package var nameColumns: [String] = []
    }
}
