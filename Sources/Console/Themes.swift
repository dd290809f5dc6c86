import FoundationEssentials
import JSON
import Terminal

/// The themes of a folder.
package struct Themes: Hashable, Sendable {
    private let folder: String

    package init(folder: String) {
        self.folder = folder
    }

    /// A theme by name; if it cannot be used, the plain one and the reason.
    func load(_ name: String) -> (theme: Theme, problem: String?) {
        let path = "\(folder)/\(name).json"
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            return (.plain, "Theme file \(path) not found.")
        }
        do {
            return (try Theme(JSONDocument.parse(text)), nil)
        } catch {
            return (.plain, "\(path): \(error).")
        }
    }
}
