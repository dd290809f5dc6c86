import Basics
import SQLiteKit
import SourceFetch
import SourceSpec

/// One scan of a live table, and where to stop when the API takes no lower bound of time.
struct LiveRequest: Hashable, Sendable {
    var scan: Scan
    var oldest: Instant?
    var timePosition: Int?

    /// The same request always has the same key; the rest of the scan follows from the table.
    var key: Key {
        Key(
            table: QualifiedName(scan.source.name, scan.table.name), filters: scan.filters,
            parameters: scan.extraParameters, columns: scan.columns, limit: scan.rowLimit, oldest: oldest)
    }

    /// The same request to the older API of the overlay; nil if it has none.
    var older: LiveRequest? {
        guard let fallback = scan.source.overlay.mirrors[scan.table.name]?.fallback else { return nil }
        var request = self
        request.scan.fallback = fallback
        return request
    }

    struct Key: Hashable, Sendable {
        var table: QualifiedName
        var filters: [String: Value]
        var parameters: [MirrorSpec.Parameter]
        var columns: Set<String>?
        var limit: Int?
        var oldest: Instant?
    }

    /// The scans for the accepted conditions: one for each combination of the values of `IN` lists.
    static func all(
        for spec: LiveTableSpec, _ bound: [VirtualBinding], maximum: Int, now: Instant
    ) throws -> [LiveRequest] {
        var base = Scan(source: spec.source, table: spec.table)
        var combinations: [[String: Value]] = [[:]]
        var window = Interval(from: Instant(milliseconds: .min), to: Instant(milliseconds: .max))
        for binding in bound {
            if binding.comparison == .limit {
                base.rowLimit = binding.values.first?.integer.flatMap { $0 > 0 ? $0 : nil }
            } else if let filter = binding.column.flatMap({ spec.filters[$0] }) {
                combinations = try multiply(combinations, filter, binding, spec, maximum)
            } else if let moment = binding.values.first.flatMap(TimeText.instant) {
                narrow(&window, binding.comparison, moment)
            }
        }
        return combinations.map { filters in
            base.filters = filters
            return request(base, window, spec, now: now)
        }
    }

    private static func multiply(
        _ combinations: [[String: Value]], _ filter: FilterSpec, _ binding: VirtualBinding, _ spec: LiveTableSpec,
        _ maximum: Int
    ) throws -> [[String: Value]] {
        var seen: Set<Value> = []
        let values = binding.values.filter { seen.insert($0).inserted }
            .map { binding.comparison == .like ? unwrapped($0) : $0 }
        let given = values.filter { !$0.isNull }
        // A function's argument is NULL if it was omitted; a column never equals NULL.
        if spec.isFunction, given.isEmpty {
            guard !filter.isRequired else { throw VirtualTableRefusal(spec.missing([filter.name])) }
            return combinations
        }
        guard combinations.count * given.count <= maximum else {
            throw QueryError(
                .tooLarge, "\(spec.name) would need more than \(maximum) requests for this statement.",
                remedy: "Use fewer values of \(filter.name), or raise --max-calls.")
        }
        return combinations.flatMap { known in
            given.map { known.merging([filter.name: $0]) { $1 } }
        }
    }

    /// `%text%` without its percent signs.
    private static func unwrapped(_ value: Value) -> Value {
        guard case .text(let text) = value else { return value }
        var inner = text[...]
        while inner.first == "%" { inner.removeFirst() }
        while inner.last == "%" { inner.removeLast() }
        return .text(String(inner))
    }

    private static func narrow(
        _ window: inout Interval, _ comparison: VirtualCondition.Operator, _ moment: Instant
    ) {
        switch comparison {
        case .greater, .greaterOrEqual: window.from = max(window.from, moment)
        // The API's upper bound is exclusive; SQLite checks the rows again.
        case .less, .lessOrEqual: window.to = min(window.to, moment + .milliseconds(1))
        default: break
        }
    }

    private static func request(
        _ scan: Scan, _ window: Interval, _ spec: LiveTableSpec, now: Instant
    ) -> LiveRequest {
        var request = LiveRequest(scan: scan)
        guard let bounds = spec.bounds else { return request }
        let from = window.from.milliseconds > .min ? window.from : nil
        let to = window.to.milliseconds < .max ? window.to : nil
        // A required end is the end of this minute, so that equal requests within it are cached.
        let isEndRequired = spec.table.filters.contains { $0.isRequired && $0.name == bounds.names.last }
        let end = to ?? (isEndRequired && bounds.names.count > 1 ? now.floored(to: .minutes(1)) + .minutes(1) : nil)
        request.scan.limit(by: bounds, from: from, to: end)
        if case .newestFirst = bounds.window {
            request.oldest = from
            request.timePosition = spec.table.columns.firstIndex { $0.name == bounds.column }
        }
        return request
    }
}
