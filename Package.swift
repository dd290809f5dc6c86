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
        module("Basics"),
        module("CellGrid", needs: ["Basics"]),
        module("OnCallModel", needs: ["Basics"]),
        module("OutboxSeal"),

        // 2  one C library each
        module("Crypto", needs: ["Basics", "CCrypto"]),
        module("HTTPClient", needs: ["Basics", "CCurl"]),
        module("JSON", needs: ["Basics", "CSimdJSON"]),
        module("LineEditor", needs: ["CLibEdit", "CellGrid"]),
        module("SQLiteKit", needs: ["Basics", "CSQLite"]),
        module("Subprocess", needs: ["Basics", "CSpawn"]),
        module("Terminal", needs: ["Basics", "CellGrid", "CNcurses"]),
        module("WebServer", needs: ["Basics", "CMicroHTTPD"]),
        module("YAML", needs: ["Basics", "CYAML"]),

        // 3  the SQL layer
        module("Configuration", needs: ["Basics", "JSON", "OnCallModel"]),
        module("SourceSpec", needs: ["Basics", "YAML"]),
        module("SourceFetch", needs: ["Basics", "Crypto", "HTTPClient", "JSON", "SourceSpec", "Subprocess"]),
        module("SourceEngine", needs: ["Basics", "SQLiteKit", "SourceFetch", "SourceSpec"]),

        // 4  decisions: no clock, no I/O
        module("Detectors", needs: ["Basics", "JSON", "OnCallModel"]),
        module("Governance", needs: ["Basics", "OnCallModel", "OutboxSeal"]),
        module("Investigation", needs: ["Basics", "OnCallModel"]),

        // 5  effects and memory
        module(
            "Actions",
            needs: ["Basics", "Crypto", "Governance", "HTTPClient", "JSON", "OnCallModel", "WebServer"]),
        module(
            "IncidentStore",
            needs: ["Basics", "Governance", "JSON", "OnCallModel", "OutboxSeal", "SQLiteKit"]),

        // 6  the agent
        module(
            "AgentCore",
            needs: [
                "Actions", "Basics", "Configuration", "Detectors", "Governance", "HTTPClient", "IncidentStore",
                "Investigation", "JSON", "OnCallModel", "SourceEngine", "SourceFetch", "SourceSpec",
            ]),

        module(
            "Backtest",
            needs: ["Basics", "Detectors", "JSON", "OnCallModel", "SourceEngine", "SourceFetch", "SourceSpec"]),

        // 7  the console
        module("ViewState", needs: ["Basics", "OnCallModel"]),
        module("Panes", needs: ["Basics", "CellGrid", "OnCallModel", "ViewState"]),
        module(
            "Console",
            needs: [
                "Basics", "CellGrid", "IncidentStore", "JSON", "OnCallModel", "Panes", "Terminal", "ViewState",
            ]),
        module("SQLPrompt", needs: ["Basics", "CellGrid", "SourceSpec"]),

        // 8  programs
        module("Sandbox", needs: ["Basics", "Crypto", "HTTPClient", "JSON", "WebServer"]),
        program(
            "sentinel",
            needs: [
                "Actions", "AgentCore", "Backtest", "Basics", "CellGrid", "Configuration", "Console", "HTTPClient",
                "IncidentStore", "Investigation", "JSON", "LineEditor", "OnCallModel", "SQLPrompt", "Sandbox",
                "SourceEngine", "SourceFetch", "SourceSpec", "Subprocess", "WebServer",
            ]),
        program(
            "sentinel-bench",
            needs: [
                "Basics", "Detectors", "HTTPClient", "IncidentStore", "JSON", "OnCallModel", "SQLiteKit",
                "Sandbox", "SourceEngine", "SourceFetch", "SourceSpec",
            ], path: "Tests/sentinel-bench"),
        program(
            "sentinel-fuzz",
            needs: [
                "Basics", "CFuzzer", "CellGrid", "HTTPClient", "SQLiteKit", "SourceEngine", "SourceFetch", "SourceSpec",
                "Terminal", "YAML",
            ], path: "Tests/sentinel-fuzz"),

        // tests
        .target(
            name: "TestSupport", dependencies: ["Basics", "CellGrid"], path: "Tests/TestSupport",
            swiftSettings: strict),
        .target(
            name: "DetectorWorld",
            dependencies: ["Basics", "Detectors", "SourceEngine", "SourceFetch", "SourceSpec"],
            path: "Tests/DetectorWorld", swiftSettings: strict),
        tests(
            "Actions",
            needs: [
                "Actions", "Basics", "Crypto", "Governance", "HTTPClient", "JSON", "OnCallModel", "TestSupport",
                "WebServer",
            ]),
        tests(
            "AgentCore",
            needs: [
                "Actions", "AgentCore", "Basics", "Configuration", "Governance", "HTTPClient", "IncidentStore",
                "Investigation", "JSON", "OnCallModel", "Sandbox", "SourceEngine", "SourceFetch", "SourceSpec",
                "TestSupport",
            ]),
        tests(
            "Architecture",
            needs: [
                "Basics", "CellGrid", "Configuration", "JSON", "OnCallModel", "SourceSpec", "TestSupport", "ViewState",
            ]),
        tests(
            "Backtest",
            needs: [
                "Backtest", "Basics", "OnCallModel", "SourceEngine", "SourceFetch", "SourceSpec", "TestSupport",
            ]),
        tests("Basics", needs: ["Basics", "TestSupport"]),
        tests("Configuration", needs: ["Basics", "Configuration", "JSON", "OnCallModel", "TestSupport"]),
        tests(
            "Console",
            needs: [
                "Basics", "CellGrid", "Console", "IncidentStore", "OnCallModel", "Panes", "Terminal",
                "TestSupport", "ViewState",
            ]),
        tests(
            "Detectors", needs: ["Basics", "DetectorWorld", "Detectors", "JSON", "OnCallModel", "TestSupport"]),
        tests("Governance", needs: ["Basics", "Governance", "OnCallModel", "OutboxSeal", "TestSupport"]),
        tests(
            "IncidentStore",
            needs: [
                "Basics", "Governance", "IncidentStore", "JSON", "OnCallModel", "SQLiteKit", "TestSupport",
            ], fixtures: ["Goldens"]),
        tests("Investigation", needs: ["Basics", "Investigation", "OnCallModel", "TestSupport"]),
        tests("JSON", needs: ["Basics", "JSON", "TestSupport"]),
        tests("LineEditor", needs: ["LineEditor", "TestSupport"]),
        tests(
            "Panes",
            needs: ["Basics", "CellGrid", "OnCallModel", "Panes", "TestSupport", "ViewState"],
            fixtures: ["Goldens"]),
        tests(
            "Sandbox",
            needs: [
                "Basics", "Crypto", "HTTPClient", "JSON", "Sandbox", "TestSupport", "WebServer",
            ]),
        tests(
            "SourceEngine",
            needs: [
                "Basics", "HTTPClient", "JSON", "SQLiteKit", "SourceEngine", "SourceFetch", "SourceSpec",
                "TestSupport", "WebServer",
            ]),
        tests(
            "SourceFetch",
            needs: [
                "Basics", "HTTPClient", "JSON", "SourceFetch", "SourceSpec", "TestSupport", "WebServer",
            ]),
        tests("SourceSpec", needs: ["Basics", "SourceSpec", "TestSupport", "YAML"]),
        tests("SQLPrompt", needs: ["Basics", "SQLPrompt", "SourceSpec", "TestSupport"]),
        tests("SQLiteKit", needs: ["Basics", "SQLiteKit", "TestSupport"]),
        tests("Subprocess", needs: ["CSpawn", "Subprocess", "TestSupport"]),
        tests("OnCallModel", needs: ["Basics", "OnCallModel", "TestSupport"]),
        tests("ViewState", needs: ["Basics", "OnCallModel", "TestSupport", "ViewState"]),
        tests(
            "WebServer",
            needs: [
                "Basics", "Crypto", "HTTPClient", "TestSupport", "WebServer",
            ]),
    ],
    cxxLanguageStandard: .cxx17
)
