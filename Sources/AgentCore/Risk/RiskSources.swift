import Basics
import Investigation
import OnCallModel
import Risk
import SourceEngine

/// Why a pull request or the history could not be read, as one sentence.
struct RiskFailure: Error, Hashable, CustomStringConvertible {
    var description: String
    /// Its source has no keys.
    var isUnconfigured = false

    init(_ sentence: String, isUnconfigured: Bool = false) {
        (description, self.isUnconfigured) = (sentence, isUnconfigured)
    }
}

/// Reads pull requests, changes and telemetry through the SQL layer. What cannot be read is an error or a gap, never an empty
/// answer.
struct RiskSources: Sendable {
    let engine: SourceEngine
    let owner: String
    let repository: String
    let limits: QueryLimits

    /// GitHub lists no more files of a pull request.
    static let maxFiles = 3000

    init(engine: SourceEngine, scope: InvestigationScope, limits: QueryLimits) throws(RiskFailure) {
        guard let repository = scope.repository, !repository.isEmpty else {
            throw RiskFailure("GitHub is not configured: set GITHUB_OWNER and GITHUB_REPO.")
        }
        let parts = repository.split(separator: "/").map(String.init)
        guard let owner = parts.count == 2 ? parts[0] : scope.owner, !owner.isEmpty else {
            throw RiskFailure("GitHub is not configured: set GITHUB_OWNER.")
        }
        (self.engine, self.limits) = (engine, limits)
        (self.owner, self.repository) = (owner, parts.last ?? repository)
    }

    var name: String { "\(owner)/\(repository)" }

    // MARK: pull requests

    func pull(_ number: Int) async throws -> PullReading {
        let (rows, _) = try await read(
            """
            SELECT number, title, state, user__login, head__sha, changed_files, merged_at FROM github.pulls \
            WHERE owner = ? AND repo = ? AND pull_number = ?
            """, [.text(owner), .text(repository), Value(number)], of: "pull request #\(number)")
        guard let row = rows.records.first, let head = row["head__sha"].text, let state = row["state"].text else {
            throw RiskFailure("Pull request #\(number) was not found in \(name).")
        }
        let target = PullTarget(
            repository: name, number: number, head: head, author: row["user__login"].text ?? "")
        let (files, gaps) = try await files(of: number, expecting: row["changed_files"].integer)
        return PullReading(
            target, title: row["title"].text ?? "", isOpen: state == "open" && row["merged_at"].isNull,
            changedFiles: max(files.count, row["changed_files"].integer ?? 0), files: files, gaps: gaps)
    }

    private func files(of number: Int, expecting expected: Int?) async throws -> ([PullFile], [String]) {
        let (rows, isPartial) = try await read(
            """
            SELECT filename, additions, deletions, patch, previous_filename FROM github.pull_files \
            WHERE owner = ? AND repo = ? AND pull_number = ?
            """, [.text(owner), .text(repository), Value(number)], of: "the files of pull request #\(number)",
            allowsPart: true)
        let files = rows.records.compactMap(Self.file)
        let missing = (expected ?? 0) - files.count
        if files.isEmpty, missing > 0 || isPartial {
            throw RiskFailure(
                "GitHub returned none of the \(expected ?? 0) files of pull request #\(number). Try again later.")
        }
        if files.count >= Self.maxFiles, missing > 0 {
            return (files, ["GitHub lists \(Self.maxFiles) of its \(expected ?? 0) files; the others are not scored."])
        }
        if missing > 0 || isPartial {
            return (files, ["Only \(files.count) of its \(expected ?? files.count) files were read."])
        }
        return (files, [])
    }

    private static func file(_ row: RowSet.Record) -> PullFile? {
        guard let path = row["filename"].text else { return nil }
        return PullFile(
            ChangedFile(
                path: path, additions: row["additions"].integer ?? 0, deletions: row["deletions"].integer ?? 0,
                patch: row["patch"].text ?? ""), previousPath: row["previous_filename"].text)
    }

    /// The open pull requests that changed last, by number and commit.
    func openPulls(changedSince moment: Instant) async throws -> [(number: Int, head: String)] {
        let (rows, _) = try await read(
            """
            SELECT number, head__sha FROM github.pulls WHERE owner = ? AND repo = ? AND state = 'open' \
            AND updated_at >= ? ORDER BY updated_at DESC LIMIT 100
            """, [.text(owner), .text(repository), Value(moment)], of: "the open pull requests", allowsPart: true)
        return rows.records.compactMap { row in
            row["number"].integer.flatMap { number in row["head__sha"].text.map { (number, $0) } }
        }
    }

    // MARK: the default branch

    /// The commits that entered the branch since a moment, oldest first. Where parents are known, those of merged branches are
    /// left out: the merge stands for them.
    func mainline(since moment: Instant) async throws -> [CodeChange] {
        let (rows, _) = try await read(
            """
            SELECT sha, message, author_login, author_name, committed_date, parents FROM github.commits \
            WHERE owner = ? AND repo = ? AND committed_date >= ? ORDER BY committed_date DESC
            """, [.text(owner), .text(repository), Value(moment)], of: "the commits of \(name)",
            freshness: .upTo(.minutes(5), since: moment))
        let commits = rows.records.compactMap { row -> (change: CodeChange, parents: [String])? in
            guard let sha = row["sha"].text, let date = row["committed_date"].instant else { return nil }
            let title = String((row["message"].text ?? "").prefix { !$0.isNewline })
            let change = CodeChange(
                sha: sha, at: date, title: title, author: row["author_login"].text ?? row["author_name"].text ?? "",
                pull: ChangeTitle.pull(in: title), isFix: ChangeTitle.isFix(title))
            return (change, Mainline.hashes(in: row["parents"].text ?? ""))
        }
        return Mainline.changes(commits)
    }

    /// The files of a commit, for a merge those of everything that it merged; and its kinds of change to model calls.
    func files(of change: CodeChange) async throws -> CodeChange {
        let (rows, isPartial) = try await read(
            """
            SELECT filename, additions, deletions, patch, previous_filename FROM github.commit_files \
            WHERE owner = ? AND repo = ? AND ref = ?
            """, [.text(owner), .text(repository), .text(change.sha)], of: "the files of commit \(change.sha.prefix(7))"
        )
        guard !isPartial else {
            throw RiskFailure("Only a part of the files of commit \(change.sha.prefix(7)) was read.")
        }
        let files = rows.records.compactMap(Self.file)
        var whole = change
        whole.files = files.map {
            .init($0.file.path, previousPath: $0.previousPath, added: $0.file.additions, removed: $0.file.deletions)
        }
        whole.terms = RiskScore.signs(in: files.map(\.file)).count
        return whole
    }

    // MARK: telemetry

    /// Reads older commits and Sentry issues into the mirrors. What fails is reported by the statements that need it.
    func extendHistory(to moment: Instant) async {
        _ = await engine.sync(
            [QualifiedName("github", "commits"), QualifiedName("sentry", "issues")], since: moment)
    }

    private static let freshness = Freshness.upTo(.minutes(15))

    /// The cost of each hour since a moment.
    func cost(since moment: Instant) async throws -> HourlySeries {
        let (rows, asOf) = try await telemetry(
            "SELECT hour, SUM(cost) AS cost FROM langfuse.observations_hourly WHERE hour >= ? GROUP BY hour ORDER BY hour",
            [Value(moment.startOfHour)], of: "the costs", Self.freshness)
        let hours = rows.records.compactMap { row in row["hour"].instant.map { ($0, row["cost"].real ?? 0) } }
        // Before the first hour with rows the mirror may have nothing.
        guard let first = hours.first?.0, max(first, moment) < asOf else { return HourlySeries([:], known: nil) }
        return HourlySeries(Dictionary(hours) { $1 }, known: max(first, moment)..<asOf)
    }

    /// When Sentry issues began since a moment.
    func errors(since moment: Instant) async throws -> HourlySeries {
        let (rows, asOf) = try await telemetry(
            "SELECT first_seen FROM sentry.issues WHERE first_seen >= ?", [Value(moment)], of: "the Sentry issues",
            Self.freshness)
        guard moment < asOf else { return HourlySeries([:], known: nil) }
        return HourlySeries(events: rows.records.compactMap { $0["first_seen"].instant }, known: moment..<asOf)
    }

    private func telemetry(
        _ sql: String, _ parameters: [Value], of what: String, _ freshness: Freshness
    ) async throws -> (RowSet, asOf: Instant) {
        let result = try await query(sql, parameters, of: what, freshness)
        if let gap = result.sources.first(where: \.state.isIncomplete) {
            throw RiskFailure(
                "\(what.capitalizedFirst) could not be read: \(gap.message ?? "\(gap.source) is incomplete").")
        }
        return (result.rows, result.asOf)
    }

    private func read(
        _ sql: String, _ parameters: [Value], of what: String, freshness: Freshness = .upTo(.seconds(0)),
        allowsPart: Bool = false
    ) async throws -> (RowSet, isPartial: Bool) {
        let result = try await query(sql, parameters, of: what, freshness)
        if result.isPartial, !allowsPart || result.rows.rows.isEmpty {
            let why = result.sources.compactMap(\.message).first ?? "GitHub returned a part."
            throw RiskFailure("\(what.capitalizedFirst) could not be read: \(why)")
        }
        return (result.rows, result.isPartial)
    }

    private func query(
        _ sql: String, _ parameters: [Value], of what: String, _ freshness: Freshness
    ) async throws -> QueryResult {
        do throws(QueryError) {
            return try await engine.query(sql, parameters, freshness: freshness, limits: limits)
        } catch {
            try Task.checkCancellation()
            throw RiskFailure(
                "\(what.capitalizedFirst) could not be read: \(error)", isUnconfigured: error.kind == .notConfigured)
        }
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
