import CLibEdit
import Glibc

/// The input of the editor: characters from the keyboard, and wake-ups.
struct KeyReader {
    enum Reading {
        case character(Unicode.Scalar)
        /// The size of the terminal has changed.
        case resized
        /// The keyboard was closed, or the wait was ended.
        case end
    }

    private let wake: Int32
    private let sizes: Int32
    private var assembly = ScalarAssembly()
    private var waiting: [Unicode.Scalar] = []

    init(wake: Int32) {
        self.wake = wake
        sizes = ce_watch_size()
    }

    /// Blocks until there is an event.
    mutating func next() -> Reading {
        while waiting.isEmpty {
            var ends = [0, wake, sizes].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            if poll(&ends, nfds_t(ends.count), -1) < 0 {
                if errno == EINTR { continue }
                return .end
            }
            if ends[1].revents != 0 { return .end }
            if ends[2].revents & Int16(POLLIN) != 0 {
                Self.empty(sizes)
                return .resized
            }
            guard ends[0].revents != 0 else { continue }
            var byte: UInt8 = 0
            let count = read(0, &byte, 1)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count == 1 else { return .end }
            waiting = assembly.take(byte)
        }
        return .character(waiting.removeFirst())
    }

    private static func empty(_ descriptor: Int32) {
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(descriptor, &bytes, bytes.count) > 0 {}
    }
}
