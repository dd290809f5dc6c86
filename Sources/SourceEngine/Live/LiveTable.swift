import Basics
import SQLiteKit
import SourceFetch
import SourceSpec

/// A virtual table that reads its rows from the provider, with as many conditions of the statement as the API supports.
final class LiveTable: VirtualTable {
    static let moduleName = "sentinel_live"

    let spec: LiveTableSpec
    private let asking: (any LiveAsking)?

    var columns: [VirtualColumn] { spec.columns }

    /// `arguments` are the schema and the table. Without `runner` the table can be declared but not read.
    init(named arguments: [String], among specs: [LiveTableSpec], runner: (any LiveAsking)?) throws {
        guard arguments.count == 2,
            let spec = specs.first(where: { $0.source.name == arguments[0] && $0.sqlName == arguments[1] })
        else { throw VirtualTableRefusal("no source has \(arguments.joined(separator: "."))") }
        self.spec = spec
        asking = runner
    }

    func plan(_ conditions: [VirtualCondition], isOrdered: Bool) throws -> VirtualPlan {
        var accepted: [VirtualPlan.Accepted] = []
        var met: Set<String> = []
        var isComplete = !isOrdered
        var limit: Int?
        for (place, condition) in conditions.enumerated() {
            switch condition.comparison {
            case .limit: limit = condition.isUsable ? place : nil
            case .offset: isComplete = false
            default:
                if let taken = try take(condition, place, met) {
                    accepted.append(taken)
                    if let name = condition.column.flatMap({ spec.filters[$0]?.name }) { met.insert(name) }
                    isComplete = isComplete && taken.isExact
                } else {
                    isComplete = false
                }
            }
        }
        met.formUnion(boundNames(accepted, conditions))
        let missing = spec.filters.sorted { $0.key < $1.key }.map(\.value)
            .filter { $0.isRequired && !met.contains($0.name) }.map(\.name)
        guard missing.isEmpty else { throw VirtualTableRefusal(spec.missing(missing)) }
        for place in accepted.indices where isIgnored(accepted[place], conditions, given: met) {
            accepted[place].isExact = false
            isComplete = false
        }
        let exact = accepted.count(where: \.isExact)
        if let limit, isComplete { accepted.append(.init(condition: limit, isExact: false)) }
        // A response has a few dozen rows when filtered, some hundreds when not. A call costs as much as 10 000 rows.
        return VirtualPlan(accepted: accepted, cost: exact > 0 ? 10_000 : 100_000, rows: exact > 0 ? 25 : 1000)
    }

    private func take(
        _ condition: VirtualCondition, _ place: Int, _ met: Set<String>
    ) throws -> VirtualPlan.Accepted? {
        guard let column = condition.column else { return nil }
        if let filter = spec.filters[column] {
            let isEcho = spec.echoes.contains(column)
            switch (condition.comparison, filter.mode) {
            case (.equal, _):
                guard condition.isUsable else {
                    if isEcho { throw VirtualTableRefusal(spec.missing([filter.name])) }
                    return nil
                }
                let isWanted =
                    condition.isLiteral || condition.isList || isEcho || filter.isRequired || filter.isLookupKey
                guard isWanted, !met.contains(filter.name) else { return nil }
                return .init(condition: place, isExact: true, asList: condition.isList)
            case (.like, .search), (.like, .contains):
                return condition.isUsable && condition.isLiteral ? .init(condition: place, isExact: isEcho) : nil
            default:
                guard columns[column].isHidden else { return nil }
                throw VirtualTableRefusal("\(spec.name): \(filter.name) is a parameter and supports only = and IN.")
            }
        }
        return isTimeBound(condition, column) ? .init(condition: place, isExact: false) : nil
    }

    /// The request for these filters does not send this one, and its column has its own values, so SQLite checks it.
    private func isIgnored(
        _ taken: VirtualPlan.Accepted, _ conditions: [VirtualCondition], given names: Set<String>
    ) -> Bool {
        guard let column = conditions[taken.condition].column, let filter = spec.filters[column],
            !spec.echoes.contains(column), spec.source.backend != .clickHouse
        else { return false }
        return !spec.table.request(given: names).sends(filter)
    }

    private func isTimeBound(_ condition: VirtualCondition, _ column: Int) -> Bool {
        guard let bounds = spec.bounds, spec.table.columns.indices.contains(column),
            spec.table.columns[column].name == bounds.column, condition.isUsable, condition.isLiteral
        else { return false }
        switch condition.comparison {
        case .less, .lessOrEqual, .greater, .greaterOrEqual: return true
        default: return false
        }
    }

    /// The filters that get their value from bounds of the time column; without an upper bound, the rows end now.
    private func boundNames(_ accepted: [VirtualPlan.Accepted], _ conditions: [VirtualCondition]) -> [String] {
        guard let bounds = spec.bounds else { return [] }
        let hasStart = accepted.contains { taken in
            let condition = conditions[taken.condition]
            return condition.column.map { isTimeBound(condition, $0) } ?? false
                && [.greater, .greaterOrEqual].contains(condition.comparison)
        }
        return hasStart ? bounds.names : Array(bounds.names.dropFirst())
    }

    func open(_ bound: [VirtualBinding], used: UsedColumns) throws -> any VirtualRows {
        guard let asking else { throw VirtualTableRefusal("\(spec.name) can be read through the engine only.") }
        var requests = try LiveRequest.all(for: spec, bound, maximum: asking.scansLeft, now: asking.now)
        if spec.isProjected {
            let names = spec.table.columns.indices.filter(used.contains).map { spec.table.columns[$0].name }
            for position in requests.indices { requests[position].scan.columns = Set(names) }
        }
        return LiveRows(spec: spec, answers: try asking.ask(requests))
    }
}

/// What a live table needs of the statement that reads it. Used only on the connection's thread.
protocol LiveAsking: AnyObject {
    var now: Instant { get }
    var scansLeft: Int { get }
    func ask(_ requests: [LiveRequest]) throws -> [(LiveRequest, LiveAnswer)]
}

/// Rows of several scans, one after another.
final class LiveRows: VirtualRows {
    private let spec: LiveTableSpec
    private let requests: [LiveRequest]
    /// Each with the position of its request.
    private let rows: [(request: Int, values: [Value])]
    private var position = 0

    init(spec: LiveTableSpec, answers: [(LiveRequest, LiveAnswer)]) {
        self.spec = spec
        requests = answers.map(\.0)
        rows = answers.enumerated().flatMap { place, answer in answer.1.rows.map { (place, $0) } }
    }

    var isAtEnd: Bool { position >= rows.count }

    func advance() { position += 1 }

    func value(_ column: Int) -> Value {
        let (request, values) = rows[position]
        if let filter = spec.filters[column], spec.echoes.contains(column) {
            return requests[request].scan.filters[filter.name] ?? .null
        }
        return values.indices.contains(column) ? values[column] : .null
    }
}
