import Basics
import Configuration
import JSON
import OnCallModel
import Testing

@Suite("Settings")
struct SettingsTests {
    @Test("every setting can be read, written back and is described")
    func tableIsWhole() throws {
        var settings = Settings()
        for spec in Settings.specs {
            let value = try #require(settings.value(of: spec.key))
            try settings.set(spec.key, to: value)
            #expect(spec.meaning.hasSuffix("."))
        }
        #expect(settings == Settings())
        #expect(Set(Settings.specs.map(\.key)).count == Settings.specs.count)
        #expect(Settings.specs.count == Mirror(reflecting: Settings()).children.count)
    }

    @Test(
        "a value that cannot be is refused with what can be",
        arguments: [
            ("cost_spike_multiplier", JSONValue.integer(0), "must be a number from 1.1 to 100, not 0."),
            ("cost_spike_multiplier", .string("3"), "must be a number from 1.1 to 100, not \"3\"."),
            ("agent_loop_generation_threshold", .number(10.5), "must be a whole number from 2 to 10000, not 10.5."),
            ("loop_requires_repetition", .integer(1), "must be true or false, not 1."),
            ("cost_baseline", .string("weekly"), "must be one of seasonal, mean, not \"weekly\"."),
            ("theme", .string("../dark"), "must be a name of letters, digits, - and _, not \"../dark\"."),
        ])
    func refusals(key: String, value: JSONValue, sentence: String) {
        var settings = Settings()
        #expect(throws: SettingProblem(key: key, "\(key) \(sentence)")) { try settings.set(key, to: value) }
        #expect(settings == Settings())
    }

    @Test("a mistyped key suggests the intended one")
    func suggestion() {
        var settings = Settings()
        let problem = #expect(throws: SettingProblem.self) { try settings.set("cost_spike_multiplyer", to: 3) }
        #expect(
            problem?.description == "Unknown setting \"cost_spike_multiplyer\". Did you mean cost_spike_multiplier?")
    }
}

@Suite("The settings file")
struct SettingsFileTests {
    @Test("a missing file means the defaults")
    func missing() throws {
        #expect(try SettingsFile(path: temporaryPath()).load() == Settings())
    }

    @Test("a change is kept, and only that setting changes")
    func change() throws {
        let file = SettingsFile(path: temporaryPath())
        var expected = Settings()
        expected.costSpikeMultiplier = 4
        expected.theme = "light"
        _ = try file.change("cost_spike_multiplier", to: "4")
        #expect(try file.change("theme", to: "light") == expected)
        #expect(try file.load() == expected)
    }

    @Test("a wrong change leaves the file as it was")
    func wrongChange() throws {
        let file = SettingsFile(path: temporaryPath())
        let before = try file.change("cost_floor", to: "2")
        #expect(throws: SettingProblem.self) { try file.change("cost_floor", to: "-1") }
        #expect(throws: SettingProblem.self) { try file.change("cost_flor", to: "1") }
        #expect(try file.load() == before)
    }

    @Test("the shipped file is read until there is one of the user's own")
    func fallback() throws {
        let shipped = temporaryPath()
        try Files.replace(shipped, with: Array(#"{"cost_floor": 3.0}"#.utf8), mode: 0o644)
        let file = SettingsFile(path: temporaryPath(), fallbackPath: shipped)
        #expect(try file.load().costFloor == 3)
        #expect(try file.change("theme", to: "light").costFloor == 3)
        #expect(try SettingsFile(path: file.path).load().costFloor == 3)
    }

    @Test(
        "a broken file is told with its place",
        arguments: [
            ("{\n  \"theme\": \n}", "line 3"), ("[]", "must contain one JSON object"),
            (#"{"cost_floor": 1, "cost_floor": 2}"#, "duplicate setting cost_floor"),
            (#"{"cost_flor": 1}"#, "Did you mean cost_floor?"),
        ])
    func broken(text: String, part: String) throws {
        let file = SettingsFile(path: temporaryPath())
        try Files.replace(file.path, with: Array(text.utf8), mode: 0o644)
        let error = #expect(throws: SettingsError.self) { try file.load() }
        #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains(file.path) == true)
    }

    @Test("the environment's thresholds take precedence over the file, and an invalid one is reported")
    func overrides() throws {
        let path = temporaryPath()
        _ = try SettingsFile(path: path).change("cost_spike_multiplier", to: "4")
        let file = SettingsFile(path: path, environment: ["COST_SPIKE_MULTIPLIER": "6"])
        #expect(try file.load().costSpikeMultiplier == 6)
        let wrong = SettingsFile(path: path, environment: ["PR_RISK_THRESHOLD": "high"])
        let error = #expect(throws: SettingsError.self) { try wrong.load() }
        #expect(error?.description.contains("PR_RISK_THRESHOLD") == true)
    }
}
