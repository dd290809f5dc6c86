import Basics
import Configuration
import IncidentStore
import OnCallModel

/// Holds the settings in force, shows them to the console, and takes changes up without a restart.
actor SettingsHandler {
    private let file: SettingsFile
    private let writer: StoreWriter
    private(set) var settings: Settings
    private var refusals: [String: String] = [:]

    init(file: SettingsFile, writer: StoreWriter) throws {
        self.file = file
        self.writer = writer
        settings = try file.load()
    }

    /// Reads the file again. A file that cannot be used changes nothing; the reason is shown.
    func reload() async throws {
        do {
            settings = try file.load()
            refusals = [:]
        } catch {
            refusals["settings.json"] = "\(error)"
        }
        try await publish()
    }

    /// Reads the file again where somebody has edited it.
    func reloadIfChanged() async throws {
        guard (try? file.load()) != settings else { return }
        try await reload()
    }

    /// Changes one setting in the file and in force. The answer is a sentence for whoever asked.
    func change(_ key: String, to text: String) async throws -> String {
        do {
            settings = try file.change(key, to: text)
            refusals[key] = nil
            try await publish()
            return "\(key) is now \(text)."
        } catch {
            refusals[key] = "\(error)"
            try await publish()
            return "\(error)"
        }
    }

    func publish() async throws {
        let items = Settings.specs.map { spec in
            SettingItem(
                key: spec.key, value: settings.value(of: spec.key)?.serialized ?? "null",
                refusal: refusals[spec.key] ?? "")
        }
        try await writer.transaction { try $0.saveSettings(items) }
    }
}
