package import Basics
import Subprocess

/// The real `coral`: found on `PATH`, asked one statement at a time. Each statement is one run of the program.
///
/// Coral keeps its own copy of a source's keys; none is handed to it here.
package struct CoralProgram: Sendable {
    /// A run that nobody set a deadline for ends after this long: versions up to 0.1.x wait for a rate limit by sleeping
    /// within the run, up to five times 300 s.
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

    /// `0.4.1`, as the program tells it.
    ///
    /// - Throws: ``SourceError``, or `CancellationError`.
    package func version() async throws -> String {
        let request = CoralRequest(source: "coral", statement: nil, secrets: secrets)
        let deadline = ContinuousClock.now + Span.seconds(30).duration
        let done = try await run(["--version"], request, deadline: deadline)
        let words = String(decoding: done.output, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard done.status == 0, let version = words.last, version.first?.isNumber == true else {
            throw request.notCoral(done)
        }
        return String(version)
    }

    /// Hands a whole statement to Coral and takes its rows. `columns` are those that it is known to have, in order:
    /// without them a column that is NULL in every row is missing from the answer of versions up to 0.1.x.
    ///
    /// Times come in our ISO form, truth values as 1 and 0, documents as their text.
    ///
    /// - Throws: ``SourceError``, or `CancellationError`.
    package func run(
        _ sql: String, columns: [String] = [], until deadline: ContinuousClock.Instant? = nil
    ) async throws -> RowSet {
        let request = CoralRequest(source: "coral", statement: sql, secrets: secrets)
        let bytes = try await answer(to: request, until: deadline)
        return try await Self.read(bytes, columns, request)
    }

    /// What the program printed for a statement; it ended well.
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

    /// Off the caller's actor: reading a large answer takes milliseconds of computing.
    @concurrent
    private static func read(_ bytes: [UInt8], _ columns: [String], _ request: CoralRequest) async throws -> RowSet {
        do throws(CoralAnswer.Fault) {
            return try CoralAnswer.rowSet(bytes, expecting: columns)
        } catch {
            throw request.error(for: error)
        }
    }

    /// `GITHUB_TOKEN`, `DD_API_KEY`: a variable whose value is no one else's business.
    private static func namesSecret(_ name: String) -> Bool {
        let parts = Set(name.uppercased().split(separator: "_"))
        return !parts.isDisjoint(with: ["TOKEN", "SECRET", "KEY", "PASSWORD", "PASSWD", "PAT", "CREDENTIALS"])
    }
}
