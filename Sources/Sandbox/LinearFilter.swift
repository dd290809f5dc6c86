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
            let isComparison = member.value.members?.contains { comparators.contains($0.name) } ?? false
            let value = node[member.name] ?? .null
            return isComparison ? compares(value, member.value) : matches(value, member.value)
        }
    }

    private static let comparators: Set<String> = [
        "eq", "neq", "in", "nin", "null", "lt", "lte", "gt", "gte", "contains", "containsIgnoreCase", "startsWith",
    ]

    /// A comparator whose value is null asks for nothing.
    private static func compares(_ value: JSONValue, _ comparison: JSONValue) -> Bool {
        (comparison.members ?? []).filter { !$0.value.isNull }.allSatisfy { comparator in
            let other = comparator.value
            switch comparator.name {
            case "eq": return value.order(to: other) == 0
            case "neq": return value.order(to: other) != 0
            case "in": return other.array?.contains { value.order(to: $0) == 0 } ?? false
            case "nin": return !(other.array?.contains { value.order(to: $0) == 0 } ?? false)
            case "null": return value.isNull == other.bool
            case "lt": return value.order(to: other).map { $0 < 0 } ?? false
            case "lte": return value.order(to: other).map { $0 <= 0 } ?? false
            case "gt": return value.order(to: other).map { $0 > 0 } ?? false
            case "gte": return value.order(to: other).map { $0 >= 0 } ?? false
            case "contains": return value.string?.contains(other.string ?? "") ?? false
            case "containsIgnoreCase":
                return value.string?.lowercased().contains(other.string?.lowercased() ?? "") ?? false
            case "startsWith": return value.string?.hasPrefix(other.string ?? "") ?? false
            default: return false
            }
        }
    }
}
