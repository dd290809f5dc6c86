import Basics
import CCurl
import Glibc

/// Sends HTTP requests with async/await, on its own thread around `curl_multi_poll`.
///
/// It supports http and https only, follows no redirects, checks certificates, uses the proxy variables of the environment, and
/// limits the time and decoded size of every response.
package final class HTTPClient: Sendable {
    private let inbox = Lock(TransferLoop.Work())
    let certificateFile: String?
    private nonisolated(unsafe) let multi: UnsafeMutableRawPointer  // because all but the wake-up is the thread's own

    /// `connectionsPerHost` bounds how many requests to one host are under way at once. `certificateFile` holds the
    /// certificates (PEM) of the authorities that are trusted, in place of the system's.
    package init(connectionsPerHost: Int = 6, certificateFile: String? = HTTPClient.certificateFile) {
        self.certificateFile = certificateFile
        curl_global_init(CC_GLOBAL_ALL)
        guard let multi = curl_multi_init() else { fatalError("libcurl could not start: out of memory") }
        self.multi = multi
        cc_multi_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, connectionsPerHost)
        cc_multi_long(multi, CURLMOPT_MAXCONNECTS, 32)
        cc_multi_long(multi, CURLMOPT_PIPELINING, CC_MULTIPLEX)
        let loop = TransferLoop(multi: multi, inbox: inbox)
        OwnThread.start { loop.run() }
    }

    /// The file that the environment names, by the names that OpenSSL and the curl program have for it.
    package static var certificateFile: String? {
        let names: [String] = ["SSL_CERT_FILE", "CURL_CA_BUNDLE"]
        return names.lazy.compactMap { getenv($0).map { String(cString: $0) } }.first { !$0.isEmpty }
    }

    deinit {
        inbox.withLock { inbox in
            inbox.isStopped = true
            curl_multi_wakeup(multi)  // inside the lock: once the thread has seen the flag, the handle may be gone
        }
    }

    /// Sends the request and returns the response, with any status. Cancelling the task ends the transfer.
    ///
    /// - Parameter onBytes: is called with each part of the body as it arrives, on the thread of all transfers, so it must
    ///   return at once.
    /// - Throws: ``HTTPError`` if there was no response, `CancellationError` if the task was cancelled.
    package func send(
        _ request: HTTPRequest, onBytes: (@Sendable (UnsafeRawBufferPointer) -> Void)? = nil
    ) async throws -> HTTPResponse {
        try Task.checkCancellation()
        let transfer = Transfer(request, certificateFile: certificateFile, onBytes: onBytes)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                transfer.continuation = continuation
                inbox.withLock { $0.added.append(transfer) }
                curl_multi_wakeup(multi)
            }
        } onCancel: {
            inbox.withLock { $0.cancelled.append(transfer) }
            curl_multi_wakeup(multi)
        }
    }
}
