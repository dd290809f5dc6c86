import FoundationEssentials
import SourceSpec

/// The sources of this checkout, read from the folder that the program is started in.
enum Seeds {
    static let folder = "sources"
    static let specs = SourceCatalog.load(directory: folder).specs

    static var manifests: [[UInt8]] { specs.compactMap { bytes(of: "\(folder)/\($0.name)/manifest.yaml") } }
    static var overlays: [[UInt8]] { specs.compactMap { bytes(of: "\(folder)/\($0.name)/overlay.yaml") } }

    static func bytes(of path: String) -> [UInt8]? {
        FileManager.default.contents(atPath: path).map { [UInt8]($0) }
    }

    /// The names of the recorded answers of a source: `<table>` or `<table>@<variant>`.
    static func samples(of source: String) -> [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(source)/samples")) ?? []
        return files.filter { $0.hasSuffix(".json") }.sorted().map { String($0.dropLast(".json".count)) }
    }
}

/// An input whose first line says how to read the rest.
struct HeadedInput {
    let head: String
    let body: [UInt8]

    init(_ bytes: [UInt8]) {
        let end = bytes.firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
        head = String(decoding: bytes[..<end], as: UTF8.self)
        body = Array(bytes[end...].dropFirst())
    }
}
