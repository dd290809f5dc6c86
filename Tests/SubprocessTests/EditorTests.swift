import Glibc
import Testing

@testable import Subprocess

@Suite("The user's editor")
struct EditorTests {
    @Test("the text of the private file is returned after the editor ends, and the file is gone")
    func edit() async throws {
        let script =
            "f() { stat -c %a \"$1\" >> \"$1\"; cat \"$1\" > \"$1.new\"; mv \"$1.new\" \"$1\"; echo \"$1\" >> \"$1\"; }; f"
        let lines = try Editor(command: script).edit("draft\n").split(separator: "\n").map(String.init)
        #expect(lines.count == 3 && lines[0] == "draft" && lines[1] == "600" && lines[2].hasSuffix(".md"))
        #expect(access(lines[2], F_OK) != 0)
    }

    @Test("an editor that fails or does not exist saves nothing and is named")
    func failures() {
        let failed = #expect(throws: EditorError.self) { try Editor(command: "false").edit("x") }
        #expect(failed?.description == "The editor \"false\" ended with status 1, so nothing was saved. Check EDITOR.")
        #expect(throws: EditorError.self) { try Editor(command: "no-such-editor 2>/dev/null").edit("x") }
    }
}
