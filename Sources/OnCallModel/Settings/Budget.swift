import Basics

/// What a project, feature, user or model may cost in a period. Periods begin at midnight of the zone of the digest.
package struct Budget: SettingRow {
    package enum Scope: String, CaseIterable, Hashable, Sendable, JSONConvertible {
        case project, feature, user, model
    }

    package enum Period: String, CaseIterable, Hashable, Sendable, JSONConvertible {
        case day, week, month
    }

    package var scope = Scope.project
    package var name = ""
    package var period = Period.month
    /// US dollars.
    package var amount = 0.0

    package init() {}

    package static let columns: [SettingColumn<Budget>] = [
        .init(
            "scope", .choice(Scope.allCases.map(\.rawValue)), "What it is for; project is everything together.",
            \.scope, isRequired: true),
        .init("name", .text(200), "The name of the feature or model, or the id of the user.", \.name),
        .init(
            "period", .choice(Period.allCases.map(\.rawValue)),
            "When it begins again: at midnight, on Monday, on the first of the month.", \.period, isRequired: true),
        .init("amount", .number(0.01...1_000_000_000), unit: "$", "The budget.", \.amount, isRequired: true),
    ]

    package static func problem(in rows: [Budget]) -> String? {
        for (index, row) in rows.enumerated() {
            if row.scope == .project, !row.name.isEmpty {
                return "budgets[\(index)].name must be empty: the scope project is everything together."
            }
            if row.scope != .project, row.name.isEmpty { return "budgets[\(index)].name is missing." }
            if rows.prefix(index).contains(where: { $0.id == row.id }) {
                return "Two budgets are for \(row.title)."
            }
        }
        return nil
    }

    /// `user/u-17/month`.
    package var id: String { [scope.rawValue, name, period.rawValue].filter { !$0.isEmpty }.joined(separator: "/") }

    /// `the project per month`, `user u-17 per month`.
    package var title: String {
        (scope == .project ? "the project" : "\(scope.rawValue) \(name)") + " per \(period.rawValue)"
    }
}
