/// Why a program gave no answer. A program that ends with a status other than 0 did answer.
package enum SubprocessError: Error, Hashable, Sendable {
    /// No file has that path.
    case notFound(path: String)
    /// The file may not be executed, is a folder, or names an interpreter that is not there.
    case notExecutable(path: String)
    /// Arguments and environment are longer than the kernel takes; one argument may have 128 KiB.
    case argumentsTooLong
    /// An argument or a variable holds a zero byte, at which the kernel would cut it off.
    case zeroByte
    /// The kernel gave no process, thread or descriptor; `code` is an `errno`.
    case noResources(code: Int32)
    /// The deadline passed.
    case timedOut
    /// The program wrote more than `limit` bytes on its standard output.
    case tooMuchOutput(limit: Int)
    /// A signal ended the program, and it was not ours. `errors` is the end of what it wrote on its standard error.
    case killed(signal: Int32, errors: [UInt8])
}
