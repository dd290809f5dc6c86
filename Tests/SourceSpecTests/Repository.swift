import FoundationEssentials

/// The files of the repository that these tests read.
enum Repository {
    static let root = String(#filePath).split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }
    static let sources = root + "/sources"

    static func text(_ path: String) throws -> String {
        let data = try Data(contentsOf: URL(filePath: "\(root)/\(path)"))
        return String(decoding: data, as: UTF8.self)
    }
}
