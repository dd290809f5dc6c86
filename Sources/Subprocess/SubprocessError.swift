/// Why a program has no result. A program that ends with a status other than 0 has one.
package enum SubprocessError: Error, Hashable, Sendable {
    /// The file does not exist.
    case notFound(path: String)
    /// The file is not executable, is a folder, or its interpreter does not exist.
    case notExecutable(path: String)
    /// Arguments and environment exceed the kernel's limit; one argument may have 128 KiB.
    case argumentsTooLong
    /// An argument or a variable contains a zero byte, where the kernel would truncate it.
    case zeroByte
    /// The kernel did not create a process, thread or descriptor; `code` is an `errno`.
    case noResources(code: Int32)
    /// The deadline passed.
    case timedOut
    /// The program wrote more than `limit` bytes to standard output.
    case tooMuchOutput(limit: Int)
    /// A signal from elsewhere ended the program. `errors` is the end of its standard error.
    case killed(signal: Int32, errors: [UInt8])
}
