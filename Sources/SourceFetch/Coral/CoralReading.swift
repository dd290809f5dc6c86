import Basics
import SourceSpec

/// The rows of one statement, in the order of the table's columns.
struct CoralTableAnswer: Sendable {
    var rows: [[Value]]
    /// Values that did not fit their column.
    var warnings: Int
}

/// Decides how many rows to request from Coral, and whether an answer is complete.
///
/// Coral silently truncates at the manifest's `fetch_limit_default`, so an answer with exactly that many rows counts as truncated. A
/// table that its API lists newest first without a time bound is requested with a growing limit: its reader stops at known rows,
/// so the whole list need not be fetched each time.
struct CoralReading {
    private let scan: Scan
    private let statement: CoralStatement
    /// The limits of the remaining runs; nil is no limit.
    private var limits: [Int?]
    private var delivered = 0
    private(set) var outcome = ScanOutcome()

    init(_ scan: Scan, _ statement: CoralStatement) {
        (self.scan, self.statement) = (scan, statement)
        if statement.window != nil {
            // Rows are dropped afterwards, so the number of rows to read is unknown.
            limits = [nil]
        } else if let limit = scan.rowLimit {
            limits = [limit]
        } else if case .newestFirst = scan.timeBounds?.window {
            let page = max(1, scan.table.pagination.pageSize?.maximum ?? 100)
            let cap = scan.table.fetchLimitDefault ?? .max
            limits = [page, 10 * page, 100 * page].filter { $0 < cap } + [nil]
        } else {
            limits = [nil]
        }
    }

    /// The maximum rows of the next statement.
    var limit: Int? { limits.first ?? nil }

    /// The page of a response, and whether another statement follows.
    ///
    /// - Throws: ``SourceError`` of kind `unsupported` if rows of the window cannot be read.
    mutating func take(_ answer: CoralTableAnswer) throws(SourceError) -> (Page, hasMore: Bool) {
        let isCut = isCut(answer)
        let hasMore = limits.count > 1 && isCut
        if let window = statement.window, isCut, !covers(window, answer.rows) { throw incompleteWindow() }
        // The rows of the previous statement are returned again, at the same positions.
        var rows = Array(answer.rows.dropFirst(delivered))
        delivered = max(delivered, answer.rows.count)
        if let window = statement.window { rows.removeAll { !window.contains($0) } }
        if isCut, !hasMore, statement.window == nil { outcome.isTruncated = true }
        var page = Page(rows: rows, schemaWarnings: max(0, answer.warnings - outcome.schemaWarnings))
        _ = outcome.take(&page, limit: scan.rowLimit)
        limits.removeFirst()
        return (page, hasMore)
    }

    // MARK: Cuts

    private func isCut(_ answer: CoralTableAnswer) -> Bool {
        let count = answer.rows.count
        if let limit, count >= limit { return true }
        let pagination = scan.table.pagination
        let maxOfPages = pagination.pageSize.map {
            $0.defaultSize.multipliedReportingOverflow(by: pagination.maximumPages)
        }
        return [scan.table.fetchLimitDefault, maxOfPages.map { $0.overflow ? .max : $0.partialValue }]
            .compactMap { $0 }.contains(count)
    }

    /// The rows are newest first and the last is older than the window, so no row of the window is missing.
    private func covers(_ window: CoralStatement.TimeWindow, _ rows: [[Value]]) -> Bool {
        let times = rows.compactMap { $0[window.place].instant }
        guard let from = window.from, let last = times.last, last < from else { return false }
        return zip(times, times.dropFirst()).allSatisfy { $0 >= $1 }
    }

    /// A request for a shorter time would return the same rows.
    private func incompleteWindow() -> SourceError {
        let name = "\(scan.source.name).\(scan.table.name)"
        return SourceError(
            kind: .unsupported, source: scan.source.name,
            reason: "Coral truncates \(name) before the requested time, and no filter bounds its time.",
            remedy:
                "Add a filter for its time in sources/\(scan.source.name)/manifest.yaml, or set the engine to "
                + "`embedded`.", calls: outcome.calls + 1)
    }
}
