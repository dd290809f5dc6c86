import CMicroHTTPD
import Glibc

/// A body that is announced whole and ends early: the connection is closed behind the bytes that are sent.
final class CutBody: Sendable {
    private let bytes: [UInt8]
    private let end: Int

    init(_ bytes: [UInt8], end: Int) {
        self.bytes = bytes
        self.end = min(max(0, end), bytes.count)
    }

    /// A response that keeps the body until libmicrohttpd is done with it.
    func makeResponse() -> OpaquePointer? {
        let context = Unmanaged.passRetained(self)
        let made = MHD_create_response_from_callback(
            UInt64(bytes.count), 32 << 10,
            { context, position, buffer, room in
                guard let context, let buffer else { return CutBody.failed }
                return Unmanaged<CutBody>.fromOpaque(context).takeUnretainedValue().read(position, buffer, room)
            }, context.toOpaque(),
            { context in
                guard let context else { return }
                Unmanaged<CutBody>.fromOpaque(context).release()
            })
        if made == nil { context.release() }
        return made
    }

    /// `MHD_CONTENT_READER_END_WITH_ERROR`, a macro that Swift does not see: the connection is closed at once.
    private static let failed = -2

    private func read(_ position: UInt64, _ buffer: UnsafeMutablePointer<CChar>, _ room: Int) -> Int {
        let start = Int(position)
        let count = min(room, end - start)
        guard count > 0 else { return Self.failed }
        bytes.withUnsafeBytes { all in
            UnsafeMutableRawPointer(buffer).copyMemory(from: all.baseAddress! + start, byteCount: count)
        }
        return count
    }
}
