package import Basics
import CSQLite

extension Connection {
    /// Registers a Swift function for use in SQL. An error that it throws becomes the statement's error.
    ///
    /// `arity` -1 allows any number of arguments. The function runs on the connection's thread.
    package func register(
        _ name: String, arity: Int, deterministic: Bool = true,
        function: @escaping ([Value]) throws -> Value
    ) throws(SQLiteError) {
        let box = Box<SQLFunction>(function)
        let flags = SQLITE_UTF8 | (deterministic ? SQLITE_DETERMINISTIC : 0) | SQLITE_INNOCUOUS
        let code = sqlite3_create_function_v2(
            handle, name, Int32(arity), flags, box.retained(),
            { context, count, arguments in
                let function = Box<SQLFunction>.content(sqlite3_user_data(context))
                let values = (0..<Int(count)).map { Value(sqlite: arguments?[$0]) }
                do {
                    try function(values).setResult(of: context)
                } catch {
                    sqlite3_result_error(context, "\(error)", -1)
                }
            }, nil, nil, { Box<SQLFunction>.release($0) })
        if code != SQLITE_OK { throw error(code, "registering \(name)") }
    }
}

private typealias SQLFunction = ([Value]) throws -> Value

/// Lets SQLite keep a Swift value: it is released when SQLite no longer needs it.
final class Box<Content> {
    let content: Content

    init(_ content: Content) { self.content = content }

    func retained() -> UnsafeMutableRawPointer { Unmanaged.passRetained(self).toOpaque() }

    static func content(_ pointer: UnsafeMutableRawPointer?) -> Content {
        Unmanaged<Box>.fromOpaque(pointer!).takeUnretainedValue().content
    }

    static func release(_ pointer: UnsafeMutableRawPointer?) { Unmanaged<Box>.fromOpaque(pointer!).release() }
}

extension Value {
    init(sqlite value: OpaquePointer?) {
        switch sqlite3_value_type(value) {
        case SQLITE_INTEGER: self = .integer(sqlite3_value_int64(value))
        case SQLITE_FLOAT: self = .real(sqlite3_value_double(value))
        case SQLITE_TEXT:
            let bytes = UnsafeBufferPointer(start: sqlite3_value_text(value), count: Int(sqlite3_value_bytes(value)))
            self = .text(String(decoding: bytes, as: UTF8.self))
        case SQLITE_BLOB:
            let count = Int(sqlite3_value_bytes(value))
            self = .blob(Array(UnsafeRawBufferPointer(start: sqlite3_value_blob(value), count: count)))
        default: self = .null
        }
    }

    func setResult(of context: OpaquePointer?) {
        switch self {
        case .null: sqlite3_result_null(context)
        case .integer(let number): sqlite3_result_int64(context, number)
        case .real(let number): sqlite3_result_double(context, number)
        case .text(var text):
            text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) {
                    sqlite3_result_text64(
                        context, $0.baseAddress, UInt64($0.count), cs_transient(), UInt8(SQLITE_UTF8))
                }
            }
        case .blob(let bytes):
            bytes.withUnsafeBytes {
                sqlite3_result_blob64(context, $0.baseAddress, UInt64($0.count), cs_transient())
            }
        }
    }
}
