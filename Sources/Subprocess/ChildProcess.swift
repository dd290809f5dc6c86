import Basics
import Glibc

/// A program to run once, without input, and its limits.
///
/// The program leads its own process group, and the whole group is ended with the run. It inherits no descriptors except its
/// three standard ones.
package struct ChildProcess: Sendable {
    /// A path; `PATH` is not searched.
    package var executable: String
    /// Without the program's name.
    package var arguments: [String]
    /// The complete environment of the program.
    package var environment: [String: String]
    /// The limit of bytes on standard output; the run ends beyond it.
    package var outputLimit: Int
    /// The number of last bytes on standard error to keep.
    package var errorLimit: Int
    /// The time between SIGTERM and SIGKILL. Also the time to wait for output after the program has ended, if a process that it
    /// started still holds the pipe.
    package var grace: Duration
    /// Its standard input is a pipe that stays open until this process ends, even by SIGKILL. A program that must not outlive this
    /// process ends with its input. Without it, the input is `/dev/null`.
    package var holdsInput = false
    /// Gets each line of standard error as it comes, on the thread of the run.
    package var onErrorLine: (@Sendable (String) -> Void)?

    package init(
        _ executable: String, arguments: [String] = [], environment: [String: String] = [:],
        outputLimit: Int = 64 << 20, errorLimit: Int = 64 << 10, grace: Duration = .seconds(2)
    ) {
        (self.executable, self.arguments, self.environment) = (executable, arguments, environment)
        (self.outputLimit, self.errorLimit, self.grace) = (outputLimit, errorLimit, grace)
    }

    /// Runs the program to its end on its own thread. Cancelling the task ends the program.
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

/// The result of a program that ended by itself.
package struct CompletedProcess: Hashable, Sendable {
    /// 0 on success.
    package var status: Int32
    package var output: [UInt8]
    /// The last bytes of standard error.
    package var errors: [UInt8]
}

/// Wakes a thread that waits in `poll`, from any thread at any time.
final class CancelBell: Sendable {
    /// Readable after it was rung.
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
