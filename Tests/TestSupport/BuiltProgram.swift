import Glibc

/// The programs of this package, as the build put them beside the tests' own executable.
package enum BuiltProgram {
    package static let sentinel = path("sentinel")

    /// Built for the address sanitizer, whose shadow memory no limit of memory has room for.
    package static let isSanitized = dlsym(nil, "__asan_init") != nil

    private static func path(_ name: String) -> String {
        guard let path = realpath("/proc/self/exe", nil) else { return "" }
        defer { free(path) }
        let folder = String(cString: path).split(separator: "/").dropLast().joined(separator: "/")
        return "/\(folder)/\(name)"
    }
}
