package import Basics
import CSQLite

/// The state of an aggregate function over the rows of a group.
package protocol AggregateState: AnyObject {
    func add(_ arguments: [Value]) throws
    func result() throws -> Value
}

extension Connection {
    /// Registers a Swift aggregate for use in SQL. `arity` -1 allows any number of arguments.
    package func registerAggregate(
        _ name: String, arity: Int, make: @escaping @Sendable () -> any AggregateState
    ) throws(SQLiteError) {
        let box = Box<MakeState>(make)
        let code = sqlite3_create_function_v2(
            handle, name, Int32(arity), SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, box.retained(), nil,
            { context, count, arguments in
                guard let state = aggregateState(context, create: true) else {
                    sqlite3_result_error_nomem(context)
                    return
                }
                do {
                    try state.add((0..<Int(count)).map { Value(sqlite: arguments?[$0]) })
                } catch {
                    sqlite3_result_error(context, "\(error)", -1)
                }
            },
            { context in finish(context) }, { Box<MakeState>.release($0) })
        if code != SQLITE_OK { throw error(code, "registering \(name)") }
    }
}

/// What SQLite keeps for a registered aggregate.
private typealias MakeState = @Sendable () -> any AggregateState

/// The state of the current group; nil if there is none and `create` is false.
private func aggregateState(_ context: OpaquePointer?, create: Bool) -> (any AggregateState)? {
    let size = create ? Int32(MemoryLayout<UnsafeMutableRawPointer?>.size) : 0
    guard let memory = sqlite3_aggregate_context(context, size) else { return nil }
    let slot = memory.assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
    if let known = slot.pointee { return Box<any AggregateState>.content(known) }
    guard create else { return nil }
    let fresh = Box<MakeState>.content(sqlite3_user_data(context))()
    slot.pointee = Box<any AggregateState>(fresh).retained()
    return fresh
}

private func finish(_ context: OpaquePointer?) {
    let state = aggregateState(context, create: false) ?? Box<MakeState>.content(sqlite3_user_data(context))()
    do {
        try state.result().setResult(of: context)
    } catch {
        sqlite3_result_error(context, "\(error)", -1)
    }
    if let memory = sqlite3_aggregate_context(context, 0) {
        let slot = memory.assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
        if let known = slot.pointee { Box<any AggregateState>.release(known) }
        slot.pointee = nil
    }
}
