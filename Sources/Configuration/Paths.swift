import Glibc

/// Where Sentinel keeps and finds its files.
package struct Paths: Hashable, Sendable {
    /// What the command line names; nil where it does not.
    package struct Options: Hashable, Sendable {
        package var database: String?
        package var settings: String?
        package var sources: String?
        package var themes: String?

        package init(database: String? = nil, settings: String? = nil, sources: String? = nil, themes: String? = nil) {
            (self.database, self.settings, self.sources, self.themes) = (database, settings, sources, themes)
        }
    }

    package var database: String
    package var settings: SettingsFile
    package var sources: String
    package var themes: String

    package init(database: String, settings: SettingsFile, sources: String, themes: String) {
        (self.database, self.settings, self.sources, self.themes) = (database, settings, sources, themes)
    }

    /// The folder that holds the store, the mirrors and the lease.
    package var stateDirectory: String { Directories.parent(of: database) }

    /// - Parameters:
    ///   - executable: where the program lies; what was shipped with it is looked for from there upwards, beside
    ///     it or in `share/sentinel`, and then in the working directory.
    package static func resolve(
        _ options: Options, environment: Environment, executable: String? = Paths.executable,
        workingDirectory: String = Paths.workingDirectory
    ) throws(ConfigurationError) -> Paths {
        func absolute(_ path: String) -> String {
            path.hasPrefix("/") ? path : "\(workingDirectory)/\(path)"
        }
        let shipped = shippedRoot(executable: executable, workingDirectory: workingDirectory)
        guard let sources = options.sources.map(absolute) ?? shipped.map({ "\($0)/sources" }) else {
            throw ConfigurationError([
                "The folder of source manifests was found neither beside the program nor in \(workingDirectory). "
                    + "Name it with --sources."
            ])
        }
        let settings: SettingsFile =
            if let path = options.settings {
                SettingsFile(path: absolute(path))
            } else {
                SettingsFile(
                    path: try home("XDG_CONFIG_HOME", ".config", environment) + "/sentinel/settings.json",
                    shippedPath: shipped.map { "\($0)/settings.json" })
            }
        let database =
            if let path = options.database ?? environment.variable(.database) {
                absolute(path)
            } else {
                try home("XDG_STATE_HOME", ".local/state", environment) + "/sentinel/sentinel.db"
            }
        let root = shipped ?? Directories.parent(of: sources)
        return Paths(
            database: database, settings: settings, sources: sources,
            themes: options.themes.map(absolute) ?? "\(root)/themes")
    }

    /// Creates the folder of the store, for its owner alone.
    package func createStateDirectory() throws(ConfigurationError) {
        try Directories.create(stateDirectory)
    }

    /// A base directory of the XDG specification, which says that a relative path is to be ignored.
    private static func home(
        _ variable: String, _ fallback: String, _ environment: Environment
    ) throws(ConfigurationError) -> String {
        if let path = environment[variable], path.hasPrefix("/") { return path }
        guard let home = environment["HOME"], home.hasPrefix("/") else {
            throw ConfigurationError([
                "HOME is not set, so there is no place for Sentinel's files. Set it, or give --db and --settings."
            ])
        }
        return "\(home)/\(fallback)"
    }

    /// The folder whose `sources/` holds manifests: the repository, or `share/sentinel` of an installation.
    private static func shippedRoot(executable: String?, workingDirectory: String) -> String? {
        var directory = executable.map(Directories.parent)
        while let current = directory {
            for root in [current, "\(current)/share/sentinel"] where holdsManifests(root) { return root }
            directory = current == "/" ? nil : Directories.parent(of: current)
        }
        return holdsManifests(workingDirectory) ? workingDirectory : nil
    }

    /// A folder named `sources` alone says nothing: many projects have one.
    private static func holdsManifests(_ root: String) -> Bool {
        access("\(root)/sources/langfuse/manifest.yaml", R_OK) == 0
    }

    package static var executable: String? { path { realpath("/proc/self/exe", $0) } }

    package static var workingDirectory: String { path { getcwd($0, Int(PATH_MAX)) } ?? "." }

    private static func path(_ fill: (UnsafeMutablePointer<CChar>) -> UnsafeMutablePointer<CChar>?) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX) + 1) { buffer in
            buffer.baseAddress.flatMap(fill).map { String(cString: $0) }
        }
    }
}
