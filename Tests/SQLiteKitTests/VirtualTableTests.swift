import Basics
import SQLiteKit
import Testing

@Suite("SQLiteKit")
struct VirtualTableTests {
    /// Squares up to 100, with `n` as a condition that it takes.
    final class Squares: VirtualTable {
        let columns = [VirtualColumn("n", "INTEGER"), VirtualColumn("square", "INTEGER")]
        var opened: [[VirtualBinding]] = []

        func plan(_ conditions: [VirtualCondition], isOrdered: Bool) throws -> VirtualPlan {
            let taken = conditions.enumerated().filter { $1.column == 0 && $1.comparison == .equal && $1.isUsable }
            guard !taken.isEmpty else { throw VirtualTableRefusal("squares needs WHERE n = 1.") }
            return VirtualPlan(
                accepted: taken.map { .init(condition: $0.offset, isExact: true, asList: $0.element.isList) }, cost: 1,
                rows: 1)
        }

        func open(_ bound: [VirtualBinding], used: UsedColumns) throws -> any VirtualRows {
            opened.append(bound)
            return Rows(bound.flatMap(\.values).compactMap(\.integer))
        }

        final class Rows: VirtualRows {
            private var numbers: [Int]
            init(_ numbers: [Int]) { self.numbers = numbers }
            var isAtEnd: Bool { numbers.isEmpty }
            func advance() { numbers.removeFirst() }
            func value(_ column: Int) -> Value { .integer(Int64(column == 0 ? numbers[0] : numbers[0] * numbers[0])) }
        }
    }

    private func connection(_ table: Squares) throws -> Connection {
        let connection = try Connection(path: ":memory:", mode: .inMemory)
        try connection.registerModule("squares") { _ in table }
        try connection.execute("CREATE VIRTUAL TABLE squares USING squares()")
        return connection
    }

    @Test("hands a virtual table the values of = and the whole list of IN")
    func pushdown() throws {
        let table = Squares()
        let connection = try connection(table)
        #expect(try connection.query("SELECT square FROM squares WHERE n = 7").rows == [[49]])
        #expect(try connection.query("SELECT square FROM squares WHERE n IN (2, 3) ORDER BY 1").rows == [[4], [9]])
        #expect(table.opened.map { $0.map(\.values) } == [[[7]], [[2, 3]]])
    }

    @Test("keeps the reason of a refused plan")
    func refusal() throws {
        let connection = try connection(Squares())
        #expect(throws: SQLiteError.self) { try connection.query("SELECT * FROM squares") }
        #expect(connection.takeModuleFailure("squares").refusal == "squares needs WHERE n = 1.")
        #expect(connection.takeModuleFailure("squares").refusal == nil)
    }

    @Test("binds a virtual table's condition from the other side of a join")
    func join() throws {
        let connection = try connection(Squares())
        try connection.execute("CREATE TABLE wanted (n INTEGER); INSERT INTO wanted VALUES (4), (5)")
        let rows = try connection.query("SELECT square FROM wanted JOIN squares USING (n) ORDER BY 1").rows
        #expect(rows == [[16], [25]])
    }

    @Test("stops a statement that is no longer allowed")
    func bounds() throws {
        let connection = try Connection(path: ":memory:", mode: .inMemory)
        let endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
        var asked = 0
        let error = #expect(throws: SQLiteError.self) {
            try connection.whileAllowed(
                {
                    asked += 1
                    return asked < 3
                }, { _ = try connection.query(endless) })
        }
        #expect(error?.isInterrupted == true)
        #expect(try connection.query("SELECT 1").rows == [[1]])
    }

    final class Longest: AggregateState {
        private var text = ""
        func add(_ arguments: [Value]) { if let next = arguments[0].text, next.count > text.count { text = next } }
        func result() -> Value { .text(text) }
    }

    @Test("runs a Swift aggregate over groups, empty ones too")
    func aggregates() throws {
        let connection = try Connection(path: ":memory:", mode: .inMemory)
        try connection.registerAggregate("longest", arity: 1) { Longest() }
        let sql = "SELECT longest(column2) FROM (VALUES (1, 'a'), (1, 'abc'), (2, 'xy')) GROUP BY column1"
        #expect(try connection.query(sql).rows == [["abc"], ["xy"]])
        #expect(try connection.query("SELECT longest('a') WHERE 0").rows == [[""]])
    }
}
