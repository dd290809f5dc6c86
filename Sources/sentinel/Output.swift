import Basics
import CellGrid
import Glibc

/// Writes to standard output and standard error, without secrets.
enum Output {
    /// Hides the secrets of the environment too once they are known.
    static let redaction = Lock(Redaction())

    static func write(_ text: String) { put(text, to: stdoutDescriptor) }

    /// What a person asked for as it is: rows that were masked cell by cell, keys of simulated providers.
    static func writeUnmasked(_ text: String) { send(text, to: stdoutDescriptor) }

    static func line(_ text: String = "") { put(text + "\n", to: stdoutDescriptor) }

    /// One sentence on standard error.
    static func complain(_ sentence: String) {
        put("\(prefix)\(sentence)\n", to: stderrDescriptor)
    }

    /// What a complaint begins with.
    static let prefix = "sentinel: "

    /// One sentence on standard error without the program's name; foreign text is made inert.
    static func remark(_ sentence: String) {
        put(UntrustedText.forTerminal(sentence) + "\n", to: stderrDescriptor)
    }

    static var canShowProgress: Bool { isatty(stderrDescriptor) == 1 }

    /// Replaces the last line of standard error; empty clears it.
    static func progress(_ text: String) {
        put("\r\u{1B}[2K" + UntrustedText.forTerminal(String(text.prefix(79))), to: stderrDescriptor)
    }

    static var isTerminal: Bool { isatty(stdoutDescriptor) == 1 }

    private static let stdoutDescriptor: Int32 = 1
    private static let stderrDescriptor: Int32 = 2

    private static func put(_ text: String, to descriptor: Int32) {
        send(redaction.withLock { $0 }.apply(to: text), to: descriptor)
    }

    private static func send(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
