import Basics
import CMicroHTTPD
import Glibc

/// A small HTTP/1.1 server: libmicrohttpd on its own thread, which never waits for a handler.
///
/// Limits: 1 MiB of body (413), 64 KiB of request line and headers (414, 431), and those of ``ConnectionLimits``: a client that
/// is slower gets 408.
package final class WebServer: Sendable {
    private let core: ServerCore
    /// The port that it listens on, also if port 0 was requested.
    package let port: UInt16

    /// `host` is an IPv4 address, or `localhost`.
    package init(
        host: String = "127.0.0.1", port: UInt16, limits: ConnectionLimits = ConnectionLimits(),
        handler: @escaping @Sendable (WebRequest) async -> WebResponse
    ) throws(WebServerError) {
        let core = ServerCore(limits: limits, handler: handler)
        self.port = try core.start(host: host, port: port)
        self.core = core
    }

    deinit { core.stop() }

    /// Stops listening. Requests that are still being handled are answered with 503, and their tasks are cancelled.
    package func stop() { core.stop() }
}
