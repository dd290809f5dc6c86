import FoundationEssentials

/// The files of this checkout, as the tests that guard its shape read them.
enum Repository {
    static let root: String = {
        let steps = #filePath.split(separator: "/").dropLast(3)
        return "/" + steps.joined(separator: "/")
    }()

    struct SourceFile: Sendable {
        /// From the root: `Sources/Basics/Value.swift`.
        let path: String
        let text: String

        var target: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }
        var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
    }

    static func text(of path: String) throws -> String {
        try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)
    }

    static func swiftFiles(under folder: String) throws -> [SourceFile] {
        try paths(under: folder).filter { $0.hasSuffix(".swift") }.map {
            SourceFile(path: $0, text: try text(of: $0))
        }
    }

    static func paths(under folder: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: "\(root)/\(folder)").map { "\(folder)/\($0)" }.sorted()
    }
}
