extension Connection {
    /// Every statement that is prepared from now on knows the tables that it reads. This replaces any authorizer.
    package func recordTables() {
        authorize { [unowned self] access in
            if case .read(let table, _, _) = access { tablesOfPreparation.insert(table) }
            return true
        }
    }

    /// Runs `body`, and says which tables its statements read. Only after ``recordTables()``.
    package func readingTables<Result>(_ body: () throws -> Result) rethrows -> (result: Result, tables: Set<String>) {
        tablesRead = []
        defer { tablesRead = nil }
        let result = try body()
        return (result, tablesRead ?? [])
    }
}
