import Basics
import SourceSpec

/// The rows of one statement, in the order of the table's columns.
struct CoralTableAnswer: Sendable {
    var rows: [[Value]]
    /// Values that did not fit their column.
    var warnings: Int
}

/// Decides how many rows to ask Coral for, and whether an answer is all that there is.
///
/// Coral cuts silently at the manifest's `fetch_limit_default`, and its JSON does not say so: an answer of just that many
/// rows counts as cut. A table that its API lists newest first, with no bound of time, is asked for with a growing limit,
/// so that its reader, who stops at what it knows, does not have the whole list fetched each time.
struct CoralReading {
    enum Next: Hashable, Sendable { case done, askForMore }

    private let scan: Scan
    private let statement: CoralStatement
    /// The limits of the runs still to come; nil is none.
    private var limits: [Int?]
    private var delivered = 0
    private(set) var outcome = ScanOutcome()

    init(_ scan: Scan, _ statement: CoralStatement) {
        (self.scan, self.statement) = (scan, statement)
        if statement.window != nil {
            // Rows are dropped afterwards, so how many are to be read cannot be said.
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

    /// What the next statement may bring at most.
    var limit: Int? { limits.first ?? nil }

    /// The page that an answer makes, and whether another statement is to follow.
    ///
    /// - Throws: ``SourceError`` of kind `unsupported` where rows of the window are out of reach.
    mutating func take(_ answer: CoralTableAnswer) throws(SourceError) -> (Page, Next) {
        let isCut = isCut(answer)
        let hasMore = limits.count > 1 && isCut
        if let window = statement.window, isCut, !reaches(window, answer.rows) { throw outOfReach() }
        // What the statement before brought comes again, in its place.
        var rows = Array(answer.rows.dropFirst(delivered))
        delivered = max(delivered, answer.rows.count)
        if let window = statement.window { rows.removeAll { !window.contains($0) } }
        if isCut, !hasMore, statement.window == nil { outcome.isTruncated = true }
        if let limit = scan.rowLimit, rows.count > limit {
            rows.removeLast(rows.count - limit)
            outcome.isTruncated = true
        }
        let page = Page(rows: rows, schemaWarnings: max(0, answer.warnings - outcome.schemaWarnings))
        limits.removeFirst()
        outcome.rows += rows.count
        outcome.calls += 1
        outcome.schemaWarnings += page.schemaWarnings
        return (page, hasMore ? .askForMore : .done)
    }

    // MARK: Cuts

    private func isCut(_ answer: CoralTableAnswer) -> Bool {
        let count = answer.rows.count
        if let limit, count >= limit { return true }
        let pagination = scan.table.pagination
        let mostOfPages = pagination.pageSize.map {
            $0.defaultSize.multipliedReportingOverflow(by: pagination.maximumPages)
        }
        return [scan.table.fetchLimitDefault, mostOfPages.map { $0.overflow ? .max : $0.partialValue }]
            .compactMap { $0 }.contains(count)
    }

    /// The rows come newest first and go back beyond the window's start, so none of the window's are missing.
    private func reaches(_ window: CoralStatement.TimeWindow, _ rows: [[Value]]) -> Bool {
        let times = rows.compactMap { $0[window.place].instant }
        guard let from = window.from, let last = times.last, last < from else { return false }
        return zip(times, times.dropFirst()).allSatisfy { $0 >= $1 }
    }

    /// Asking for a shorter time would bring the same rows again.
    private func outOfReach() -> SourceError {
        let name = "\(scan.source.name).\(scan.table.name)"
        return SourceError(
            kind: .unsupported, source: scan.source.name,
            reason: "Coral cuts \(name) off before the time that was asked for, and no filter of it bounds the time.",
            remedy:
                "Give its bounds of time a filter in sources/\(scan.source.name)/manifest.yaml, or set the engine to "
                + "`embedded`.", calls: outcome.calls + 1)
    }
}
