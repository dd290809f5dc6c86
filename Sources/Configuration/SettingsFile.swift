import Basics
import FoundationEssentials
import Glibc
import JSON
package import OnCallModel

/// `settings.json`: read, checked, and changed one setting at a time.
///
/// Every setting may be left out and then has its default. The thresholds that the environment sets win over the file.
package struct SettingsFile: Hashable, Sendable {
    package let path: String
    /// Where the file is read from while `path` does not exist: the shipped one.
    package let fallbackPath: String?
    private let overrides: [String: String]

    /// `environment` is asked for the four threshold overrides alone.
    package init(path: String, fallbackPath: String? = nil, environment: [String: String] = [:]) {
        self.path = path
        self.fallbackPath = fallbackPath
        overrides = environment.filter { Self.variables.keys.contains($0.key) && !$0.value.isEmpty }
    }

    /// The seed's names in the environment, and the settings that they override.
    package static let variables = [
        "COST_SPIKE_MULTIPLIER": "cost_spike_multiplier", "PR_RISK_THRESHOLD": "pr_risk_threshold",
        "AGENT_LOOP_GENERATION_THRESHOLD": "agent_loop_generation_threshold",
        "ERROR_CASCADE_THRESHOLD": "error_cascade_threshold",
    ]

    /// The settings in force.
    ///
    /// - Throws: ``SettingsError``, which names the file and what to write instead.
    package func load() throws(SettingsError) -> Settings {
        var settings = try stored()
        for (variable, key) in Self.variables.sorted(by: { $0.key < $1.key }) {
            guard let text = overrides[variable] else { continue }
            let problem = "the variable \(variable) is not usable"
            do {
                try settings.set(key, to: JSONDocument.parse(Array(text.utf8)))
            } catch let error as SettingProblem {
                throw SettingsError(path: "the environment", problem: "\(problem): \(error)")
            } catch {
                throw SettingsError(path: "the environment", problem: "\(problem): it is no number")
            }
        }
        return settings
    }

    /// Changes one setting in the file; `text` is its JSON, or the bare text of a name or choice.
    ///
    /// The file is replaced whole: a crash or a full disk leaves the old one.
    package func change(_ key: String, to text: String) throws -> Settings {
        let value = (try? JSONDocument.parse(Array(text.utf8))) ?? .string(text)
        var settings = try stored()
        try settings.set(key, to: value)
        try write(settings.document.prettyPrinted)
        return try load()
    }

    private func stored() throws(SettingsError) -> Settings {
        let (text, source) = try read()
        guard let text else { return Settings() }
        let document: JSONValue
        do {
            document = try JSONDocument.parse(Array(text.utf8))
        } catch {
            throw SettingsError(path: source, problem: "\(error)")
        }
        guard let members = document.members else {
            throw SettingsError(path: source, problem: "it must hold one JSON object")
        }
        var settings = Settings()
        var seen: Set<String> = []
        for member in members {
            guard seen.insert(member.name).inserted else {
                throw SettingsError(path: source, problem: "\(member.name) stands there twice")
            }
            do {
                try settings.set(member.name, to: member.value)
            } catch {
                throw SettingsError(path: source, problem: "\(error)")
            }
        }
        return settings
    }

    private func read() throws(SettingsError) -> (text: String?, source: String) {
        for candidate in [path, fallbackPath].compactMap({ $0 }) where access(candidate, F_OK) == 0 {
            do {
                return (try String(contentsOfFile: candidate, encoding: .utf8), candidate)
            } catch {
                throw SettingsError(path: candidate, problem: "it cannot be read")
            }
        }
        return (nil, path)
    }

    private func write(_ text: String) throws(SettingsError) {
        do {
            try Files.replace(path, with: Array(text.utf8), mode: 0o644)
        } catch {
            throw SettingsError(path: path, problem: "it cannot be written (\(error)); the old one stands")
        }
    }
}

/// The settings cannot be used.
package struct SettingsError: Error, Hashable, Sendable, CustomStringConvertible {
    package var path: String
    package var problem: String

    package var description: String {
        let sentence = problem.hasSuffix(".") || problem.hasSuffix("?") ? problem : problem + "."
        return "Settings in \(path): \(sentence)"
    }
}
