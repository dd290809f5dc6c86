import Glibc

/// The locations of Sentinel's files (contract).
package struct Paths: Hashable, Sendable {
    /// `sentinel.db`. The mirrors are in the same folder.
    package var database: String
    /// The user's settings file.
    package var settings: String
    /// The settings file to read while the user has none.
    package var shippedSettings: String?
    package var sources: String
    /// The folder for `sentinel source add`.
    package var addedSources: String
    /// ``addedSources``; nil with `--sources`.
    package var ownSources: String?
    package var themes: String
    /// The team's runbooks, `NAME.md`.
    package var runbooks: String
    /// The team's saved questions, `NAME.sql`.
    package var questions: String
    /// Where `sentinel sql --save` writes: never the shipped folder.
    package var ownQuestions: String
    /// The history of the SQL prompt.
    package var sqlHistory: String

    /// The token of the JSON API, beside the store.
    package var apiToken: String { "\(mirrors)/api-token" }

    package var mirrors: String {
        let folder = Files.folder(of: database)
        return folder.isEmpty ? "." : folder
    }

    /// `options` are the values of `--db`, `--settings`, `--sources`, `--themes`, `--runbooks` and `--questions`; `program` is the
    /// executable's path.
    package init(options: (String) -> String?, environment: Environment, program: String? = Self.executable) {
        let home = environment["HOME"] ?? "/tmp"
        let state = environment["XDG_STATE_HOME"] ?? "\(home)/.local/state"
        let config = environment["XDG_CONFIG_HOME"] ?? "\(home)/.config"
        let shipped = Self.shippedFolder(from: program)
        database = options("--db") ?? environment["SENTINEL_DB"] ?? "\(state)/sentinel/sentinel.db"
        sqlHistory = "\(state)/sentinel/sql_history"
        settings = options("--settings") ?? "\(config)/sentinel/settings.json"
        shippedSettings = options("--settings") == nil ? shipped.map { "\($0)/settings.json" } : nil
        sources = options("--sources") ?? shipped.map { "\($0)/sources" } ?? "sources"
        addedSources = "\(config)/sentinel/sources"
        ownSources = options("--sources") == nil ? addedSources : nil
        let beside = Files.folder(of: settings).isEmpty ? "." : Files.folder(of: settings)
        /// The team's folder beside the settings file; while there is none, the shipped one.
        func folder(_ name: String) -> String {
            let own = "\(beside)/\(name)"
            return shipped.map { access(own, F_OK) == 0 ? own : "\($0)/\(name)" } ?? own
        }
        runbooks = options("--runbooks") ?? environment["SENTINEL_RUNBOOKS"] ?? folder("runbooks")
        let named = options("--questions") ?? environment["SENTINEL_QUESTIONS"]
        (questions, ownQuestions) = (named ?? folder("questions"), named ?? "\(beside)/questions")
        themes = options("--themes") ?? shipped.map { "\($0)/themes" } ?? "themes"
    }

    /// The folder that contains `sources` and `themes`: a parent of the executable (a checkout, or `share/sentinel` of an
    /// installation), or else the working directory.
    private static func shippedFolder(from program: String?) -> String? {
        var folder = program.map(Files.folder(of:)) ?? ""
        while !folder.isEmpty, folder != "/" {
            for candidate in [folder, "\(folder)/share/sentinel"] where isShipped(candidate) { return candidate }
            folder = Files.folder(of: folder)
        }
        return isShipped(".") ? "." : nil
    }

    private static func isShipped(_ folder: String) -> Bool {
        access("\(folder)/sources", F_OK) == 0 && access("\(folder)/themes", F_OK) == 0
    }

    /// The path of this executable, with links resolved.
    package static var executable: String? {
        guard let path = realpath("/proc/self/exe", nil) else { return nil }
        defer { free(path) }
        return String(cString: path)
    }
}
