import Basics
import Configuration
import Glibc
import IncidentStore
import OnCallModel

/// What the program knows without reading the sources: enough for the first screen of a console.
struct Workplace: Sendable {
    let environment: Environment
    let paths: Paths
    let settingsFile: SettingsFile
    let clock = WallClock.system

    /// `database` and `settings` replace the paths of the arguments.
    init(
        _ arguments: Arguments, environment: Environment = .current(), database: String? = nil, settings: String? = nil
    ) {
        self.environment = environment
        var paths = Paths(options: { arguments[$0] }, environment: environment)
        if let database { paths.database = database }
        if let settings { (paths.settings, paths.shippedSettings) = (settings, nil) }
        self.paths = paths
        settingsFile = SettingsFile(
            path: paths.settings, fallbackPath: paths.shippedSettings, environment: environment.all)
    }

    /// The author of intents and audit entries: `alice@host (console)`.
    func author(_ channel: String) -> String {
        let user = environment["SUDO_USER"] ?? environment["USER"] ?? environment["LOGNAME"] ?? "uid \(getuid())"
        return "\(user)@\(Self.hostName) (\(channel))"
    }

    /// An agent is running on the store, in this process or another.
    var isAgentRunning: Bool { StoreFile(paths.database).isHeld }

    /// Records a request for the agent. Returns its number.
    @discardableResult
    func send(_ intent: Intent, as channel: String) async throws -> Int64 {
        try await IntentInbox(paths.database).append(intent, author: author(channel), at: clock.now())
    }

    /// Waits for the first start of an agent, which creates the store.
    func waitForStore() async throws {
        while (try? await StoreReader(paths.database).read(.agentStatus)) == nil {
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
