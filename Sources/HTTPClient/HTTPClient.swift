import Basics
import CCurl
import Glibc

/// Sends HTTP requests: one thread of its own around `curl_multi_poll`, behind async/await.
///
/// It speaks http and https alone, follows no redirects, checks certificates, honours the proxy variables of the
/// environment, and bounds time and decoded size of every answer.
package final class HTTPClient: Sendable {
    private struct Inbox {
        var added: [Transfer] = []
        var cancelled: [Transfer] = []
        var isStopped = false
    }

    private let inbox = Lock(Inbox())
    private nonisolated(unsafe) let multi: UnsafeMutableRawPointer  // because all but the wake-up is the thread's own

    /// `connectionsPerHost` bounds how many requests to one host are under way at once.
    package init(connectionsPerHost: Int = 6) {
        curl_global_init(CC_GLOBAL_ALL)
        guard let multi = curl_multi_init() else { fatalError("libcurl could not start: out of memory") }
        self.multi = multi
        cc_multi_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, connectionsPerHost)
        cc_multi_long(multi, CURLMOPT_MAXCONNECTS, 32)
        cc_multi_long(multi, CURLMOPT_PIPELINING, CC_MULTIPLEX)
        let loop = TransferLoop(
            multi: multi,
            nextWork: { [inbox] in
                inbox.withLock { inbox in
                    defer { inbox = Inbox(isStopped: inbox.isStopped) }
                    return TransferLoop.Work(added: inbox.added, cancelled: inbox.cancelled, isStopped: inbox.isStopped)
                }
            })
        loop.start()
    }

    deinit {
        inbox.withLock { inbox in
            inbox.isStopped = true
            curl_multi_wakeup(multi)  // inside the lock: once the thread has seen the flag, the handle may be gone
        }
    }

    /// Sends the request and answers with the response, whatever its status. Cancelling the task ends the transfer.
    ///
    /// - Throws: ``HTTPError`` when no answer came, `CancellationError` when the task was cancelled.
    package func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        try Task.checkCancellation()
        let transfer = Transfer(request)
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
