import Basics
import Configuration
import IncidentStore
import OnCallModel

/// Holds the current settings, publishes them for the console, and applies changes without a restart.
actor SettingsHandler {
    private let file: SettingsFile
    private let writer: StoreWriter
    private(set) var settings: Settings
    private var refusals: [String: String] = [:]
    private var isPublished = false

    init(file: SettingsFile, writer: StoreWriter) throws {
        self.file = file
        self.writer = writer
        settings = try file.load()
    }

    /// Reads the file again. An invalid file changes nothing; the reason is shown.
    func reload() async throws {
        do {
            settings = try file.load()
            refusals = [:]
        } catch {
            refusals["settings.json"] = "\(error)"
        }
        try await publish()
    }

    /// Reads the file again if it was edited, or could not be published.
    func reloadIfChanged() async throws {
        guard !isPublished || (try? file.load()) != settings else { return }
        try await reload()
    }

    /// Changes one setting in the file and applies it.
    func change(_ key: String, to text: String, by author: String, at now: Instant) async throws -> IntentAnswer {
        let old = settings.value(of: key)?.serialized ?? ""
        do {
            settings = try file.change(key, to: text)
            refusals[key] = nil
        } catch {
            refusals[key] = "\(error)"
        }
        try await publish()
        if let refusal = refusals[key] { return .refused(refusal) }
        let entry = AuditEntry(
            .settingChanged, by: author, "Set \(key)",
            outcome: "from \(old) to \(settings.value(of: key)?.serialized ?? text)")
        try await writer.transaction { try $0.audit(entry, at: now) }
        return IntentAnswer("\(key) is now \(text).")
    }

    func publish() async throws {
        let items = Settings.specs.map { spec in
            SettingItem(
                key: spec.key, value: settings.value(of: spec.key).map(spec.brief) ?? "null",
                refusal: refusals[spec.key] ?? "")
        }
        isPublished = false
        try await writer.transaction { try $0.saveSettings(items) }
        isPublished = true
    }
}
