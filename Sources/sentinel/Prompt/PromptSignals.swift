import Basics
import Dispatch
import Glibc

/// SIGINT stops the running statement. SIGTERM and SIGHUP also end the prompt.
final class PromptSignals: Sendable {
    private struct State {
        var stop: (@Sendable () -> Void)?
        var sources: [any DispatchSourceSignal] = []
    }

    private let state = Lock(State())

    /// Handles signals until this object is deallocated. `end` is called on SIGTERM and SIGHUP.
    init(end: @escaping @Sendable () -> Void) {
        let sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { @Sendable [weak self] in
                self?.state.withLock { $0.stop }?()
                if number != SIGINT { end() }
            }
            source.activate()
            return source
        }
        state.withLock { $0.sources = sources }
    }

    deinit {
        state.withLock { for source in $0.sources { source.cancel() } }
    }

    /// Runs `body`. A signal cancels it, and this call returns at once.
    ///
    /// - Throws: `CancellationError` if a signal stopped it.
    func run<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
        let work = Task { try await body() }
        defer { state.withLock { $0.stop = nil } }
        return try await withCheckedThrowingContinuation { continuation in
            let waiting = Lock<CheckedContinuation<Result, any Error>?>(continuation)
            state.withLock { state in
                state.stop = {
                    work.cancel()
                    waiting.take()?.resume(throwing: CancellationError())
                }
            }
            Task {
                let result = await work.result
                waiting.take()?.resume(with: result)
            }
        }
    }
}

extension Lock {
    /// The value on the first call, then nil.
    fileprivate func take<Wrapped>() -> Wrapped? where State == Wrapped? {
        withLock { state in
            defer { state = nil }
            return state
        }
    }
}
