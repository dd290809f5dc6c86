import Basics
import Glibc
import Subprocess
import Testing

@Suite("Programs run as children")
struct ChildProcessTests {
    /// A shell with the given script, in an environment of its own.
    private func shell(_ script: String, _ arguments: [String] = []) -> ChildProcess {
        ChildProcess(
            "/bin/sh", arguments: ["-c", script, "sh"] + arguments, environment: ["PATH": "/usr/bin:/bin"],
            grace: .milliseconds(300))
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test("Output, errors and the status come back apart")
    func completes() async throws {
        let done = try await shell("echo out; echo bad >&2; exit 7").run()
        #expect(done.status == 7 && text(done.output) == "out\n" && text(done.errors) == "bad\n")
    }

    @Test("Each line of errors is reported as it comes, and the last one without its line feed")
    func errorLines() async throws {
        var process = shell("printf 'one\\ntwo' >&2; printf ' parts\\n\\nend' >&2")
        let lines = LineList()
        process.onErrorLine = { lines.add($0) }
        #expect(try await process.run().status == 0)
        #expect(lines.all == ["one", "two parts", "", "end"])
    }

    @Test("Without a held input it is empty; a held input stays open until the run ends")
    func input() async throws {
        #expect(try await shell("cat; exit 3").run().status == 3)
        var process = shell("echo $$ >&2; cat")
        process.holdsInput = true
        let started = AsyncStream<String>.makeStream()
        process.onErrorLine = { started.continuation.yield($0) }
        let run = Task { [process] in try await process.run() }
        for await line in started.stream {
            // It waits for input, and is alive.
            #expect(kill(try #require(pid_t(line)), 0) == 0)
            break
        }
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
    }

    @Test("Arguments arrive as they are, however they are written")
    func arguments() async throws {
        let hostile = ["a b", "$(id)", "'\"\\", "", "*", "-n", "zwei\nZeilen", "ä日本"]
        let done = try await shell(#"printf '<%s>' "$@""#, hostile).run()
        #expect(text(done.output) == hostile.map { "<\($0)>" }.joined())
    }

    @Test("The environment is the given one and nothing else")
    func environment() async throws {
        var program = ChildProcess("/usr/bin/env")
        program.environment = ["A": "1", "B": "x=y"]
        let done = try await program.run()
        #expect(text(done.output) == "A=1\nB=x=y\n")
    }

    @Test("There is nothing to read on standard input")
    func noInput() async throws {
        let done = try await shell("cat; echo end").run()
        #expect(text(done.output) == "end\n")
    }

    @Test("The child has none of our descriptors, not even one that is meant to be inherited")
    func descriptors() async throws {
        let first = open("/dev/null", O_RDONLY)
        let kept = fcntl(first, F_DUPFD, 200)
        defer { for descriptor in [first, kept] { close(descriptor) } }
        #expect(kept >= 200 && fcntl(kept, F_GETFD) == 0)
        let done = try await shell("for fd in 0 1 2 $1; do test -e /proc/$$/fd/$fd && echo $fd; done", ["\(kept)"])
            .run()
        #expect(text(done.output) == "0\n1\n2\n")
    }

    @Test("The child starts with no signal blocked, and dies of a broken pipe as programs do")
    func signals() async throws {
        signal(SIGPIPE, SIG_IGN)
        let done = try await shell("grep -h SigBlk /proc/self/status; yes | head -n 1").run()
        #expect(text(done.output) == "SigBlk:\t0000000000000000\ny\n")
        #expect(done.errors.isEmpty)
    }

    @Test("Much output is read while it is written, and the end of the errors is kept")
    func large() async throws {
        var program = shell("head -c 3000000 /dev/zero; head -c 500000 /dev/zero >&2; echo last >&2")
        program.errorLimit = 1000
        let done = try await program.run()
        #expect(done.output.count == 3_000_000)
        #expect(done.errors.count == 1000 && text(done.errors).hasSuffix("last\n"))
    }

    @Test("Many run at once, each with its own answer")
    func together() async throws {
        let answers = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<24 {
                let program = shell("echo $1", [String(number)])
                group.addTask { String(decoding: try await program.run().output, as: UTF8.self) }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(answers == Set((0..<24).map { "\($0)\n" }))
    }
}

private final class LineList: Sendable {
    private let lines = Lock<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }
}
