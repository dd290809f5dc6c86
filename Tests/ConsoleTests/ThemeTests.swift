import Basics
import CellGrid
import Console
import FoundationEssentials
import JSON
import Terminal
import Testing

@Suite("Themes")
struct ThemeTests {
    private static let folder =
        "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/themes"

    @Test(
        "every shipped theme defines all roles, and urgent ones differ from the others",
        arguments: ["dark", "light", "mono"])
    func shipped(name: String) throws {
        let text = try String(contentsOfFile: "\(Self.folder)/\(name).json", encoding: .utf8)
        let theme = try Theme(JSONDocument.parse(text))
        #expect(theme[.alert] != theme[.text])
        #expect(theme[.critical] != theme[.info])
        #expect(theme[.dialog] != theme[.quoted], "a quoted text cannot look like our own words")
    }

    @Test(
        "an invalid theme is refused with the reason",
        arguments: [
            ("[]", "one JSON object"), (#"{"critcal": {}}"#, "did you mean critical"),
            (#"{"text": {"foreground": 256}}"#, "from 0 to 255"), (#"{"text": {}}"#, "missing roles"),
            (#"{"text": {"colour": 1}}"#, "use foreground"), (#"{"text": 5}"#, "must be an object"),
            (#"{"text": {"attributes": "bold"}}"#, "must be a list"),
        ])
    func broken(text: String, part: String) throws {
        let document = try JSONDocument.parse(text)
        let problem = #expect(throws: ThemeProblem.self) { try Theme(document) }
        #expect(problem?.description.contains(part) == true, "\(problem?.description ?? "")")
    }
}
