package import Basics

/// A table with rows from Swift code: `CREATE VIRTUAL TABLE … USING module(arguments)`.
///
/// All methods run on the connection's thread.
package protocol VirtualTable: AnyObject {
    var columns: [VirtualColumn] { get }
    /// Chooses the conditions of the statement that the table applies itself. May be called several times per statement.
    /// `isOrdered`: the statement requests an order from this table.
    ///
    /// - Throws: ``VirtualTableRefusal`` if this set of conditions is not supported; SQLite then tries others.
    func plan(_ conditions: [VirtualCondition], isOrdered: Bool) throws -> VirtualPlan
    /// Returns the rows. `bound` has the accepted conditions in the order of the plan's `accepted`. Columns that are not `used` are
    /// never read.
    func open(_ bound: [VirtualBinding], used: UsedColumns) throws -> any VirtualRows
}

/// One pass over the rows of a plan.
package protocol VirtualRows: AnyObject {
    var isAtEnd: Bool { get }
    func advance() throws
    func value(_ column: Int) -> Value
}

package struct VirtualColumn: Hashable, Sendable {
    package var name: String
    /// SQLite's type name, which sets the affinity: `TEXT`, `INTEGER`, `REAL`.
    package var type: String
    /// Not part of `*`: a parameter of the table.
    package var isHidden: Bool

    package init(_ name: String, _ type: String, isHidden: Bool = false) {
        (self.name, self.type, self.isHidden) = (name, type, isHidden)
    }
}

/// The columns of a table that a statement reads.
package struct UsedColumns: Hashable, Sendable {
    /// SQLite's mask: the last bit represents all columns from the 64th on.
    let mask: UInt64

    package static let all = UsedColumns(mask: .max)

    package func contains(_ column: Int) -> Bool { mask >> UInt64(min(column, 63)) & 1 == 1 }
}

/// `column operator …`, whose right side is known (`isUsable`) or comes from a table that is not read yet.
package struct VirtualCondition: Hashable, Sendable {
    package enum Operator: UInt8, Hashable, Sendable {
        case equal = 2
        case greater = 4
        case lessOrEqual = 8
        case less = 16
        case greaterOrEqual = 32
        case like = 65
        case limit = 73
        case offset = 74
    }

    /// Nil for `LIMIT` and `OFFSET`.
    package var column: Int?
    /// Nil for any other operator.
    package var comparison: Operator?
    package var isUsable: Bool
    /// The right side is a list that is available as a whole.
    package var isList: Bool
    /// The right side is a literal in the statement, so it is the same for every row of a join.
    package var isLiteral: Bool
}

package struct VirtualPlan: Hashable, Sendable {
    package struct Accepted: Hashable, Sendable {
        /// The position in the offered conditions.
        package var condition: Int
        /// The table applies it exactly, so SQLite does not check it again.
        package var isExact: Bool
        /// Receive the whole list of an `IN` at once.
        package var asList: Bool

        package init(condition: Int, isExact: Bool, asList: Bool = false) {
            (self.condition, self.isExact, self.asList) = (condition, isExact, asList)
        }
    }

    package var accepted: [Accepted]
    package var cost: Double
    package var rows: Int64

    package init(accepted: [Accepted], cost: Double, rows: Int64) {
        (self.accepted, self.cost, self.rows) = (accepted, cost, rows)
    }
}

/// An accepted condition with its value, or the values of a list.
package struct VirtualBinding: Hashable, Sendable {
    package var column: Int?
    package var comparison: VirtualCondition.Operator
    package var values: [Value]
}

/// This set of conditions is not supported. If no other set is, `reason` is the statement's error.
package struct VirtualTableRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    package var reason: String
    package var description: String { reason }

    package init(_ reason: String) {
        self.reason = reason
    }
}
