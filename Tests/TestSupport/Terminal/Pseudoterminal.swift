import Basics
import CSpawn
import Glibc

/// A program in a terminal of its own: its keys go in, its screen is watched.
///
/// The program leads a session whose controlling terminal this is, as a shell's login does. Reading and waiting happen on
/// threads of its own.
package final class Pseudoterminal: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private struct Waiter: Sendable {
        var deadline: ContinuousClock.Instant
        var isMet: @Sendable (TerminalScreen) -> Bool
        var continuation: CheckedContinuation<Bool, Never>
    }

    private struct State: Sendable {
        var screen: TerminalScreen
        var waiters: [Waiter] = []
        var isOver = false
    }

    private let state: Lock<State>
    private let master: Master
    package let process: Int32

    /// The descriptor of the master's side. Only the watching thread closes it while it watches: a number that is closed
    /// under a reader may be another file's a moment later.
    private final class Master: Sendable {
        private struct Use: Sendable {
            var isWatched = true
            var mustClose = false
            var isClosed = false
        }

        let descriptor: Int32
        private let use = Lock(Use())

        init(_ descriptor: Int32) {
            self.descriptor = descriptor
        }

        var mustClose: Bool { use.withLock { $0.mustClose } }

        func close() { change { $0.mustClose = true } }

        func watchEnds() { change { $0.isWatched = false } }

        private func change(_ body: (inout Use) -> Void) {
            use.withLock { use in
                body(&use)
                guard use.mustClose, !use.isWatched, !use.isClosed else { return }
                use.isClosed = true
                _ = Glibc.close(descriptor)
            }
        }
    }

    package init(_ arguments: [String], environment: [String: String], width: Int = 80, height: Int = 24) throws {
        let descriptor = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(description: "no pseudoterminal: \(errno)") }
        master = Master(descriptor)
        // linux/ioctls.h: TIOCSPTLCK unlocks the program's side, TIOCGPTN tells its number.
        var (lock, number): (Int32, UInt32) = (0, 0)
        guard ioctl(descriptor, 0x4004_5431, &lock) == 0, ioctl(descriptor, 0x8004_5430, &number) == 0 else {
            throw Failure(description: "no pseudoterminal: \(errno)")
        }
        state = Lock(State(screen: TerminalScreen(width: width, height: height)))
        Self.setSize(of: descriptor, width, height)
        process = try Self.spawn(arguments, environment, terminal: "/dev/pts/\(number)")
        OwnThread.start { [state, master] in Self.watch(state, master) }
    }

    deinit {
        kill(process, SIGKILL)
        master.close()
        OwnThread.start { [process] in
            var status: Int32 = 0
            waitpid(process, &status, 0)
        }
    }

    // MARK: in

    /// Writes all the bytes, as if they were typed.
    package func send(_ bytes: [UInt8]) async throws {
        guard !master.mustClose else { throw Failure(description: "the terminal is gone") }
        try await OwnThread.run { [master] in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { write(master.descriptor, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw Failure(description: "the program reads no more: \(errno)") }
                rest = rest.dropFirst(count)
            }
        }
    }

    package func resize(width: Int, height: Int) throws {
        guard !master.mustClose else { throw Failure(description: "the terminal is gone") }
        state.withLock { $0.screen.resize(width: width, height: height) }
        Self.setSize(of: master.descriptor, width, height)
    }

    package func end(by signal: Int32) { kill(process, signal) }

    /// The connection breaks: the program gets SIGHUP, and nothing more from this terminal.
    package func hangUp() { master.close() }

    // MARK: out

    package var screen: TerminalScreen { state.withLock { $0.screen } }

    /// Waits until the screen is as wanted; false when it is not within two minutes, or the program has ended before.
    package func shows(_ isMet: @escaping @Sendable (TerminalScreen) -> Bool) async -> Bool {
        await withCheckedContinuation { continuation in
            let answer = state.withLock { state -> Bool? in
                if isMet(state.screen) { return true }
                if state.isOver { return false }
                state.waiters.append(
                    Waiter(deadline: .now + .seconds(120), isMet: isMet, continuation: continuation))
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    /// Waits for the program's end: its exit status, 128 and the signal that ended it, or nil when it lives on for two minutes.
    package func end() async throws -> Int32? {
        try await OwnThread.run { [process] in Self.status(of: process, within: 120_000) }
    }

    /// The same without waiting for long: what a failed expectation tells.
    package var status: Int32? { Self.status(of: process, within: 100) }

    private static func status(of process: Int32, within milliseconds: Int32) -> Int32? {
        let descriptor = pidfd_open(process, 0)
        defer { close(descriptor) }
        var place = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&place, 1, milliseconds) == 1 else { return nil }
        var information = siginfo_t()
        // Left as a zombie, so that the number stays the program's own until this object is gone.
        guard waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) == 0 else { return nil }
        let status = information._sifields._sigchld.si_status
        return information.si_code == CLD_EXITED ? status : 128 + status
    }

    // MARK: its threads

    private static func watch(_ state: Lock<State>, _ master: Master) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while !master.mustClose {
            var place = pollfd(fd: master.descriptor, events: Int16(POLLIN), revents: 0)
            let count = poll(&place, 1, 100) > 0 ? read(master.descriptor, &buffer, buffer.count) : 0
            // EIO: nobody has the terminal open any more.
            if count < 0, errno != EINTR { break }
            let met = state.withLock { state in
                state.screen.take(buffer.prefix(max(0, count)))
                return Self.takeMet(&state)
            }
            for (waiter, isMet) in met { waiter.continuation.resume(returning: isMet) }
        }
        master.watchEnds()
        let left = state.withLock { state in
            state.isOver = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in left { waiter.continuation.resume(returning: false) }
    }

    private static func takeMet(_ state: inout State) -> [(Waiter, Bool)] {
        guard !state.waiters.isEmpty else { return [] }
        let now = ContinuousClock.now
        let screen = state.screen
        let met = state.waiters.filter { $0.isMet(screen) || now >= $0.deadline }.map { ($0, $0.isMet(screen)) }
        state.waiters.removeAll { $0.isMet(screen) || now >= $0.deadline }
        return met
    }

    private static func setSize(of descriptor: Int32, _ width: Int, _ height: Int) {
        var size = winsize(ws_row: UInt16(height), ws_col: UInt16(width), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(descriptor, UInt(TIOCSWINSZ), &size)
    }

    /// The first terminal that the leader of a session opens becomes the session's own.
    private static func spawn(
        _ arguments: [String], _ environment: [String: String], terminal: String
    ) throws -> pid_t {
        let words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        let variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, terminal, O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, 0, 1)
        posix_spawn_file_actions_adddup2(&actions, 0, 2)
        posix_spawn_file_actions_addclosefrom_np(&actions, 3)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        let newSession: Int32 = 0x80  // POSIX_SPAWN_SETSID, which glibc shows only with _GNU_SOURCE
        posix_spawnattr_setflags(&attributes, Int16(newSession | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var process = pid_t()
        let code = posix_spawn(&process, arguments[0], &actions, &attributes, words, variables)
        guard code == 0 else { throw Failure(description: "\(arguments[0]) does not start: \(code)") }
        return process
    }
}
