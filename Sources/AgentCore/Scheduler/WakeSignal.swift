package import Basics

/// Waits until a moment of the wall clock, or until the signal is sent.
///
/// The wall clock may jump and the machine may sleep, so a long wait checks the clock every 30 s.
package actor WakeSignal {
    private var isSent = false
    private var waiter: CheckedContinuation<Void, Never>?
    private var sleeper: Task<Void, Never>?
    private let clock: WallClock

    package init(clock: WallClock) {
        self.clock = clock
    }

    /// Ends the current wait, or the next one.
    package func send() {
        isSent = true
        wake()
    }

    /// Returns at `moment` (never, when nil), at a signal, or when the task is cancelled.
    package func wait(until moment: Instant?) async {
        while !isSent, !Task.isCancelled {
            let slice = Span.seconds(30)
            let pause = moment.map { min($0 - clock.now(), slice) } ?? slice
            if pause <= .milliseconds(0) { break }
            await rest(for: pause)
        }
        isSent = false
    }

    private func rest(for pause: Span) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if isSent || Task.isCancelled {
                    continuation.resume()
                    return
                }
                waiter = continuation
                sleeper = Task {
                    try? await Task.sleep(for: pause.duration)
                    if !Task.isCancelled { self.wake() }
                }
            }
        } onCancel: {
            Task { await self.wake() }
        }
    }

    private func wake() {
        sleeper?.cancel()
        sleeper = nil
        waiter?.resume()
        waiter = nil
    }
}
