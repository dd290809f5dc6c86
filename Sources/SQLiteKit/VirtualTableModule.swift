import Basics
import CSQLite

/// A registered module: creates a table from the arguments of `USING module(…)`.
final class ModuleBox {
    let make: ([String]) throws -> any VirtualTable
    weak var connection: Connection?
    /// The reason for the last rejected plan, because SQLite's own message ("no query solution") does not help.
    var lastRefusal: String?
    /// The error that a table threw, kept with its type.
    var lastFailure: (any Error)?

    init(_ make: @escaping ([String]) throws -> any VirtualTable) {
        self.make = make
    }
}

private final class TableBox {
    let table: any VirtualTable
    let module: ModuleBox

    init(_ table: any VirtualTable, _ module: ModuleBox) {
        (self.table, self.module) = (table, module)
    }
}

private final class CursorBox {
    let owner: TableBox
    var rows: (any VirtualRows)?
    var rowID: Int64 = 0

    init(_ owner: TableBox) {
        self.owner = owner
    }
}

extension Connection {
    /// Registers a module of virtual tables. `make` receives the arguments of `CREATE VIRTUAL TABLE … USING name(…)`.
    package func registerModule(
        _ name: String, make: @escaping ([String]) throws -> any VirtualTable
    ) throws(SQLiteError) {
        let box = ModuleBox(make)
        box.connection = self
        modules[name] = box
        let code = sqlite3_create_module_v2(
            handle, name, virtualTableModule, Unmanaged.passRetained(box).toOpaque(),
            { Unmanaged<ModuleBox>.fromOpaque($0!).release() })
        if code != SQLITE_OK { throw error(code, "registering \(name)") }
    }

    /// Returns and clears the reason for the last rejected plan, and the last error of a table.
    package func takeModuleFailure(_ name: String) -> (refusal: String?, failure: (any Error)?) {
        guard let box = modules[name] else { return (nil, nil) }
        defer { (box.lastRefusal, box.lastFailure) = (nil, nil) }
        return (box.lastRefusal, box.lastFailure)
    }
}

private func tableBox(_ table: UnsafeMutablePointer<sqlite3_vtab>?) -> TableBox {
    let object = UnsafeMutableRawPointer(table!).assumingMemoryBound(to: cs_vtab.self).pointee.object
    return Unmanaged<TableBox>.fromOpaque(object!).takeUnretainedValue()
}

private func cursorBox(_ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?) -> CursorBox {
    let object = UnsafeMutableRawPointer(cursor!).assumingMemoryBound(to: cs_cursor.self).pointee.object
    return Unmanaged<CursorBox>.fromOpaque(object!).takeUnretainedValue()
}

private func fail(_ box: TableBox, _ table: UnsafeMutablePointer<sqlite3_vtab>?, _ failure: any Error) -> Int32 {
    box.module.lastFailure = failure
    sqlite3_free(table!.pointee.zErrMsg)
    table!.pointee.zErrMsg = cs_copy("\(failure)")
    return SQLITE_ERROR
}

private func connect(
    _ db: OpaquePointer?, _ context: UnsafeMutableRawPointer?, _ count: Int32,
    _ words: UnsafePointer<UnsafePointer<CChar>?>?,
    _ result: UnsafeMutablePointer<UnsafeMutablePointer<sqlite3_vtab>?>?,
    _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
    let module = Unmanaged<ModuleBox>.fromOpaque(context!).takeUnretainedValue()
    // The first three arguments are the module, the database and the table.
    let arguments = (3..<max(3, Int(count))).map { String(cString: words![$0]!) }
    do {
        let table = try module.make(arguments)
        let columns = table.columns.map { column in
            "\"\(column.name.replacing("\"", with: "\"\""))\" \(column.type)\(column.isHidden ? " HIDDEN" : "")"
        }
        let authorizer = module.connection?.authorizer
        authorizer?.isSuspended = true
        defer { authorizer?.isSuspended = false }
        let code = sqlite3_declare_vtab(db, "CREATE TABLE x(\(columns.joined(separator: ", ")))")
        guard code == SQLITE_OK else {
            message!.pointee = cs_copy(String(cString: sqlite3_errmsg(db)))
            return code
        }
        let memory = UnsafeMutablePointer<cs_vtab>.allocate(capacity: 1)
        memory.initialize(to: cs_vtab())
        memory.pointee.object = Unmanaged.passRetained(TableBox(table, module)).toOpaque()
        result!.pointee = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: sqlite3_vtab.self)
        return SQLITE_OK
    } catch {
        module.lastFailure = error
        message!.pointee = cs_copy("\(error)")
        return SQLITE_ERROR
    }
}

private func conditions(of info: UnsafeMutablePointer<sqlite3_index_info>) -> [VirtualCondition] {
    (0..<Int(info.pointee.nConstraint)).map { position in
        let constraint = info.pointee.aConstraint[position]
        let comparison = VirtualCondition.Operator(rawValue: constraint.op)
        let isBound = comparison == .limit || comparison == .offset
        let isList = comparison == .equal && constraint.usable != 0 && sqlite3_vtab_in(info, Int32(position), -1) != 0
        var literal: OpaquePointer?
        let isLiteral = sqlite3_vtab_rhs_value(info, Int32(position), &literal) == SQLITE_OK
        return VirtualCondition(
            column: isBound || constraint.iColumn < 0 ? nil : Int(constraint.iColumn), comparison: comparison,
            isUsable: constraint.usable != 0, isList: isList, isLiteral: isLiteral)
    }
}

/// `idxStr`: the mask of the used columns, `;`, then each accepted condition as `column:operator`, with `i` for `:` where
/// the whole list comes at once.
private func encode(_ plan: VirtualPlan, _ conditions: [VirtualCondition], used: UInt64) -> String {
    let accepted = plan.accepted.map { accepted in
        let condition = conditions[accepted.condition]
        return "\(condition.column ?? -1)\(accepted.asList ? "i" : ":")\(condition.comparison?.rawValue ?? 0)"
    }
    return "\(used);\(accepted.joined(separator: ","))"
}

private func bindings(
    _ plan: Substring, _ values: UnsafeMutablePointer<OpaquePointer?>?
) -> [VirtualBinding] {
    plan.split(separator: ",").enumerated().compactMap { position, part in
        let fields = part.split { $0 == "i" || $0 == ":" }
        guard let column = Int(fields[0]), let code = UInt8(fields[1]),
            let comparison = VirtualCondition.Operator(rawValue: code), let value = values?[position]
        else { return nil }
        var taken: [Value] = []
        if part.contains("i") {
            var item: OpaquePointer?
            var status = sqlite3_vtab_in_first(value, &item)
            while status == SQLITE_OK, item != nil {
                taken.append(Value(sqlite: item))
                status = sqlite3_vtab_in_next(value, &item)
            }
        } else {
            taken = [Value(sqlite: value)]
        }
        return VirtualBinding(column: column < 0 ? nil : column, comparison: comparison, values: taken)
    }
}

private func bestIndex(
    _ table: UnsafeMutablePointer<sqlite3_vtab>?, _ info: UnsafeMutablePointer<sqlite3_index_info>?
) -> Int32 {
    let box = tableBox(table)
    let info = info!
    let offered = conditions(of: info)
    do {
        let plan = try box.table.plan(offered, isOrdered: info.pointee.nOrderBy > 0)
        for (position, accepted) in plan.accepted.enumerated() {
            info.pointee.aConstraintUsage[accepted.condition].argvIndex = Int32(position + 1)
            info.pointee.aConstraintUsage[accepted.condition].omit = accepted.isExact ? 1 : 0
            if accepted.asList { sqlite3_vtab_in(info, Int32(accepted.condition), 1) }
        }
        info.pointee.estimatedCost = plan.cost
        info.pointee.estimatedRows = plan.rows
        info.pointee.idxStr = cs_copy(encode(plan, offered, used: info.pointee.colUsed))
        info.pointee.needToFreeIdxStr = 1
        return SQLITE_OK
    } catch let refusal as VirtualTableRefusal {
        box.module.lastRefusal = refusal.reason
        return SQLITE_CONSTRAINT
    } catch {
        return fail(box, table, error)
    }
}

private func filter(
    _ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?, _ plan: UnsafePointer<CChar>?,
    _ values: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
    let box = cursorBox(cursor)
    do {
        let parts = (plan.map { String(cString: $0) } ?? "").split(separator: ";", omittingEmptySubsequences: false)
        let used = parts.first.flatMap { UInt64($0) }.map { UsedColumns(mask: $0) } ?? .all
        box.rows = try box.owner.table.open(bindings(parts.last ?? "", values), used: used)
        box.rowID = 0
        return SQLITE_OK
    } catch {
        return fail(box.owner, cursor!.pointee.pVtab, error)
    }
}

private func disconnect(_ table: UnsafeMutablePointer<sqlite3_vtab>?) -> Int32 {
    let memory = UnsafeMutableRawPointer(table!).assumingMemoryBound(to: cs_vtab.self)
    Unmanaged<TableBox>.fromOpaque(memory.pointee.object!).release()
    memory.deallocate()
    return SQLITE_OK
}

private func openCursor(
    _ table: UnsafeMutablePointer<sqlite3_vtab>?,
    _ result: UnsafeMutablePointer<UnsafeMutablePointer<sqlite3_vtab_cursor>?>?
) -> Int32 {
    let memory = UnsafeMutablePointer<cs_cursor>.allocate(capacity: 1)
    memory.initialize(to: cs_cursor())
    memory.pointee.object = Unmanaged.passRetained(CursorBox(tableBox(table))).toOpaque()
    result!.pointee = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: sqlite3_vtab_cursor.self)
    return SQLITE_OK
}

private func closeCursor(_ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?) -> Int32 {
    let memory = UnsafeMutableRawPointer(cursor!).assumingMemoryBound(to: cs_cursor.self)
    Unmanaged<CursorBox>.fromOpaque(memory.pointee.object!).release()
    memory.deallocate()
    return SQLITE_OK
}

private func advance(_ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?) -> Int32 {
    let box = cursorBox(cursor)
    do {
        try box.rows?.advance()
        box.rowID += 1
        return SQLITE_OK
    } catch {
        return fail(box.owner, cursor!.pointee.pVtab, error)
    }
}

// because SQLite only reads it, and it lives as long as the process
nonisolated(unsafe) private let virtualTableModule: UnsafeMutablePointer<sqlite3_module> = {
    let module = UnsafeMutablePointer<sqlite3_module>.allocate(capacity: 1)
    module.initialize(to: sqlite3_module())
    module.pointee.iVersion = 3
    module.pointee.xCreate = { connect($0, $1, $2, $3, $4, $5) }
    module.pointee.xConnect = { connect($0, $1, $2, $3, $4, $5) }
    module.pointee.xDisconnect = { disconnect($0) }
    module.pointee.xDestroy = { disconnect($0) }
    module.pointee.xBestIndex = { bestIndex($0, $1) }
    module.pointee.xOpen = { openCursor($0, $1) }
    module.pointee.xClose = { closeCursor($0) }
    module.pointee.xFilter = { cursor, _, plan, _, values in filter(cursor, plan, values) }
    module.pointee.xNext = { advance($0) }
    module.pointee.xEof = { cursorBox($0).rows?.isAtEnd ?? true ? 1 : 0 }
    module.pointee.xColumn = { cursor, context, column in
        (cursorBox(cursor).rows?.value(Int(column)) ?? .null).setResult(of: context)
        return SQLITE_OK
    }
    module.pointee.xRowid = { cursor, result in
        result!.pointee = cursorBox(cursor).rowID
        return SQLITE_OK
    }
    return module
}()
