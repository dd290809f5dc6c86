import FoundationEssentials
import TestSupport
import Testing

@testable import SourceSpec

@Suite("Folders of sources")
struct SourceFolderTests {
    private let folder = TemporaryFolder()
    private var shipped: String { folder.path + "/shipped" }
    private var own: OwnSources { OwnSources(folder: folder.path + "/own") }

    private func manifest(_ name: String, version: String = "1.0.0") -> String {
        """
        dsl_version: 3
        name: \(name)
        version: \(version)
        backend: http
        base_url: https://acme.example
        tables:
          - name: items
            description: Items.
            request: {path: /items}
            columns: [{name: id, type: Utf8}, {name: at, type: Timestamp}]
        """
    }

    private func write(_ text: String, _ path: String) throws {
        let full = "\(folder.path)/\(path)"
        let parent = "/" + full.split(separator: "/").dropLast().joined(separator: "/")
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        try text.write(toFile: full, atomically: true, encoding: .utf8)
    }

    @Test("a source is added with its manifest, overlay and samples, and loaded with the shipped ones")
    func add() throws {
        try write(manifest("github"), "shipped/github/manifest.yaml")
        try write(manifest("acme"), "new/acme.yaml")
        try write("budget: {requests: 7, per: 10s, concurrency: 2}", "new/overlay.yaml")
        try write("[]", "new/samples/items.json")
        try write("[]", "new/samples/items.rows")
        try write("x", "new/samples/notes.txt")
        let files = try SourceFiles.read(folder.path + "/new/acme.yaml")
        #expect(
            files.contents.keys.sorted() == [
                "manifest.yaml", "overlay.yaml", "samples/items.json", "samples/items.rows",
            ])
        let place = try own.add(files, replacing: false)
        #expect(place == folder.path + "/own/acme" && own.names == ["acme"])
        let catalog = SourceCatalog.load(directory: shipped, own: own.folder)
        #expect(catalog.specs.map(\.name) == ["acme", "github"] && catalog.problems.isEmpty)
        #expect(catalog["acme"]?.overlay.budget.requests == 7)
        #expect(catalog.origins["acme"] == SourceOrigin(folder: place, isOwn: true))
        #expect(catalog.origins["github"] == SourceOrigin(folder: shipped + "/github", isOwn: false))
        #expect(FileManager.default.fileExists(atPath: place + "/samples/items.rows"))
    }

    @Test("the secrets are the inputs of kind secret, those of an added source and of the source it replaces included")
    func secretNames() throws {
        let inputs = "\ninputs: {NEW_KEY: {kind: secret}, NEW_URL: {kind: variable}}"
        try write(manifest("github") + "\ninputs: {OLD_KEY: {kind: secret}}", "shipped/github/manifest.yaml")
        try write(manifest("github") + inputs, "own/github/manifest.yaml")
        let catalog = SourceCatalog.load(directory: shipped, own: own.folder)
        #expect(catalog.problems.isEmpty && catalog.secretNames == ["OLD_KEY", "NEW_KEY"])
    }

    @Test("an existing name is rejected unless it is to be replaced; the old source is removed completely")
    func replace() throws {
        try write(manifest("acme"), "a/manifest.yaml")
        try write("[]", "a/samples/items.json")
        try write(manifest("ACME", version: "2.0.0"), "b/manifest.yaml")
        _ = try own.add(try SourceFiles.read(folder.path + "/a"), replacing: false)
        let newer = try SourceFiles.read(folder.path + "/b")
        #expect(throws: OwnSources.Fault.exists(own.folder + "/acme")) { try own.add(newer, replacing: false) }
        _ = try own.add(newer, replacing: true)
        #expect(own.names == ["ACME"])
        #expect(!FileManager.default.fileExists(atPath: own.folder + "/ACME/samples"))
        let left = try FileManager.default.contentsOfDirectory(atPath: own.folder)
        #expect(left == ["ACME"])
    }

    @Test(
        "an added source replaces the shipped one of its name, and reports it; when it is removed, the shipped one is back"
    )
    func shadow() throws {
        try write(manifest("acme"), "shipped/acme/manifest.yaml")
        try write(manifest("acme", version: "2.0.0"), "new/manifest.yaml")
        _ = try own.add(try SourceFiles.read(folder.path + "/new"), replacing: false)
        let catalog = SourceCatalog.load(directory: shipped, own: own.folder)
        #expect(catalog.specs.map(\.version) == ["2.0.0"])
        #expect(catalog.origins["acme"]?.hidden == shipped + "/acme")
        try own.remove("acme")
        #expect(SourceCatalog.load(directory: shipped, own: own.folder).specs.map(\.version) == ["1.0.0"])
        #expect(throws: OwnSources.Fault.unknown("acme")) { try own.remove("acme") }
        #expect(throws: OwnSources.Fault.unknown("../shipped/acme")) { try own.remove("../shipped/acme") }
    }

    @Test("a broken source is not added, and one that breaks later leaves the shipped one")
    func broken() throws {
        try write(manifest("acme") + "\nfoo: 1", "new/manifest.yaml")
        let problem = #expect(throws: SourceProblem.self) { try SourceFiles.read(folder.path + "/new") }
        #expect(problem?.diagnostics.first?.reason == "unknown key \"foo\"")
        let missing = #expect(throws: SourceProblem.self) { try SourceFiles.read(folder.path + "/nowhere.yaml") }
        #expect(missing?.reason == folder.path + "/nowhere.yaml does not exist.")
        try write(manifest("acme"), "shipped/acme/manifest.yaml")
        try write("name: [", "own/acme/manifest.yaml")
        let catalog = SourceCatalog.load(directory: shipped, own: own.folder)
        #expect(catalog.specs.map(\.name) == ["acme"] && catalog.problems.count == 1)
        #expect(catalog.origins["acme"]?.isOwn == false)
    }

    @Test("an overlay that does not match its manifest is reported with its position")
    func misfit() throws {
        try write(manifest("acme"), "new/manifest.yaml")
        try write("mirrors: {things: {}}", "new/overlay.yaml")
        let problem = #expect(throws: SourceProblem.self) { try SourceFiles.read(folder.path + "/new") }
        #expect(problem?.file == folder.path + "/new/overlay.yaml")
        #expect(problem?.diagnostics.first?.reason == "acme has no table \"things\"")
    }
}
