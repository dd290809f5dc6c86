import Configuration
import FoundationEssentials

/// A folder that is deleted with this object.
final class TemporaryFolder: Sendable {
    let path: String

    /// `name` says what it is for: `demo`.
    init(_ name: String) throws {
        path = "\(FileManager.default.temporaryDirectory.path)/sentinel-\(name)-\(UUID().uuidString)"
        try Files.makeFolder(path)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
