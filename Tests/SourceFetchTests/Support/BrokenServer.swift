import Basics
import Glibc

/// A socket on loopback that answers each connection with given bytes and hangs up, as no web server would.
final class BrokenServer: Sendable {
    /// What one connection gets. `nil` bytes: it is left without an answer until the server goes.
    struct Answer: Sendable {
        var bytes: String?
        /// The connection is reset instead of closed.
        var resets = false
    }

    let port: UInt16
    private let listener: Int32

    /// The answers in the order of the connections; the last one repeats.
    init(_ answers: [Answer]) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                precondition(bind(listener, generic, length) == 0 && listen(listener, 16) == 0)
                getsockname(listener, generic, &length)
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        self.listener = listener
        let work = Work(listener: listener, answers: answers)
        OwnThread.start { work.run() }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    private final class Work: Sendable {
        let listener: Int32
        let answers: [Answer]

        init(listener: Int32, answers: [Answer]) {
            (self.listener, self.answers) = (listener, answers)
        }

        func run() {
            var held: [Int32] = []
            var served = 0
            while case let connection = accept(listener, nil, nil), connection >= 0 {
                let answer = answers[min(served, answers.count - 1)]
                served += 1
                guard let text = answer.bytes else {
                    held.append(connection)
                    continue
                }
                readRequest(connection)
                _ = send(connection, text, text.utf8.count, Int32(MSG_NOSIGNAL))
                var linger = linger(l_onoff: answer.resets ? 1 : 0, l_linger: 0)
                setsockopt(connection, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
                close(connection)
            }
            for connection in held { close(connection) }
            close(listener)
        }

        /// To the end of the headers, so that closing does not reset what was sent.
        private func readRequest(_ connection: Int32) {
            var text: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 4096)
            while text.suffix(4) != [13, 10, 13, 10] {
                let count = recv(connection, &buffer, buffer.count, 0)
                guard count > 0 else { return }
                text += buffer[..<count]
            }
        }
    }
}
