package import Basics
import FoundationEssentials
import JSON
package import OnCallModel

/// `settings.json`, where a person keeps it. Where there is none the shipped file counts, and without that the defaults.
package struct SettingsFile: Hashable, Sendable {
    /// Where a change is written.
    package var path: String
    /// Read while there is no file at `path`.
    package var shippedPath: String?

    package init(path: String, shippedPath: String? = nil) {
        (self.path, self.shippedPath) = (path, shippedPath)
    }

    /// What was read and where it came from.
    package struct Loaded: Hashable, Sendable {
        package var settings: Settings
        /// The file that was read; nil when there was none and the defaults stand.
        package var readFrom: String?
        /// Keys that the environment decides, with the variable that does.
        package var overrides: [String: String]

        package init(settings: Settings, readFrom: String?, overrides: [String: String] = [:]) {
            (self.settings, self.readFrom, self.overrides) = (settings, readFrom, overrides)
        }

        /// Where the settings came from, for the settings pane and the doctor.
        package func origin(of file: SettingsFile) -> String {
            readFrom ?? "defaults (there is no \(file.path))"
        }
    }

    /// The environment's names for the thresholds of the seed.
    package static let overrides: [(variable: String, key: String)] = [
        ("COST_SPIKE_MULTIPLIER", "cost_spike_multiplier"), ("PR_RISK_THRESHOLD", "pr_risk_threshold"),
        ("AGENT_LOOP_GENERATION_THRESHOLD", "agent_loop_generation_threshold"),
        ("ERROR_CASCADE_THRESHOLD", "error_cascade_threshold"),
    ]

    package func load(_ environment: Environment) throws(ConfigurationError) -> Loaded {
        var loaded = try stored()
        var problems: [String] = []
        for (variable, key) in Self.overrides {
            guard let text = environment[variable] else { continue }
            do throws(SettingProblem) {
                try loaded.settings.set(key, text: text)
                loaded.overrides[key] = variable
            } catch {
                problems.append("The variable \(variable) is refused: \(error.reason)")
            }
        }
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        return loaded
    }

    /// Changes one setting and writes the file; what the environment overrides is left as the file has it.
    @discardableResult
    package func change(_ key: String, to value: JSONValue) throws(ConfigurationError) -> Settings {
        try change { settings throws(SettingProblem) in try settings.set(key, to: value) }
    }

    /// As ``change(_:to:)``, from text that a person typed.
    @discardableResult
    package func change(_ key: String, text: String) throws(ConfigurationError) -> Settings {
        try change { settings throws(SettingProblem) in try settings.set(key, text: text) }
    }

    private func change(
        _ edit: (inout Settings) throws(SettingProblem) -> Void
    ) throws(ConfigurationError) -> Settings {
        var settings = try stored().settings
        do {
            try edit(&settings)
        } catch {
            throw ConfigurationError([error.reason])
        }
        try AtomicFile.write(settings.json.prettyPrinted, to: path)
        return settings
    }

    private func stored() throws(ConfigurationError) -> Loaded {
        for candidate in [path, shippedPath].compactMap({ $0 }) where FileManager.default.fileExists(atPath: candidate)
        {
            guard let data = FileManager.default.contents(atPath: candidate) else {
                throw ConfigurationError(["\(candidate) cannot be read. Look at its owner and permissions."])
            }
            return Loaded(settings: try Self.settings(in: Array(data), file: candidate), readFrom: candidate)
        }
        return Loaded(settings: Settings(), readFrom: nil)
    }

    /// The settings that a document holds over the defaults. Every key that does not fit is told, each with its line.
    package static func settings(in bytes: [UInt8], file: String) throws(ConfigurationError) -> Settings {
        let document: JSONValue
        do {
            document = try JSONDocument.parse(bytes)
        } catch {
            let place = error.line.map { ":\($0):\(error.column ?? 1)" } ?? ""
            throw ConfigurationError([
                "\(file)\(place): \(error.description). Mend it, or remove the file for the defaults."
            ])
        }
        guard let members = document.members else {
            throw ConfigurationError(["\(file):1:1: an object must stand here. Write {\"cost_spike_multiplier\": 2.5}."]
            )
        }
        var (settings, seen, problems): (Settings, Set<String>, [String]) = (Settings(), [], [])
        for member in members {
            let place = "\(file)\(Self.place(of: member.name, in: bytes))"
            guard seen.insert(member.name).inserted else {
                problems.append("\(place): \(member.name) stands twice. Keep one of the two.")
                continue
            }
            do throws(SettingProblem) {
                try settings.set(member.name, to: member.value)
            } catch {
                problems.append("\(place): \(error.reason)")
            }
        }
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        return settings
    }

    /// `:3:5`, the first place at which the key is written.
    private static func place(of key: String, in bytes: [UInt8]) -> String {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() {
            guard let range = line.firstRange(of: "\"\(key)\"") else { continue }
            return ":\(number + 1):\(line.distance(from: line.startIndex, to: range.lowerBound) + 1)"
        }
        return ""
    }
}
