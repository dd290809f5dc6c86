package import Basics
import Subprocess

/// The real `coral`, found on `PATH`. Each statement is one run of the program.
///
/// Coral has its own copy of a source's keys; none is passed to it.
package struct CoralProgram: Sendable {
    /// The timeout of a run without a deadline: versions up to 0.1.x wait for a rate limit within the run, up to five times 300 s.
    static let timeout = Span.minutes(10)

    let secrets: Secrets
    let clock: WallClock
    private let given: String?
    private let environment: [String: String]

    /// `path` is the program where the settings name one, else `SENTINEL_CORAL` does, else it is searched for on `PATH`;
    /// all of `environment`, which the program gets as it is.
    package init(path: String?, environment: [String: String], clock: WallClock = .system) {
        given = [path, environment["SENTINEL_CORAL"]].lazy.compactMap { $0 }.first { !$0.isEmpty }
        self.environment = environment
        self.clock = clock
        secrets = Secrets(values: environment.filter { Self.namesSecret($0.key) }.map(\.value))
    }

    /// Where the program is; nil where there is none.
    package var path: String? { ExecutableSearch.find(given ?? "coral", path: environment["PATH"] ?? "") }

    /// The version that the program reports: `0.4.1`.
    ///
    /// - Throws: ``SourceError``, or `CancellationError`.
    package func version() async throws -> String {
        let request = CoralRequest(source: "coral", statement: nil, secrets: secrets)
        let deadline = ContinuousClock.now + Span.seconds(30).duration
        let done = try await run(["--version"], request, deadline: deadline)
        let words = String(decoding: done.output, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard done.status == 0, let version = words.last, version.first?.isNumber == true else {
            throw request.error(
                .notConfigured, "the configured program does not report a version of Coral.",
                "Install Coral, or set SENTINEL_CORAL to its path.")
        }
        return String(version)
    }

    /// Runs a statement in Coral and returns its rows. `columns` are its known columns, in order: without them, versions up to 0.1.x
    /// omit a column that is NULL in every row.
    ///
    /// Times are in our ISO form, booleans are 1 and 0, documents are text.
    ///
    /// - Throws: ``SourceError``, or `CancellationError`.
    package func run(
        _ sql: String, columns: [String] = [], until deadline: ContinuousClock.Instant? = nil
    ) async throws -> RowSet {
        let request = CoralRequest(source: "coral", statement: sql, secrets: secrets)
        let bytes = try await answer(to: request, until: deadline)
        return try await request.read { () throws(CoralAnswer.Fault) in
            try CoralAnswer.rowSet(bytes, expecting: columns)
        }
    }

    /// The output of a statement that succeeded.
    func answer(to request: CoralRequest, until deadline: ContinuousClock.Instant? = nil) async throws -> [UInt8] {
        let statement = request.statement ?? ""
        // A statement that begins with a comment would be taken for an option.
        let argument = statement.hasPrefix("-") ? " " + statement : statement
        let done = try await run(["sql", "--format", "json", argument], request, deadline: deadline)
        guard done.status == 0 else { throw request.error(for: CoralComplaint(done.errors), status: done.status) }
        return done.output
    }

    private func run(
        _ arguments: [String], _ request: CoralRequest, deadline: ContinuousClock.Instant?
    ) async throws -> CompletedProcess {
        guard let path else { throw request.notInstalled(given) }
        let process = ChildProcess(path, arguments: arguments, environment: environment)
        do {
            return try await process.run(until: deadline ?? ContinuousClock.now + Self.timeout.duration)
        } catch let error as SubprocessError {
            throw request.error(for: error)
        }
    }

    /// `GITHUB_TOKEN`, `DD_API_KEY`: a variable with a secret value.
    private static func namesSecret(_ name: String) -> Bool {
        let parts = Set(name.uppercased().split(separator: "_"))
        return !parts.isDisjoint(with: ["TOKEN", "SECRET", "KEY", "PASSWORD", "PASSWD", "PAT", "CREDENTIALS"])
    }
}
