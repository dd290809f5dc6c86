import Basics

/// Linear's filters: objects that follow the object they filter down to comparators, with `and` and `or` over lists.
struct LinearFilter: Hashable, Sendable {
    private let filter: JSONValue

    init(_ filter: JSONValue?) {
        self.filter = filter ?? [:]
    }

    func matches(_ node: JSONValue) -> Bool { Self.matches(node, filter) }

    private static func matches(_ node: JSONValue, _ filter: JSONValue) -> Bool {
        (filter.members ?? []).allSatisfy { member in
            switch member.name {
            case "and": return member.value.array?.allSatisfy { matches(node, $0) } ?? true
            case "or":
                let alternatives = member.value.array ?? []
                return alternatives.isEmpty || alternatives.contains { matches(node, $0) }
            default: break
            }
            let isComparison = member.value.members?.contains { comparators[$0.name] != nil } ?? false
            let value = node[member.name] ?? .null
            return isComparison ? compares(value, member.value) : matches(value, member.value)
        }
    }

    /// A comparator whose value is null asks for nothing.
    private static func compares(_ value: JSONValue, _ comparison: JSONValue) -> Bool {
        (comparison.members ?? []).filter { !$0.value.isNull }.allSatisfy {
            comparators[$0.name]?(value, $0.value) ?? false
        }
    }

    private static let comparators: [String: @Sendable (JSONValue, JSONValue) -> Bool] = [
        "eq": { $0.order(to: $1) == 0 }, "neq": { $0.order(to: $1) != 0 },
        "in": { value, other in other.array?.contains { value.order(to: $0) == 0 } ?? false },
        "nin": { value, other in other.array?.allSatisfy { value.order(to: $0) != 0 } ?? true },
        "null": { $0.isNull == $1.bool },
        "lt": { $0.order(to: $1).map { $0 < 0 } ?? false }, "lte": { $0.order(to: $1).map { $0 <= 0 } ?? false },
        "gt": { $0.order(to: $1).map { $0 > 0 } ?? false }, "gte": { $0.order(to: $1).map { $0 >= 0 } ?? false },
        "contains": { $0.string?.contains($1.string ?? "") ?? false },
        "containsIgnoreCase": { $0.string?.lowercased().contains($1.string?.lowercased() ?? "") ?? false },
        "startsWith": { $0.string?.hasPrefix($1.string ?? "") ?? false },
    ]
}
