import Basics
import FoundationEssentials
import Glibc
import JSON
package import OnCallModel

/// Reads and validates `settings.json`, and changes single settings.
///
/// A missing setting has its default. Thresholds in the environment take precedence over the file.
package struct SettingsFile: Hashable, Sendable {
    package let path: String
    /// The file to read while `path` does not exist: the shipped one.
    package let fallbackPath: String?
    private let overrides: [String: String]

    /// Only the four threshold overrides of `environment` are used.
    package init(path: String, fallbackPath: String? = nil, environment: [String: String] = [:]) {
        self.path = path
        self.fallbackPath = fallbackPath
        overrides = environment.filter { Self.variables.keys.contains($0.key) && !$0.value.isEmpty }
    }

    /// The environment variables that override settings, with the names of the original system.
    package static let variables = [
        "COST_SPIKE_MULTIPLIER": "cost_spike_multiplier", "PR_RISK_THRESHOLD": "pr_risk_threshold",
        "AGENT_LOOP_GENERATION_THRESHOLD": "agent_loop_generation_threshold",
        "ERROR_CASCADE_THRESHOLD": "error_cascade_threshold",
    ]

    /// The current settings.
    ///
    /// - Throws: ``SettingsError``, with the file and the remedy.
    package func load() throws(SettingsError) -> Settings {
        var settings = try stored()
        for (variable, key) in Self.variables.sorted(by: { $0.key < $1.key }) {
            guard let text = overrides[variable] else { continue }
            do {
                try settings.set(key, to: JSONDocument.parse(Array(text.utf8)))
            } catch {
                let reason = (error as? SettingProblem).map { "\($0)" } ?? "not a number"
                throw SettingsError(path: "the environment", problem: "invalid value of \(variable): \(reason)")
            }
        }
        return settings
    }

    /// Changes one setting in the file. `text` is JSON, or the plain text of a name or choice.
    ///
    /// The file is replaced atomically: after a crash or with a full disk the old one is intact.
    package func change(_ key: String, to text: String) throws -> Settings {
        try change(key) { _ in (try? JSONDocument.parse(Array(text.utf8))) ?? .string(text) }
        return try load()
    }

    /// Adds a row to a setting that is a table, from pairs of member and text.
    package func addRow(to key: String, _ members: [(name: String, text: String)]) throws {
        try change(key) { value in
            let columns = try Settings.columns(of: key)
            let row = try members.map { member in
                let column = columns.first { $0.key == member.name }
                return JSONValue.Member(member.name, try column?.accept(typed: member.text) ?? .string(member.text))
            }
            return .array((value.array ?? []) + [.object(row)])
        }
    }

    /// Removes a row, counted from 1.
    package func removeRow(_ number: Int, of key: String) throws {
        try change(key) { value in
            _ = try Settings.columns(of: key)
            var rows = value.array ?? []
            guard rows.indices.contains(number - 1) else {
                throw SettingProblem(key: key, "\(key) has no row \(number); it has \(rows.count).")
            }
            rows.remove(at: number - 1)
            return .array(rows)
        }
    }

    private func change(_ key: String, _ edit: (JSONValue) throws -> JSONValue) throws {
        var settings = try stored()
        guard let value = settings.value(of: key) else { throw Settings.unknown(key) }
        try settings.set(key, to: edit(value))
        try write(settings.document.prettyPrinted)
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
            throw SettingsError(path: source, problem: "the file must contain one JSON object")
        }
        var settings = Settings()
        var seen: Set<String> = []
        for member in members {
            guard seen.insert(member.name).inserted else {
                throw SettingsError(path: source, problem: "duplicate setting \(member.name)")
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
                throw SettingsError(path: candidate, problem: "the file could not be read")
            }
        }
        return (nil, path)
    }

    private func write(_ text: String) throws(SettingsError) {
        do {
            try Files.replace(path, with: Array(text.utf8), mode: 0o644)
        } catch {
            throw SettingsError(path: path, problem: "the file could not be written (\(error)); nothing was changed")
        }
    }
}

/// The settings are invalid or not accessible.
package struct SettingsError: Error, Hashable, Sendable, CustomStringConvertible {
    package var path: String
    package var problem: String

    package var description: String {
        let sentence = problem.hasSuffix(".") || problem.hasSuffix("?") ? problem : problem + "."
        return "Settings in \(path): \(sentence)"
    }
}
