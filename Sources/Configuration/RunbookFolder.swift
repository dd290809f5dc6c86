import Basics
import FoundationEssentials
package import OnCallModel
import YAML

/// The runbooks of a folder: Markdown files with a head in YAML.
package struct RunbookFolder: Hashable, Sendable {
    package private(set) var runbooks: [Runbook] = []
    /// One sentence for each file that cannot be read: `loops.md:4: unknown class "agent_lop". …`
    package private(set) var problems: [String] = []

    /// A folder that does not exist has no runbooks.
    package init(_ folder: String) {
        guard FileManager.default.fileExists(atPath: folder) else { return }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            problems = ["The folder \(folder) cannot be read."]
            return
        }
        for file in names.sorted() where file.hasSuffix(".md") && !file.hasPrefix(".") && file != "README.md" {
            guard let text = try? String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8) else {
                problems.append("\(file) cannot be read as UTF-8.")
                continue
            }
            do throws(RunbookProblem) {
                runbooks.append(try Self.runbook(text, file: file))
            } catch {
                problems.append("\(file):\(error.line): \(error.reason)")
            }
        }
    }

    private static func runbook(_ text: String, file: String) throws(RunbookProblem) -> Runbook {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
        guard lines.first == "---", let end = lines.dropFirst().firstIndex(of: "---") else {
            throw RunbookProblem(1, "The head is missing. Begin the file with ---, serves: and ---.")
        }
        let head: YAMLNode
        do {
            // The first line is kept empty, so that places in the head are places in the file.
            head = try YAMLDocument.parse("\n" + lines[1..<end].joined(separator: "\n"))
        } catch {
            throw RunbookProblem(error.mark.line, "\(error.reason). \(error.remedy)")
        }
        for entry in head.entries ?? [] where !["title", "serves"].contains(entry.key) {
            throw RunbookProblem(entry.keyMark.line, unknown(entry.key, among: ["title", "serves"]))
        }
        guard let rules = head["serves"]?.elements, !rules.isEmpty else {
            throw RunbookProblem(head["serves"]?.mark.line ?? 1, "serves must be a list with at least one rule.")
        }
        let name = String(file.dropLast(3))
        let body = lines[(end + 1)...].joined(separator: "\n").trimmed
        var read: [Runbook.Rule] = []
        for node in rules { read.append(try rule(node)) }
        return Runbook(
            named: RunbookName(name: name, title: head["title"].flatMap(text(of:)) ?? name), rules: read, text: body)
    }

    private static func rule(_ node: YAMLNode) throws(RunbookProblem) -> Runbook.Rule {
        guard let entries = node.entries, !entries.isEmpty else {
            throw RunbookProblem(node.mark.line, "A rule has at least one of class, subject and error.")
        }
        var rule = Runbook.Rule(type: nil, subject: nil, error: nil, line: node.mark.line)
        for entry in entries {
            guard let value = text(of: entry.value), !value.isEmpty else {
                throw RunbookProblem(entry.keyMark.line, "\(entry.key) must be a text.")
            }
            switch entry.key {
            case "class":
                guard let type = DetectionType(rawValue: value) else {
                    let known = DetectionType.allCases.map(\.rawValue)
                    throw RunbookProblem(entry.value.mark.line, "Unknown class \"\(value)\". \(use(value, known))")
                }
                rule.type = type
            case "subject": rule.subject = value
            case "error": rule.error = value
            default: throw RunbookProblem(entry.keyMark.line, unknown(entry.key, among: ["class", "subject", "error"]))
            }
        }
        return rule
    }

    private static func text(of node: YAMLNode) -> String? {
        if case .scalar(let text, _) = node.content { text } else { nil }
    }

    private static func unknown(_ key: String, among known: [String]) -> String {
        "Unknown key \"\(key)\". \(use(key, known))"
    }

    private static func use(_ word: String, _ known: [String]) -> String {
        Suggestion.nearest(to: word, among: known).map { "Did you mean \"\($0)\"?" }
            ?? "Use one of: \(known.joined(separator: ", "))."
    }
}

private struct RunbookProblem: Error {
    let line: Int
    let reason: String

    init(_ line: Int, _ reason: String) { (self.line, self.reason) = (line, reason) }
}
