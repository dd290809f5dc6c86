import FoundationEssentials
import Glibc
import Subprocess
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
    private let serving: Task<Void, Never>

    struct Failure: Error { var errors: String }

    /// `days` of validity from now; -1 for a certificate that expired yesterday. The certificate is for `localhost`.
    init(days: Int) async throws {
        let folder = TemporaryFolder()
        let (key, request) = ("\(folder.path)/key.pem", "\(folder.path)/request.pem")
        let certificate = "\(folder.path)/certificate.pem"
        try "subjectAltName=DNS:localhost\n".write(
            toFile: "\(folder.path)/names", atomically: true, encoding: .utf8)
        try await Self.run(
            "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key,
            "-subj", "/CN=localhost", "-out", request)
        try await Self.run(
            "x509", "-req", "-in", request, "-signkey", key, "-days", String(days), "-extfile",
            "\(folder.path)/names", "-out", certificate)
        let output = try StartPipe(in: folder)
        let server = ChildProcess(
            "/bin/sh",
            arguments: [
                "-c", #"exec "$0" s_server -accept 127.0.0.1:0 -cert "$1" -key "$2" -www >"$3""#, Self.program ?? "",
                certificate, key, output.path,
            ], grace: .milliseconds(100))
        serving = Task { _ = try? await server.run() }
        // The line is `ACCEPT 127.0.0.1:45995`; one line before it tells the parameters.
        var line = try await output.line()
        while !line.isEmpty, !line.hasPrefix("ACCEPT") { line = try await output.line() }
        (self.folder, self.certificate) = (folder, certificate)
        guard let port = line.split(separator: ":").last.flatMap({ UInt16($0) }) else {
            serving.cancel()
            throw Failure(errors: "s_server did not start")
        }
        self.port = port
    }

    deinit { serving.cancel() }

    private static func run(_ arguments: String...) async throws {
        let done = try await ChildProcess(program ?? "", arguments: arguments).run()
        guard done.status == 0 else { throw Failure(errors: String(decoding: done.errors, as: UTF8.self)) }
    }
}
