import FoundationEssentials

/// The saved questions of a folder.
package struct QuestionFolder: Hashable, Sendable {
    private let path: String
    package private(set) var questions: [SavedQuestion] = []
    /// One sentence for each file that cannot be read.
    package private(set) var problems: [String] = []

    /// A folder that does not exist has no questions.
    package init(_ path: String) {
        self.path = path
        guard FileManager.default.fileExists(atPath: path) else { return }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            problems = ["The folder \(path) cannot be read."]
            return
        }
        for file in names.sorted() where file.hasSuffix(".sql") && !file.hasPrefix(".") {
            guard let text = try? String(contentsOfFile: "\(path)/\(file)", encoding: .utf8) else {
                problems.append("\(file) cannot be read as UTF-8.")
                continue
            }
            do throws(QuestionProblem) {
                questions.append(try SavedQuestion(String(file.dropLast(4)), text: text))
            } catch {
                problems.append(error.description)
            }
        }
    }

    /// Writes a new question. A parameter that the text does not declare becomes a text. Returns the path of the file.
    package func save(_ name: String, _ sql: String) throws -> String {
        guard !name.isEmpty, name.utf8.count <= 80,
            name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
        else { throw QuestionProblem("A name has letters, digits, - and _ only: \"\(name)\" does not.") }
        let file = "\(path)/\(name).sql"
        guard !FileManager.default.fileExists(atPath: file) else {
            throw QuestionProblem("The question \(name) exists. Edit \(file), or choose another name.")
        }
        _ = try SavedQuestion(name, text: sql)
        try Files.replace(file, with: Array((sql + "\n").utf8), mode: 0o644)
        return file
    }
}
