import Basics
import Configuration
import Crypto
import Glibc

/// The token of the JSON API: 32 random bytes in hexadecimal, in a file that only its owner can read.
///
/// The file is read for each request, so a new token replaces the old one at once.
package struct APIToken: Sendable {
    package let path: String
    /// A shorter one can be guessed.
    private static let minLength = 32

    /// Why the token cannot be used, as a sentence that says what to do.
    package struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String
    }

    package init(path: String) {
        self.path = path
    }

    /// Creates the file if there is none. Of two processes that do so at once, the first one's token counts.
    package func create() throws(Fault) {
        guard access(path, F_OK) != 0 else { return }
        var random = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
        let temporary = "\(path).\(getpid()).\(bytes[0]).new"
        do {
            try Files.replace(temporary, with: Array((Hexadecimal.text(of: bytes) + "\n").utf8), mode: 0o600)
        } catch {
            throw Fault(description: "The API token could not be written to \(path): \(error).")
        }
        defer { unlink(temporary) }
        // Unlike a rename, a link replaces nothing.
        guard link(temporary, path) == 0 || errno == EEXIST else {
            throw Fault(
                description: "The API token could not be written to \(path): \(String(cString: strerror(errno))).")
        }
    }

    /// Whether a request has the token. Compared in constant time.
    func matches(_ authorization: String?) throws(Fault) -> Bool {
        let (token, _) = try read()
        guard let authorization, authorization.prefix(7).lowercased() == "bearer " else { return false }
        return isEqualInConstantTime(Array(authorization.dropFirst(7).utf8), token)
    }

    /// The Unix user who owns the file.
    func owner() throws(Fault) -> String { Self.name(of: try read().owner) }

    private func read() throws(Fault) -> (token: [UInt8], owner: uid_t) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw Fault(
                description:
                    "\(path) could not be read: \(String(cString: strerror(errno))). Restart the agent to create it.")
        }
        defer { close(descriptor) }
        var info = stat()
        guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
            throw Fault(description: "\(path) is not a file. Remove it, then restart the agent.")
        }
        guard info.st_mode & 0o077 == 0 else {
            throw Fault(
                description: "Other users can read \(path). Remove it, then restart the agent to create a new token.")
        }
        var buffer = [UInt8](repeating: 0, count: 1024)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        let token = buffer.prefix(max(0, count)).filter { $0 > 0x20 }
        guard token.count >= Self.minLength else {
            throw Fault(description: "\(path) has no token. Remove it, then restart the agent to create a new one.")
        }
        return (token, info.st_uid)
    }

    private static func name(of user: uid_t) -> String {
        var (entry, found) = (passwd(), UnsafeMutablePointer<passwd>?.none)
        var buffer = [CChar](repeating: 0, count: 16 << 10)
        guard getpwuid_r(user, &entry, &buffer, buffer.count, &found) == 0, found != nil, let name = entry.pw_name
        else {
            return "uid \(user)"
        }
        return String(cString: name)
    }
}
