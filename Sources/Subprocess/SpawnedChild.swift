import CSpawn
import Glibc

/// A running program and our ends of its pipes. It is not reaped yet, so its process id cannot be reused.
struct SpawnedChild {
    let pid: pid_t
    /// Readable after the program has ended.
    let end: Int32
    let output: Int32
    let errors: Int32
    /// -1 if its input is `/dev/null`.
    let input: Int32

    init(_ process: ChildProcess) throws(SubprocessError) {
        let (output, outputEnd) = try Descriptors.pipe()
        defer { close(outputEnd) }
        let errors: Int32
        let errorEnd: Int32
        do {
            (errors, errorEnd) = try Descriptors.pipe()
        } catch {
            close(output)
            throw error
        }
        defer { close(errorEnd) }
        var (inputEnd, input): (Int32, Int32) = (-1, -1)
        defer { if inputEnd >= 0 { close(inputEnd) } }
        do {
            if process.holdsInput { (inputEnd, input) = try Descriptors.pipe() }
            pid = try Self.spawn(process, input: inputEnd, output: outputEnd, errors: errorEnd)
        } catch {
            for descriptor in [output, errors, input] where descriptor >= 0 { close(descriptor) }
            throw error
        }
        (self.output, self.errors, self.input) = (output, errors, input)
        end = pidfd_open(pid, 0)
        guard end >= 0 else {
            let code = errno
            signalGroup(SIGKILL)
            _ = reap()
            for descriptor in [output, errors, input] where descriptor >= 0 { close(descriptor) }
            throw .noResources(code: code)
        }
    }

    func signalGroup(_ signal: Int32) { kill(-pid, signal) }

    func closeDescriptors() {
        for descriptor in [end, output, errors, input] where descriptor >= 0 { close(descriptor) }
    }

    /// Waits for the end and reaps the program. Returns the status as `waitpid` encodes it.
    func reap() -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return status
    }

    // MARK: Spawning

    /// 10 ms apart.
    private static let triesWhileBusy = 50

    private static func spawn(
        _ process: ChildProcess, input: Int32, output: Int32, errors: Int32
    ) throws(SubprocessError) -> pid_t {
        let words = [process.executable] + process.arguments
        let variables = process.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        guard !(words + variables).contains(where: { $0.utf8.contains(0) }) else { throw .zeroByte }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if input >= 0 {
            posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        } else {
            posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
        posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        setSignals(of: &attributes)
        var pid: pid_t = 0
        let code = withCStrings(words) { arguments in
            withCStrings(variables) { environment in
                var code = posix_spawn(&pid, process.executable, &actions, &attributes, arguments, environment)
                // The file is open for writing: it is being installed, or a forked process that has not called exec yet
                // inherited the descriptor.
                for _ in 0..<triesWhileBusy where code == ETXTBSY {
                    poll(nil, 0, 10)
                    code = posix_spawn(&pid, process.executable, &actions, &attributes, arguments, environment)
                }
                return code
            }
        }
        guard code == 0 else { throw failure(code, process.executable) }
        return pid
    }

    /// Its own group, no blocked signals, and default handlers for the signals that this program ignores.
    private static func setSignals(of attributes: inout posix_spawnattr_t) {
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var defaults = none
        for signal in [SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM, SIGCHLD] { sigaddset(&defaults, signal) }
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        posix_spawnattr_setflags(&attributes, Int16(flags))
    }

    private static func failure(_ code: Int32, _ path: String) -> SubprocessError {
        switch code {
        // A script whose interpreter is missing also fails with ENOENT.
        case ENOENT, ENOTDIR: access(path, F_OK) == 0 ? .notExecutable(path: path) : .notFound(path: path)
        case EACCES, EPERM, ENOEXEC, EISDIR, ELOOP: .notExecutable(path: path)
        case E2BIG: .argumentsTooLong
        default: .noResources(code: code)
        }
    }

    private static func withCStrings<Result>(
        _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let copies: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }
}

enum Descriptors {
    /// The reading and the writing end. Started programs do not inherit them.
    static func pipe() throws(SubprocessError) -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [-1, -1]
        guard pipe2(&ends, O_CLOEXEC) == 0 else { throw .noResources(code: errno) }
        return (ends[0], ends[1])
    }
}
