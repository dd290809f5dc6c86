package import Basics
import CSQLite

/// The state of an aggregate function over the rows of a group.
package protocol AggregateState: AnyObject {
    func add(_ arguments: [Value]) throws
    func result() throws -> Value
}

private final class AggregateBox {
    let make: @Sendable () -> any AggregateState

    init(_ make: @escaping @Sendable () -> any AggregateState) {
        self.make = make
    }
}

private final class StateBox {
    let state: any AggregateState

    init(_ state: any AggregateState) {
        self.state = state
    }
}

extension Connection {
    /// Registers a Swift aggregate for use in SQL. `arity` -1 allows any number of arguments.
    package func registerAggregate(
        _ name: String, arity: Int, make: @escaping @Sendable () -> any AggregateState
    ) throws(SQLiteError) {
        let box = Unmanaged.passRetained(AggregateBox(make))
        let code = sqlite3_create_function_v2(
            handle, name, Int32(arity), SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, box.toOpaque(), nil,
            { context, count, arguments in
                guard let slot = stateSlot(context, create: true) else {
                    sqlite3_result_error_nomem(context)
                    return
                }
                do {
                    try slot.state.add((0..<Int(count)).map { Value(sqlite: arguments?[$0]) })
                } catch {
                    sqlite3_result_error(context, "\(error)", -1)
                }
            },
            { context in finish(context) }, { Unmanaged<AggregateBox>.fromOpaque($0!).release() })
        if code != SQLITE_OK { throw error(code, "registering \(name)") }
    }
}

private func stateSlot(_ context: OpaquePointer?, create: Bool) -> StateBox? {
    let size = create ? Int32(MemoryLayout<UnsafeMutableRawPointer?>.size) : 0
    guard let memory = sqlite3_aggregate_context(context, size) else { return nil }
    let slot = memory.assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
    if let known = slot.pointee { return Unmanaged<StateBox>.fromOpaque(known).takeUnretainedValue() }
    guard create else { return nil }
    let make = Unmanaged<AggregateBox>.fromOpaque(sqlite3_user_data(context)).takeUnretainedValue().make
    let fresh = Unmanaged.passRetained(StateBox(make()))
    slot.pointee = fresh.toOpaque()
    return fresh.takeUnretainedValue()
}

private func finish(_ context: OpaquePointer?) {
    let make = Unmanaged<AggregateBox>.fromOpaque(sqlite3_user_data(context)).takeUnretainedValue().make
    let gathered = stateSlot(context, create: false)
    do {
        try (gathered?.state ?? make()).result().setResult(of: context)
    } catch {
        sqlite3_result_error(context, "\(error)", -1)
    }
    if let memory = sqlite3_aggregate_context(context, 0) {
        let slot = memory.assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
        if let known = slot.pointee { Unmanaged<StateBox>.fromOpaque(known).release() }
        slot.pointee = nil
    }
}
