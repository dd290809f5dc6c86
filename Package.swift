// swift-tools-version: 6.2
import PackageDescription

// Targets stand in the order of ARCHITECTURE.md's layers: a target may import only what stands above it here.
// Every build command carries `--explicit-target-dependency-import-check error` (see Makefile), which makes each wall real.

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

func module(_ name: String, needs: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: needs, swiftSettings: strict)
}

/// A module in whose loops the tests spend their time: it is optimised in debug builds too. What people step through, the
/// console and the agent, is not.
func hot(_ name: String, needs: [Target.Dependency] = []) -> Target {
    .target(
        name: name, dependencies: needs,
        swiftSettings: strict + [.unsafeFlags(["-O"], .when(configuration: .debug))])
}

func program(_ name: String, needs: [Target.Dependency] = [], path: String? = nil) -> Target {
    .executableTarget(name: name, dependencies: needs, path: path, swiftSettings: strict)
}

func tests(_ subject: String, needs: [Target.Dependency] = [], fixtures: [String] = []) -> Target {
    .testTarget(
        name: subject + "Tests", dependencies: needs, exclude: fixtures, swiftSettings: strict)
}

let package = Package(
    name: "Sentinel",
    products: [
        .executable(name: "sentinel", targets: ["sentinel"]),
        .executable(name: "sentinel-bench", targets: ["sentinel-bench"]),
        .executable(name: "sentinel-fuzz", targets: ["sentinel-fuzz"]),
        .executable(name: "sentinel-trials", targets: ["sentinel-trials"]),
    ],
    targets: [
        // 0  C libraries, one importer each
        .systemLibrary(name: "CCrypto"),
        .systemLibrary(name: "CCurl"),
        .systemLibrary(name: "CFuzzer"),
        .systemLibrary(name: "CLibEdit"),
        .systemLibrary(name: "CMicroHTTPD"),
        .systemLibrary(name: "CNcurses"),
        .systemLibrary(name: "CSQLite"),
        .systemLibrary(name: "CSpawn"),
        .systemLibrary(name: "CYAML"),
        .target(
            name: "CSimdJSON",
            cxxSettings: [.unsafeFlags(["-O2"])],
            linkerSettings: [.linkedLibrary("simdjson"), .linkedLibrary("stdc++")]),

        // 1  the vocabulary: values only
        hot("Basics"),
        module("CellGrid", needs: ["Basics"]),
        module("OnCallModel", needs: ["Basics"]),
        module("OutboxSeal"),

        // 2  one C library each
        module("Crypto", needs: ["CCrypto"]),
        module("HTTPClient", needs: ["Basics", "CCurl", "Crypto"]),
        hot("JSON", needs: ["Basics", "CSimdJSON"]),
        module("LineEditor", needs: ["Basics", "CLibEdit", "CellGrid"]),
        hot("SQLiteKit", needs: ["Basics", "CSQLite"]),
        module("Subprocess", needs: ["Basics", "CSpawn"]),
        module("Terminal", needs: ["Basics", "CellGrid", "CNcurses"]),
        module("WebServer", needs: ["Basics", "CMicroHTTPD"]),
        module("YAML", needs: ["CYAML"]),

        // 3  the SQL layer
        module("Configuration", needs: ["Basics", "JSON", "OnCallModel", "YAML"]),
        module("SourceSpec", needs: ["Basics", "YAML"]),
        hot("SourceFetch", needs: ["Basics", "Crypto", "HTTPClient", "JSON", "SourceSpec", "Subprocess"]),
        hot("SourceEngine", needs: ["Basics", "SQLiteKit", "SourceFetch", "SourceSpec"]),

        // 4  decisions: no clock, no I/O
        hot("Detectors", needs: ["Basics", "JSON", "OnCallModel"]),
        module("Digest", needs: ["Basics", "OnCallModel"]),
        module("Governance", needs: ["Basics", "OnCallModel", "OutboxSeal"]),
        hot("Narration", needs: ["Basics"]),
        hot("Investigation", needs: ["Basics", "Narration", "OnCallModel"]),
        hot("Risk", needs: ["Basics", "Investigation", "OnCallModel"]),
        module("WriteUp", needs: ["Basics", "OnCallModel"]),

        // 5  effects and memory
        module(
            "Actions",
            needs: ["Basics", "Crypto", "Governance", "HTTPClient", "JSON", "OnCallModel", "WebServer"]),
        module(
            "IncidentStore",
            needs: ["Basics", "Crypto", "Digest", "Governance", "JSON", "OnCallModel", "OutboxSeal", "SQLiteKit"]),

        // 6  the agent
        module(
            "AgentCore",
            needs: [
                "Actions", "Basics", "Configuration", "Detectors", "Digest", "Governance", "IncidentStore",
                "Investigation", "Narration", "OnCallModel", "Risk", "SourceEngine",
            ]),

        module(
            "HTTPAPI",
            needs: ["Basics", "Configuration", "Crypto", "IncidentStore", "JSON", "OnCallModel", "WebServer"]),

        module(
            "Backtest",
            needs: ["Basics", "Detectors", "JSON", "OnCallModel", "SourceEngine", "SourceFetch", "SourceSpec"]),

        // 7  the console
        module("ViewState", needs: ["Basics", "OnCallModel"]),
        module("Panes", needs: ["Basics", "CellGrid", "OnCallModel", "ViewState"]),
        module(
            "Console",
            needs: [
                "Basics", "CellGrid", "IncidentStore", "JSON", "OnCallModel", "Panes", "Subprocess", "Terminal",
                "ViewState",
            ]),
        module("SQLPrompt", needs: ["Basics", "CellGrid", "SourceSpec"]),

        // 8  programs
        hot("Sandbox", needs: ["Basics", "Crypto", "HTTPClient", "JSON", "WebServer"]),
        program(
            "sentinel",
            needs: [
                "Actions", "AgentCore", "Backtest", "Basics", "CellGrid", "Configuration", "Console", "Digest",
                "HTTPAPI",
                "HTTPClient", "IncidentStore", "Investigation", "JSON", "LineEditor", "Narration", "OnCallModel",
                "Risk", "SQLPrompt",
                "Sandbox",
                "SourceEngine", "SourceFetch", "SourceSpec", "Subprocess", "ViewState", "WebServer", "WriteUp",
            ]),
        program(
            "sentinel-bench",
            needs: [
                "Actions", "Basics", "Detectors", "HTTPAPI", "HTTPClient", "IncidentStore", "JSON", "OnCallModel",
                "Sandbox",
                "SourceEngine", "SourceFetch", "SourceSpec", "Subprocess", "WebServer",
            ], path: "Tests/sentinel-bench"),
        program(
            "sentinel-fuzz",
            needs: [
                "Basics", "CFuzzer", "CellGrid", "HTTPClient", "SQLiteKit", "SourceEngine", "SourceFetch", "SourceSpec",
                "Terminal", "YAML",
            ], path: "Tests/sentinel-fuzz"),

        // tests
        .target(
            name: "TestSupport", dependencies: ["Basics", "CSpawn", "CellGrid"], path: "Tests/TestSupport",
            swiftSettings: strict),
        .target(
            name: "DetectorWorld",
            dependencies: ["Basics", "Detectors", "OnCallModel", "SourceEngine", "SourceFetch", "SourceSpec"],
            path: "Tests/DetectorWorld", swiftSettings: strict),
        program(
            "sentinel-trials", needs: ["Basics", "CellGrid", "DetectorWorld", "Detectors", "OnCallModel", "Panes"],
            path: "Tests/sentinel-trials"),
        .target(
            name: "Scenarios", dependencies: ["Basics", "Sandbox"], path: "Tests/Scenarios", swiftSettings: strict),
        tests(
            "Actions",
            needs: [
                "Actions", "Basics", "Crypto", "Governance", "HTTPClient", "JSON", "OnCallModel", "Sandbox",
                "WebServer",
            ]),
        tests(
            "AgentCore",
            needs: [
                "Actions", "AgentCore", "Basics", "Configuration", "Crypto", "Detectors", "Digest", "Governance",
                "HTTPAPI",
                "HTTPClient", "IncidentStore", "Investigation", "JSON", "Narration", "OnCallModel", "Sandbox",
                "Scenarios",
                "SourceEngine",
                "SQLiteKit", "SourceFetch", "SourceSpec", "Subprocess", "TestSupport", "WebServer", "WriteUp",
            ]),
        tests(
            "Architecture",
            needs: ["Basics", "Configuration", "SourceSpec", "TestSupport", "ViewState"]),
        tests(
            "Backtest",
            needs: ["Backtest", "Basics", "OnCallModel", "SourceSpec", "TestSupport"]),
        tests("Basics", needs: ["Basics", "TestSupport"]),
        tests("Configuration", needs: ["Basics", "Configuration", "JSON", "OnCallModel"]),
        tests(
            "Console",
            needs: [
                "Basics", "CellGrid", "Console", "IncidentStore", "JSON", "OnCallModel", "Terminal", "TestSupport",
                "ViewState",
            ]),
        tests(
            "ConsoleStory",
            needs: [
                "Basics", "HTTPClient", "IncidentStore", "OnCallModel", "SQLiteKit", "Sandbox", "Subprocess",
                "TestSupport",
            ]),
        tests(
            "Detectors",
            needs: ["Basics", "DetectorWorld", "Detectors", "OnCallModel", "SourceEngine", "TestSupport"]),
        tests("Digest", needs: ["Basics", "Digest", "OnCallModel"]),
        tests("Governance", needs: ["Basics", "Governance", "OnCallModel", "OutboxSeal"]),
        tests(
            "HTTPAPI",
            needs: [
                "Basics", "HTTPAPI", "HTTPClient", "IncidentStore", "JSON", "OnCallModel", "TestSupport", "WebServer",
            ]),
        tests(
            "IncidentStore",
            needs: ["Basics", "Digest", "Governance", "IncidentStore", "OnCallModel", "SQLiteKit"],
            fixtures: ["Goldens"]),
        tests("Investigation", needs: ["Basics", "Investigation", "Narration", "OnCallModel"]),
        tests("JSON", needs: ["Basics", "JSON"]),
        tests("LineEditor", needs: ["LineEditor", "TestSupport"]),
        tests(
            "Panes",
            needs: ["Basics", "CellGrid", "OnCallModel", "Panes", "TestSupport", "ViewState"],
            fixtures: ["Goldens"]),
        tests(
            "Sandbox",
            needs: ["Basics", "Crypto", "HTTPClient", "JSON", "Sandbox", "Scenarios", "TestSupport"]),
        tests(
            "SourceEngine",
            needs: ["Basics", "SQLiteKit", "SourceEngine", "SourceFetch", "SourceSpec", "TestSupport"]),
        tests(
            "SourceFetch",
            needs: [
                "Basics", "HTTPClient", "JSON", "SourceFetch", "SourceSpec", "TestSupport", "WebServer",
            ]),
        tests("SourceSpec", needs: ["Basics", "SourceSpec", "TestSupport", "YAML"]),
        tests("SQLPrompt", needs: ["Basics", "SQLPrompt", "SourceSpec"]),
        tests("SQLiteKit", needs: ["Basics", "SQLiteKit"]),
        tests("Subprocess", needs: ["Basics", "CSpawn", "Subprocess", "TestSupport"]),
        tests("Narration", needs: ["Basics", "Narration"]),
        tests("OnCallModel", needs: ["Basics", "OnCallModel"]),
        tests("Risk", needs: ["Basics", "Investigation", "OnCallModel", "Risk"]),
        tests("ViewState", needs: ["Basics", "OnCallModel", "ViewState"]),
        tests(
            "WebServer",
            needs: [
                "Basics", "Crypto", "HTTPClient", "TestSupport", "WebServer",
            ]),
    ],
    cxxLanguageStandard: .cxx17
)
