import Glibc

/// Where Sentinel's files are (contract).
package struct Paths: Hashable, Sendable {
    /// `sentinel.db`; the mirrors lie beside it.
    package var database: String
    /// The settings that are changed.
    package var settings: String
    /// The settings that are read while there are no others.
    package var shippedSettings: String?
    package var sources: String
    /// Where `sentinel source add` puts what the user adds.
    package var addedSources: String
    /// ``addedSources``, unless a folder is named that stands for all sources.
    package var ownSources: String?
    package var themes: String
    /// What was entered at the SQL prompt.
    package var sqlHistory: String

    package var mirrors: String {
        let folder = Files.folder(of: database)
        return folder.isEmpty ? "." : folder
    }

    /// `options` are the values of `--db`, `--settings`, `--sources` and `--themes`; `program` is the executable's path.
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
        themes = options("--themes") ?? shipped.map { "\($0)/themes" } ?? "themes"
    }

    /// The folder that holds `sources` and `themes`: one above the executable (a checkout, or `share/sentinel` of an
    /// installation), else the working directory.
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

    /// This process's executable, links followed.
    package static var executable: String? {
        guard let path = realpath("/proc/self/exe", nil) else { return nil }
        defer { free(path) }
        return String(cString: path)
    }
}
