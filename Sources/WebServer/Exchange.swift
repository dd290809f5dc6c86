import Basics
import CMicroHTTPD

/// One request on its way through the server: its body as it comes in, then its answer.
///
/// Touched by libmicrohttpd's thread alone, but for `answer`, which the handler's task writes.
final class Exchange: @unchecked Sendable {  // because the body belongs to one thread and the answer has a lock
    static let maxBodyBytes = 1 << 20

    let connection: OpaquePointer
    private let target: RequestTarget
    /// Set when the headers are in.
    var method: String?
    private var body: [UInt8] = []
    private(set) var isTooLarge = false
    let answer = Lock<WebResponse?>(nil)

    init(connection: OpaquePointer, target: String) {
        self.connection = connection
        self.target = RequestTarget(target)
    }

    var isMethodKnown: Bool { ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"].contains(method ?? "") }

    /// Takes a part of the body. More than the limit is read and dropped, so that the answer 413 reaches the client.
    func take(_ bytes: UnsafeRawBufferPointer) {
        isTooLarge = isTooLarge || body.count + bytes.count > Self.maxBodyBytes
        if isTooLarge {
            body = []
        } else {
            body.append(contentsOf: bytes)
        }
    }

    /// The whole request, once its body is in.
    func request() -> WebRequest {
        WebRequest(
            method: method ?? "", path: target.path, query: target.query, headers: headers, body: body)
    }

    private var headers: [WebRequest.Field] {
        var fields: [WebRequest.Field] = []
        withUnsafeMutablePointer(to: &fields) { fields in
            _ = MHD_get_connection_values(
                connection, .HEADER_KIND,
                { context, _, name, value in
                    guard let name else { return .YES }
                    let field = WebRequest.Field(
                        String(cString: name).lowercased(), value.map { String(cString: $0) } ?? "")
                    context?.assumingMemoryBound(to: [WebRequest.Field].self).pointee.append(field)
                    return .YES
                }, fields)
        }
        return fields
    }

    /// Queues the response on the connection; from libmicrohttpd's thread only.
    func send(_ response: WebResponse) -> MHD_Result {
        let made = response.cutAfter.map { CutBody(response.body, end: $0).makeResponse() } ?? whole(response.body)
        guard let made else { return .NO }
        defer { MHD_destroy_response(made) }
        // A header that libmicrohttpd refuses, such as one with a line break, is left out.
        for header in response.headers { _ = MHD_add_response_header(made, header.name, header.value) }
        return MHD_queue_response(connection, UInt32(response.status), made)
    }

    private func whole(_ body: [UInt8]) -> OpaquePointer? {
        body.withUnsafeBytes { bytes in
            MHD_create_response_from_buffer(
                bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress), .RESPMEM_MUST_COPY)
        }
    }
}
