import Basics
import CSpawn
import FoundationEssentials
import Glibc
import Subprocess
import TestSupport
import Testing

@Suite("Programs that fail, or that must be ended")
struct ChildProcessEndTests {
    private let folder = TemporaryFolder()

    private func shell(_ script: String, _ arguments: [String] = []) -> ChildProcess {
        ChildProcess(
            "/bin/sh", arguments: ["-c", script, "sh"] + arguments, environment: ["PATH": "/usr/bin:/bin"],
            grace: .milliseconds(300))
    }

    /// The error of a run; nil when there was none of this kind.
    private func failure(
        _ program: ChildProcess, within time: Duration? = nil
    ) async -> SubprocessError? {
        do {
            _ = try await program.run(until: time.map { ContinuousClock.now + $0 })
            return nil
        } catch {
            return error as? SubprocessError
        }
    }

    private func write(_ text: String, _ name: String, mode: mode_t) throws -> String {
        let path = "\(folder.path)/\(name)"
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        chmod(path, mode)
        return path
    }

    // MARK: Starting

    @Test("A program that is not there, and one that is none, are told apart")
    func notStarted() async throws {
        let missing = "\(folder.path)/missing"
        #expect(await failure(ChildProcess(missing)) == .notFound(path: missing))
        let plain = try write("#!/bin/sh\n", "plain", mode: 0o644)
        #expect(await failure(ChildProcess(plain)) == .notExecutable(path: plain))
        #expect(await failure(ChildProcess(folder.path)) == .notExecutable(path: folder.path))
        let nobody = try write("#!/no/such/interpreter\n", "nobody", mode: 0o755)
        #expect(await failure(ChildProcess(nobody)) == .notExecutable(path: nobody))
        let empty = try write("", "empty", mode: 0o755)
        #expect(await failure(ChildProcess(empty)) == .notExecutable(path: empty))
    }

    @Test("What the kernel would cut off or refuse is said before anything runs")
    func badArguments() async {
        #expect(await failure(shell("echo $1", ["a\0b"])) == .zeroByte)
        #expect(await failure(shell("echo $1", [String(repeating: "x", count: 200_000)])) == .argumentsTooLong)
    }

    @Test("A program is found in the folders of PATH, and only a file that may be executed")
    func search() throws {
        let path = try write("#!/bin/sh\n", "tool", mode: 0o755)
        _ = try write("#!/bin/sh\n", "plain", mode: 0o644)
        #expect(ExecutableSearch.find("tool", path: "/nonexistent::\(folder.path)") == path)
        #expect(ExecutableSearch.find(path, path: "") == path)
        #expect(ExecutableSearch.find("plain", path: folder.path) == nil)
        #expect(ExecutableSearch.find("tool", path: "") == nil)
    }

    // MARK: Ending

    @Test("A signal that was not ours is an error with what the program said before")
    func signalled() async {
        #expect(
            await failure(shell("echo oops >&2; kill -SEGV $$"))
                == .killed(signal: SIGSEGV, errors: Array("oops\n".utf8)))
    }

    @Test("At its deadline a program is ended, also one that closed its output")
    func deadline() async {
        // Where it was not ended it would end by itself, without an error.
        #expect(await failure(shell("exec sleep 60"), within: .milliseconds(100)) == .timedOut)
        #expect(await failure(shell("exec sleep 60 >&- 2>&-"), within: .milliseconds(100)) == .timedOut)
    }

    @Test("One that does not listen to SIGTERM is killed after the grace")
    func stubborn() async throws {
        let pipe = try StartPipe(in: folder)
        let program = shell("trap '' TERM; echo >$1; while :; do sleep 60; done", [pipe.path])
        let task = Task { try await program.run() }
        _ = try await pipe.line()
        let start = ContinuousClock.now
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(ContinuousClock.now - start >= .milliseconds(300))
    }

    @Test("One that listens may clean up first")
    func cleansUp() async throws {
        let pipe = try StartPipe(in: folder)
        let path = "\(folder.path)/trace"
        var program = shell("trap 'echo cleaned >$2; exit 0' TERM; echo >$1; sleep 60 & wait", [pipe.path, path])
        program.grace = .seconds(60)
        let task = Task { [program] in try await program.run() }
        _ = try await pipe.line()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "cleaned\n")
    }

    @Test("Output without end is cut off")
    func endless() async {
        var program = shell("exec yes")
        program.outputLimit = 1 << 20
        #expect(await failure(program) == .tooMuchOutput(limit: 1 << 20))
    }

    @Test("Cancelling ends the program and whatever it started, and leaves no zombie")
    func cancelled() async throws {
        let pipe = try StartPipe(in: folder)
        let program = shell("sleep 60 & echo $$ $! >$1; wait", [pipe.path])
        let task = Task { try await program.run() }
        let pids = try await pipe.line().split(separator: " ").compactMap { Int32($0) }
        #expect(pids.count == 2 && pids.allSatisfy { kill($0, 0) == 0 })
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(pids.first.map { access("/proc/\($0)", F_OK) } == -1)
        for pid in pids { #expect(try await ends(pid)) }
    }

    @Test("What a program leaves behind does not hold up its answer, and ends with it")
    func leftBehind() async throws {
        let done = try await shell("sleep 60 & echo $!").run()
        let pid = Int32(String(decoding: done.output, as: UTF8.self).dropLast())
        #expect(done.status == 0)
        #expect(try await ends(try #require(pid)))
    }

    /// Waits for the end of a process that is not our child; false when it lives on for 20 seconds.
    private func ends(_ pid: Int32) async throws -> Bool {
        try await OwnThread.run {
            let descriptor = pidfd_open(pid, 0)
            guard descriptor >= 0 else { return errno == ESRCH }
            defer { close(descriptor) }
            var place = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            return poll(&place, 1, 20_000) == 1
        }
    }
}
