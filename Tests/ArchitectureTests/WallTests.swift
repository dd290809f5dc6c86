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
        let pure = [
            "OnCallModel", "CellGrid", "Detectors", "Governance", "Investigation", "Narration", "Risk", "ViewState",
            "Panes",
        ]
        let allowed: Set = ["Basics", "OnCallModel", "CellGrid", "Narration", "OutboxSeal", "ViewState"]
        for file in try Repository.swiftFiles(under: "Sources") where pure.contains(file.target) {
            // Reading a JSON text is a pure function of it (docs/decisions/0007).
            let own: Set<String> = ["Detectors": ["JSON"], "Risk": ["Investigation"]][file.target] ?? []
            let foreign = file.imports.subtracting(allowed.union(own))
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
        let names = manifest.matches(of: /(?:module|hot|program)\(\s*"([A-Za-z-]+)"/).map { String($0.1) }
        #expect(names.count > 20)
        for name in names { #expect(document.contains(name), "ARCHITECTURE.md does not mention \(name)") }
    }

    @Test("every dependency that Package.swift declares is imported")
    func noUnusedDependencies() throws {
        let manifest = try Repository.text(of: "Package.swift")
        let declarations = manifest.matches(
            of:
                /(module|hot|program|tests|\.target)\(\s*(?:name: )?"([\w-]+)",\s*(?:needs|dependencies): \[([^\]]*)\](?:,\s*path: "([\w\/-]+)")?/
        )
        #expect(declarations.count > 40)
        for declaration in declarations {
            let (kind, name) = (declaration.1, declaration.2)
            let usual = kind == "tests" ? "Tests/\(name)Tests" : "Sources/\(name)"
            let folder = declaration.4.map(String.init) ?? usual
            let imported = try Repository.swiftFiles(under: folder).reduce(into: Set<String>()) {
                $0.formUnion($1.imports)
            }
            let unused = declaration.3.matches(of: /"(\w+)"/).map { String($0.1) }.filter { !imported.contains($0) }
            #expect(unused.isEmpty, "\(folder) declares \(unused) and imports none of them")
        }
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

    @Test("no test waits for time to pass, and none blocks a thread of Swift's pool")
    func testsDoNotBlock() throws {
        for file in try Repository.swiftFiles(under: "Tests") where !file.path.hasPrefix("Tests/sentinel-") {
            let calls = file.calls
            #expect(calls.isDisjoint(with: ["Task.sleep", "Thread.sleep", "usleep", "nanosleep"]), "\(file.path)")
            if !file.text.contains("OwnThread.") {
                let blocking = calls.intersection(Self.blocking)
                #expect(blocking.isEmpty, "\(file.path) calls \(blocking) outside OwnThread")
            }
        }
    }

    /// What makes its thread wait, or starts one.
    private static let blocking: Set = [
        "waitpid", "waitid", "sem_wait", "sem_timedwait", "poll", "recv", "pthread_create", "pthread_join",
        "DispatchSemaphore", "curl_multi_poll",
    ]

    @Test("only what has a thread of its own blocks")
    func sourcesDoNotBlock() throws {
        let owners = [
            "Basics/OwnThread.swift", "HTTPClient/TransferLoop.swift", "HTTPClient/WebSocket/WebSocketLoop.swift",
            "LineEditor/", "Sandbox/SandboxSocket.swift", "SourceEngine/Live/BlockingBridge.swift", "Subprocess/",
            "Terminal/",
        ]
        for file in try Repository.swiftFiles(under: "Sources")
        where !owners.contains(where: { file.path.hasPrefix("Sources/\($0)") }) {
            let blocking = file.calls.intersection(Self.blocking)
            #expect(blocking.isEmpty, "\(file.path) calls \(blocking)")
        }
    }
}

extension Repository.SourceFile {
    /// The modules that the file imports.
    var imports: Set<String> {
        Set(text.matches(of: /(?m)^ *(?:package |@testable )?import (\w+)/).map { String($0.1) })
    }

    /// The functions that are called, as they are written, outside comments: `poll`, `Task.sleep`.
    var calls: Set<String> {
        var calls: Set<String> = []
        let bytes = Array(text.utf8)
        var start: Int?
        var place = 0
        while place < bytes.count {
            let byte = bytes[place]
            if byte == UInt8(ascii: "/"), place + 1 < bytes.count, bytes[place + 1] == byte {
                place = bytes[place...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
                start = nil
                continue
            }
            let letter = byte | 0x20
            let isWord = (0x61...0x7A).contains(letter) || (0x30...0x39).contains(byte) || [0x2E, 0x5F].contains(byte)
            if isWord {
                start = start ?? place
            } else {
                if byte == UInt8(ascii: "("), let start {
                    calls.insert(String(decoding: bytes[start..<place], as: UTF8.self))
                }
                start = nil
            }
            place += 1
        }
        return calls
    }
}
