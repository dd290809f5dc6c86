import Basics
import CCurl
import Glibc

/// The curl thread: takes transfers in, drives them, and hands each answer to its continuation.
final class TransferLoop: @unchecked Sendable {  // because only its own thread touches it
    struct Work {
        var added: [Transfer] = []
        var cancelled: [Transfer] = []
        var isStopped = false
    }

    private let multi: UnsafeMutableRawPointer
    private let inbox: Lock<Work>
    private var live: [UnsafeMutableRawPointer: Transfer] = [:]
    private var idleHandles: [UnsafeMutableRawPointer] = []
    private var cancelledEarly: Set<ObjectIdentifier> = []

    init(multi: UnsafeMutableRawPointer, inbox: Lock<Work>) {
        (self.multi, self.inbox) = (multi, inbox)
    }

    func run() {
        // A TLS connection that the server closed would end the program with SIGPIPE: curl leaves that to its caller.
        var brokenPipe = sigset_t()
        sigemptyset(&brokenPipe)
        sigaddset(&brokenPipe, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &brokenPipe, nil)
        while true {
            let work = inbox.withLock { inbox in
                defer { inbox = Work(isStopped: inbox.isStopped) }
                return inbox
            }
            for transfer in work.cancelled { cancel(transfer, isAlsoAdded: work.added.contains { $0 === transfer }) }
            for transfer in work.added { begin(transfer) }
            if work.isStopped { return shutDown() }
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            collectFinished()
            curl_multi_poll(multi, nil, 0, running > 0 || !live.isEmpty ? 1000 : 60_000, nil)
        }
    }

    private func begin(_ transfer: Transfer) {
        if cancelledEarly.remove(ObjectIdentifier(transfer)) != nil {
            transfer.finish(.failure(CancellationError()))
            return
        }
        guard let easy = idleHandles.popLast() ?? curl_easy_init() else {
            let failure = HTTPError(kind: .broken, message: "libcurl is out of memory", requestMayHaveArrived: false)
            transfer.finish(.failure(failure))
            return
        }
        live[easy] = transfer
        transfer.configure(easy)
        curl_multi_add_handle(multi, easy)
    }

    private func cancel(_ transfer: Transfer, isAlsoAdded: Bool) {
        if let easy = live.first(where: { $0.value === transfer })?.key {
            end(easy, .failure(CancellationError()))
        } else if isAlsoAdded || !transfer.isFinished {
            cancelledEarly.insert(ObjectIdentifier(transfer))
        }
    }

    private func collectFinished() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            var code = CURLE_OK
            guard let easy = cc_finished(message, &code), let transfer = live[easy] else { continue }
            end(easy, transfer.result(of: easy, code: code))
        }
    }

    private func end(_ easy: UnsafeMutableRawPointer, _ result: Result<HTTPResponse, any Error>) {
        curl_multi_remove_handle(multi, easy)
        let transfer = live.removeValue(forKey: easy)
        transfer?.releaseHeaders()
        if idleHandles.count < 16 {
            curl_easy_reset(easy)
            idleHandles.append(easy)
        } else {
            curl_easy_cleanup(easy)
        }
        transfer?.finish(result)
    }

    private func shutDown() {
        let failure = HTTPError(kind: .cancelled, message: "the program is stopping", requestMayHaveArrived: true)
        for easy in Array(live.keys) { end(easy, .failure(failure)) }
        for easy in idleHandles { curl_easy_cleanup(easy) }
        curl_multi_cleanup(multi)
    }
}
