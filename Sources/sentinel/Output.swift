import Basics
import CellGrid
import Glibc

/// Writes to standard output and standard error.
enum Output {
    static func write(_ text: String) {
        put(text, to: stdoutDescriptor)
    }

    static func line(_ text: String = "") {
        put(text + "\n", to: stdoutDescriptor)
    }

    /// One sentence on standard error.
    static func complain(_ sentence: String) {
        put("sentinel: \(sentence)\n", to: stderrDescriptor)
    }

    /// One sentence on standard error without the program's name; foreign text is made inert.
    static func remark(_ sentence: String) {
        put(ForeignText.inert(sentence) + "\n", to: stderrDescriptor)
    }

    static var isTerminal: Bool { isatty(stdoutDescriptor) == 1 }

    private static let stdoutDescriptor: Int32 = 1
    private static let stderrDescriptor: Int32 = 2

    private static func put(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
