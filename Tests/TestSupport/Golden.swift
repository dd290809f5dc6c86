import FoundationEssentials
import Glibc

/// Text that is kept beside its test. With RECORD=1 it is written anew, and the test fails so that nobody records
/// unawares.
package enum Golden {
    /// Nil when the text is the kept one; else a sentence for the failure.
    package static func difference(_ text: String, _ name: String, beside file: String = #filePath) -> String? {
        let folder = file.split(separator: "/").dropLast().joined(separator: "/")
        return difference(text, at: "/\(folder)/Goldens/\(name)")
    }

    /// The same for a file anywhere: a document that is made from the code.
    package static func difference(_ text: String, at path: String) -> String? {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        if getenv("RECORD") != nil {
            try? text.write(toFile: path, atomically: true, encoding: .utf8)
            return "\(name) was recorded"
        }
        guard let kept = try? String(contentsOfFile: path, encoding: .utf8) else {
            return "\(name) is not there: run `make record`"
        }
        return kept == text ? nil : "\(name) differs: run `make record` and look at the difference\n\(text)"
    }
}

/// A folder of a test's own, gone when the test is.
package final class TemporaryFolder: Sendable {
    package let path: String

    package init() {
        path = "\(FileManager.default.temporaryDirectory.path)/sentinel-test-\(UUID().uuidString)"
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
