import Basics
import Glibc

/// A program to be run once, with nothing to read, and what it may take.
///
/// The program leads a process group of its own, and nothing of that group outlives the run. It gets no descriptor of
/// ours but the two that it writes to.
package struct ChildProcess: Sendable {
    /// A path; `PATH` is not searched for it.
    package var executable: String
    /// Without the program's own name.
    package var arguments: [String]
    /// The whole environment of the program.
    package var environment: [String: String]
    /// Bytes on standard output; more end the run.
    package var outputLimit: Int
    /// The last bytes on standard error that are kept.
    package var errorLimit: Int
    /// The time between SIGTERM and SIGKILL; also how long output is awaited after the program's own end, where a
    /// process that it left behind still holds the pipe.
    package var grace: Duration

    package init(
        _ executable: String, arguments: [String] = [], environment: [String: String] = [:],
        outputLimit: Int = 64 << 20, errorLimit: Int = 64 << 10, grace: Duration = .seconds(2)
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.outputLimit = outputLimit
        self.errorLimit = errorLimit
        self.grace = grace
    }

    /// Runs the program to its end on a thread of its own. Cancelling the task ends the program too.
    ///
    /// - Throws: ``SubprocessError``, or `CancellationError`.
    package func run(until deadline: ContinuousClock.Instant? = nil) async throws -> CompletedProcess {
        try Task.checkCancellation()
        let bell = try CancelBell()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let supervision = Supervision(process: self, deadline: deadline, bell: bell)
                let code = OwnThread.start { continuation.resume(with: Result { try supervision.run() }) }
                if code != 0 { continuation.resume(throwing: SubprocessError.noResources(code: code)) }
            }
        } onCancel: {
            bell.ring()
        }
    }
}

/// How a program ended by itself.
package struct CompletedProcess: Hashable, Sendable {
    /// 0 when all went well.
    package var status: Int32
    package var output: [UInt8]
    /// The end of the standard error.
    package var errors: [UInt8]
}

/// Wakes the thread that waits in `poll`, from any thread and at any time.
final class CancelBell: Sendable {
    /// Readable once it was rung.
    let descriptor: Int32
    private let other: Int32

    init() throws(SubprocessError) {
        (descriptor, other) = try Descriptors.pipe()
    }

    deinit {
        close(descriptor)
        close(other)
    }

    func ring() {
        var byte: UInt8 = 1
        _ = write(other, &byte, 1)
    }
}
