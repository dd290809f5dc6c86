import Basics
import FoundationEssentials
import Glibc
import TestSupport

/// `openssl s_server` on loopback with a certificate of its own: it answers every request with a page of status 200.
final class TLSServer: Sendable {
    static let program: String? = {
        let places: [String] = ["/usr/bin/openssl", "/usr/local/bin/openssl"]
        return places.first { access($0, X_OK) == 0 }
    }()

    let port: UInt16
    /// The certificate, which signs itself.
    let certificate: String
    private let folder: TemporaryFolder
    private let process: pid_t

    /// `days` of validity from now; -1 for a certificate that expired yesterday. The certificate is for `localhost`.
    init(days: Int) throws {
        folder = TemporaryFolder()
        let (key, wish) = ("\(folder.path)/key.pem", "\(folder.path)/request.pem")
        certificate = "\(folder.path)/certificate.pem"
        try "subjectAltName=DNS:localhost\n".write(
            toFile: "\(folder.path)/names", atomically: true, encoding: .utf8)
        try Self.run(
            "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key,
            "-subj", "/CN=localhost", "-out", wish)
        try Self.run(
            "x509", "-req", "-in", wish, "-signkey", key, "-days", String(days), "-extfile", "\(folder.path)/names",
            "-out", certificate)
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw Failure(words: ["pipe"]) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        process = try Self.spawn(
            ["s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", key, "-www"], output: ends[1])
        close(ends[1])
        defer { close(ends[0]) }
        port = try Self.port(readFrom: ends[0])
    }

    deinit {
        kill(process, SIGKILL)
        waitpid(process, nil, 0)
    }

    /// From the line `ACCEPT 127.0.0.1:45995`.
    private static func port(readFrom pipe: Int32) throws -> UInt16 {
        var text = ""
        var byte: UInt8 = 0
        while read(pipe, &byte, 1) == 1 {
            guard byte == UInt8(ascii: "\n") else {
                text.unicodeScalars.append(Unicode.Scalar(byte))
                continue
            }
            if text.hasPrefix("ACCEPT"), let port = text.split(separator: ":").last.flatMap({ UInt16($0) }) {
                return port
            }
            text = ""
        }
        throw Failure(words: ["s_server"])
    }

    struct Failure: Error { var words: [String] }

    private static func run(_ words: String...) throws {
        var status: Int32 = -1
        waitpid(try spawn(words, output: nil), &status, 0)
        guard status == 0 else { throw Failure(words: words) }
    }

    private static func spawn(_ words: [String], output: Int32?) throws -> pid_t {
        guard let program else { throw Failure(words: words) }
        let arguments: [UnsafeMutablePointer<CChar>?] = ([program] + words).map { strdup($0) } + [nil]
        defer { for text in arguments { free(text) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        if let output {
            posix_spawn_file_actions_adddup2(&actions, output, 1)
        } else {
            posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        }
        var process = pid_t()
        guard posix_spawn(&process, program, &actions, nil, arguments, environ) == 0 else {
            throw Failure(words: words)
        }
        return process
    }
}
