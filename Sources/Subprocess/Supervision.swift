import Glibc

/// One run of a program, supervised by the thread that calls ``run()``.
struct Supervision: Sendable {
    let process: ChildProcess
    let deadline: ContinuousClock.Instant?
    let bell: CancelBell

    /// - Throws: ``SubprocessError``, or `CancellationError`.
    func run() throws -> CompletedProcess {
        let child = try SpawnedChild(process)
        defer { child.closeDescriptors() }
        var watch = Watch(supervision: self, child: child)
        while !watch.isOver { watch.step() }
        // Before the process is reaped, while its group number cannot be reused.
        child.signalGroup(SIGKILL)
        let status = child.reap()
        if let reason = watch.reason { throw reason }
        let signal = status & 0x7F
        guard signal == 0 else { throw SubprocessError.killed(signal: signal, errors: watch.errors.bytes) }
        return CompletedProcess(
            status: (status >> 8) & 0xFF, output: watch.output.bytes, errors: watch.errors.bytes)
    }
}

/// The state of a running program, and what to do next.
private struct Watch {
    private let child: SpawnedChild
    private let bell: Int32
    private let deadline: ContinuousClock.Instant?
    private let grace: Duration
    private let outputLimit: Int
    private(set) var output: Gathering
    private(set) var errors: Gathering
    /// The reason to end the program; nil while it may run.
    private(set) var reason: (any Error)?
    private var hasEnded = false
    private var isKilled = false
    /// When SIGKILL follows SIGTERM; after the program has ended, when the wait for its remaining output ends.
    private var graceEnd: ContinuousClock.Instant?

    init(supervision: Supervision, child: SpawnedChild) {
        self.child = child
        bell = supervision.bell.descriptor
        deadline = supervision.deadline
        grace = supervision.process.grace
        outputLimit = supervision.process.outputLimit
        output = Gathering(descriptor: child.output, keepsLast: nil)
        errors = Gathering(
            descriptor: child.errors, keepsLast: supervision.process.errorLimit,
            onLine: supervision.process.onErrorLine)
    }

    var isOver: Bool { hasEnded && (isKilled || (output.isAtEnd && errors.isAtEnd)) }

    /// Waits for the next event, and handles it.
    mutating func step() {
        var places = [
            pollfd(fd: output.isAtEnd ? -1 : child.output, events: Int16(POLLIN), revents: 0),
            pollfd(fd: errors.isAtEnd ? -1 : child.errors, events: Int16(POLLIN), revents: 0),
            pollfd(fd: hasEnded ? -1 : child.end, events: Int16(POLLIN), revents: 0),
            pollfd(fd: reason == nil ? bell : -1, events: Int16(POLLIN), revents: 0),
        ]
        guard poll(&places, nfds_t(places.count), timeout) >= 0 else { return }
        if places[0].revents != 0 { output.read() }
        if places[1].revents != 0 { errors.read() }
        let now = ContinuousClock.now
        if places[2].revents != 0 {
            hasEnded = true
            graceEnd = graceEnd ?? now + grace
        }
        if reason == nil { decide(now, isCancelled: places[3].revents != 0) }
        if let graceEnd, now >= graceEnd, !isKilled { killGroup() }
    }

    private mutating func decide(_ now: ContinuousClock.Instant, isCancelled: Bool) {
        if isCancelled {
            stop(CancellationError(), now)
        } else if output.bytes.count > outputLimit {
            stop(SubprocessError.tooMuchOutput(limit: outputLimit), now)
        } else if let deadline, now >= deadline, !hasEnded {
            stop(SubprocessError.timedOut, now)
        }
    }

    private mutating func stop(_ reason: any Error, _ now: ContinuousClock.Instant) {
        self.reason = reason
        output.discard()
        child.signalGroup(SIGTERM)
        graceEnd = now + grace
    }

    private mutating func killGroup() {
        isKilled = true
        child.signalGroup(SIGKILL)
    }

    /// Milliseconds until the next deadline; -1 if there is none.
    private var timeout: Int32 {
        let moments = [reason == nil ? deadline : nil, isKilled ? nil : graceEnd].compactMap { $0 }
        guard let next = moments.min() else { return -1 }
        let left = next - ContinuousClock.now
        let milliseconds = left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000 + 1
        return Int32(clamping: max(0, milliseconds))
    }
}

/// The output of one pipe.
private struct Gathering {
    private static let chunkSize = 64 << 10

    private let descriptor: Int32
    /// The number of last bytes to keep; nil for all.
    private let keepsLast: Int?
    private var gathered: [UInt8] = []
    private var isDiscarded = false
    private(set) var isAtEnd = false
    private let onLine: (@Sendable (String) -> Void)?
    /// The start of a line that is not complete yet.
    private var line: [UInt8] = []

    init(descriptor: Int32, keepsLast: Int?, onLine: (@Sendable (String) -> Void)? = nil) {
        (self.descriptor, self.keepsLast, self.onLine) = (descriptor, keepsLast, onLine)
    }

    var bytes: [UInt8] { keepsLast.map { Array(gathered.suffix($0)) } ?? gathered }

    /// From now on the pipe is drained and its output discarded.
    mutating func discard() {
        isDiscarded = true
        gathered = []
    }

    /// Reads the available bytes; call it only if the pipe is readable.
    mutating func read() {
        var count = 0
        let chunk = [UInt8](unsafeUninitializedCapacity: Self.chunkSize) { buffer, length in
            count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            length = max(0, count)
        }
        if count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN) { isAtEnd = true }
        if let onLine { report(chunk, to: onLine) }
        guard !isDiscarded else { return }
        gathered += chunk
        if let keepsLast, gathered.count > 2 * keepsLast + Self.chunkSize {
            gathered.removeFirst(gathered.count - keepsLast)
        }
    }

    /// A line that is longer than a chunk is reported in parts.
    private mutating func report(_ chunk: [UInt8], to onLine: (String) -> Void) {
        line += chunk
        while let end = line.firstIndex(of: UInt8(ascii: "\n")) {
            onLine(String(decoding: line[..<end], as: UTF8.self))
            line.removeFirst(end + 1)
        }
        guard !line.isEmpty, isAtEnd || line.count > Self.chunkSize else { return }
        onLine(String(decoding: line, as: UTF8.self))
        line = []
    }
}
