import Testing

@Suite("The walls between targets")
struct WallTests {
    @Test("each C library has exactly one Swift target that imports it")
    func oneImporterEach() throws {
        let owners = [
            "CCrypto": "Crypto", "CCurl": "HTTPClient", "CLibEdit": "LineEditor", "CMicroHTTPD": "WebServer",
            "CNcurses": "Terminal", "CSQLite": "SQLiteKit", "CSimdJSON": "JSON", "CSpawn": "Subprocess",
            "CYAML": "YAML",
        ]
        for file in try Repository.swiftFiles(under: "Sources") {
            for (library, owner) in owners where file.imports.contains(library) {
                #expect(file.target == owner, "\(file.path) imports \(library)")
            }
        }
    }

    @Test("other programs are started in one place")
    func oneSpawner() throws {
        for file in try Repository.swiftFiles(under: "Sources") where file.target != "Subprocess" {
            for start in ["posix_spawn", "popen(", "execve("] {
                #expect(!file.text.contains(start), "\(file.path)")
            }
        }
    }

    @Test("the targets that decide import nothing that acts")
    func decidersArePure() throws {
        let pure = ["OnCallModel", "CellGrid", "Detectors", "Governance", "Investigation", "ViewState", "Panes"]
        let allowed: Set = ["Basics", "OnCallModel", "CellGrid", "OutboxSeal", "ViewState"]
        for file in try Repository.swiftFiles(under: "Sources") where pure.contains(file.target) {
            // Reading a JSON text is a pure function of it (docs/decisions/0007).
            let foreign = file.imports.subtracting(file.target == "Detectors" ? allowed.union(["JSON"]) : allowed)
            #expect(foreign.isEmpty, "\(file.path) imports \(foreign.sorted())")
            #expect(!file.text.contains("WallClock.system"), "\(file.path) looks at the clock")
        }
    }

    @Test("the agent never draws, and the console never calls the agent")
    func agentAndConsoleMeetInTheStore() throws {
        for file in try Repository.swiftFiles(under: "Sources") {
            if file.target == "AgentCore" {
                #expect(file.imports.isDisjoint(with: ["CellGrid", "ViewState", "Panes", "Console", "Terminal"]))
            }
            if file.target == "Console" { #expect(!file.imports.contains("AgentCore")) }
            if file.target == "SourceEngine" { #expect(!file.imports.contains("IncidentStore")) }
        }
    }

    /// The compiler holds most of this wall (docs/decisions/0012); this is the rest.
    @Test("only Governance makes a permission, and only the store can have a stored one read")
    func permission() throws {
        let files = try Repository.swiftFiles(under: "Sources")
        for file in files where file.imports.contains("Governance") {
            #expect(file.text.firstMatch(of: /\bPermission\(/) == nil, "\(file.path) makes a permission")
        }
        let sealed = files.filter { $0.imports.contains("OutboxSeal") || $0.text.contains("Seal()") }
        #expect(Set(sealed.map(\.target)) == ["Governance", "IncidentStore"], "\(sealed.map(\.path))")
        let ways = files.filter { $0.text.contains("INSERT INTO outbox_action (") }
        #expect(ways.map(\.path) == ["Sources/IncidentStore/Writing/StoreTransaction+Acts.swift"])
        let spelled = files.filter { $0.text.contains("\"incident-\\(") || $0.text.contains("\"intent-\\(") }
        #expect(spelled.map(\.path) == ["Sources/Governance/ActKey.swift"])
        #expect(!files.contains { $0.text.contains("hasPrefix(\"policy") })
    }

    @Test("ARCHITECTURE.md tells of every target")
    func everyTargetIsExplained() throws {
        let document = try Repository.text(of: "ARCHITECTURE.md")
        let manifest = try Repository.text(of: "Package.swift")
        let names = manifest.matches(of: /(?:module|program)\(\s*"([A-Za-z-]+)"/).map { String($0.1) }
        #expect(names.count > 20)
        for name in names { #expect(document.contains(name), "ARCHITECTURE.md does not mention \(name)") }
    }

    @Test("no name under sources/ differs from one under Sources/ in case alone")
    func caseInsensitiveDisks() throws {
        let code = try Set(Repository.paths(under: "Sources").map { $0.dropFirst("Sources/".count).lowercased() })
        let manifests = try Set(Repository.paths(under: "sources").map { $0.dropFirst("sources/".count).lowercased() })
        #expect(code.isDisjoint(with: manifests))
    }
}

@Suite("The habits of the code")
struct HabitTests {
    @Test("whatever steps around the checker says why")
    func escapesCarryReasons() throws {
        for file in try Repository.swiftFiles(under: "Sources") {
            for (number, line) in file.lines.enumerated()
            where line.contains("@unchecked Sendable") || line.contains("nonisolated(unsafe)") {
                let nearby = file.lines[max(0, number - 2)...min(file.lines.count - 1, number)]
                #expect(
                    nearby.contains { $0.contains("because") || $0.contains("// used by") },
                    "\(file.path):\(number + 1)")
            }
        }
    }

    @Test("no type is named for doing everything")
    func namesSayWhat() throws {
        let vague = /(?:class|struct|enum|actor|protocol) \w*(?:Manager|Helper|Utils|Impl)\b/
        for file in try Repository.swiftFiles(under: "Sources") {
            #expect(file.text.firstMatch(of: vague) == nil, "\(file.path)")
        }
    }

    @Test("no test waits for time to pass")
    func testsDoNotSleep() throws {
        let pause = "Task." + "sleep"
        for file in try Repository.swiftFiles(under: "Tests") {
            #expect(!file.text.contains(pause), "\(file.path)")
        }
    }
}

extension Repository.SourceFile {
    /// The modules that the file imports.
    var imports: Set<String> {
        Set(text.matches(of: /(?m)^(?:package |@testable )?import (\w+)/).map { String($0.1) })
    }
}
